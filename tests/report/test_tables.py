"""Tables hold the counts of the runs and the statistics' own numbers."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from ganbench.report import axes, tables
from ganbench.report.section import Arena
from ganbench.report.verdicts import against_reference, pairs
from ganbench.stats.intervals import Interval
from ganbench.stats.quantile_intervals import median_interval
from ganbench.stats.rates import Count, newcombe
from tests.report.results import COVERED, MIXED, Outcomes, section_of, write


@pytest.fixture
def arena(tmp_path: Path) -> Arena:
    return section_of(write(tmp_path)).arenas[0]


def texts(row: tuple[tables.Entry, ...]) -> list[str]:
    return [one.text for one in row]


def test_comparisons_say_both_counts_the_difference_and_the_word(arena: Arena) -> None:
    table = tables.comparisons(arena, against_reference(arena))
    assert [texts(row)[:6] for row in table.rows] == [
        ["ring/r1", "0", "10", "9", "10", "-90"],
        ["ring/half", "5", "10", "9", "10", "-40"],
    ]
    low, high = newcombe(Count(5, 10), Count(9, 10))
    assert table.rows[1][6].text == f"[{100 * low:.0f}, {100 * high:.0f}]"
    assert [row[-1].text for row in table.rows] == ["better", "cannot tell"]


def test_metrics_begin_with_real_samples_and_have_the_interval_of_the_median(arena: Arena) -> None:
    table = tables.metrics(arena)
    assert [row[0].text for row in table.rows] == ["real samples", "one mode", *MIXED]
    quality = table.heads.index("high quality")
    low, high = median_interval([0.7 + seed / 100 for seed in range(10)])
    assert table.rows[0][quality].text == "0.989"
    assert table.rows[1][quality].text == "-"
    assert table.rows[1][table.heads.index("covered share")].text == "0.125"
    assert table.rows[2][quality].text == f"0.745 [{low:.3g}, {high:.3g}]"
    assert "Higher is better: covered modes, covered share, high quality." in table.caption


def test_few_runs_have_a_median_without_an_interval(tmp_path: Path) -> None:
    (arena,) = section_of(write(tmp_path, {"ring/a": [None] * 5})).arenas
    table = tables.metrics(arena)
    assert table.rows[2][table.heads.index("high quality")].text == "0.72"


def test_pairs_are_all_there(arena: Arena) -> None:
    assert arena.metric is not None
    found = pairs(arena.cells, arena.metric)
    table = tables.improvements(arena, found, "covered share")
    assert [texts(row)[:3] for row in table.rows] == [
        ["ring/plain", "ring/r1", "5"],
        ["ring/plain", "ring/half", "30"],
        ["ring/r1", "ring/half", "75"],
    ]


def test_effects_have_their_interval_and_no_verdict(arena: Arena) -> None:
    table = tables.effects(arena, axes.effects(arena))
    assert table.heads[-2:] == ("difference, points", "95 % interval")
    found = {(row[1].text, row[4].text): row[-2].text for row in table.rows}
    assert found["r1", "covered share below 0.9"] == "-70"


def test_where_half_failed_at_the_first_evaluation_that_counts_there_is_no_column_for_it(
    tmp_path: Path,
) -> None:
    rule = tables.health(
        section_of(write(tmp_path, {"a": [COVERED] * 3}, failed_at=500)).cells, explained=False
    )
    assert "half failed by" not in rule.heads
    outcomes: Outcomes = {"b": [COVERED] * 3, "c": [None] * 3}
    write(tmp_path, outcomes, failed_at=750)
    both = tables.health(section_of(tmp_path).cells, explained=False)
    column = both.heads.index("half failed by")
    assert [row[column].text for row in both.rows] == ["≤ 500", "750", "not reached"]


@pytest.mark.parametrize(
    ("interval", "text"),
    [((0.1, 0.25), "[10, 25]"), ((-0.001, 0.5), "[0, 50]"), ((-0.5, -0.001), "[-50, 0]")],
)
def test_intervals_are_in_percent_without_a_negative_zero(interval: tuple[float, float], text: str) -> None:
    assert tables.percent(Interval(*interval)).text == text


@pytest.mark.parametrize(("p", "text"), [(0.0123, "0.012"), (1.0, "1"), (0.00001, "< 0.0001")])
def test_small_p_values_have_a_bound(p: float, text: str) -> None:
    assert tables.chance(p).text == text


def test_a_metric_that_is_nowhere_defined_is_left_out(arena: Arena) -> None:
    assert "distance" not in tables.metrics(arena).heads
    assert math.isnan(arena.cells[0].median("final.distance"))


@pytest.mark.parametrize(
    ("difference", "text"), [(0.0, "0"), (-0.0, "0"), (0.001, "0"), (0.2, "+20"), (-0.355, "-36")]
)
def test_a_difference_has_its_sign_and_none_has_no_sign(difference: float, text: str) -> None:
    assert tables.points(difference).text == text
