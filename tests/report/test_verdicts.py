"""Verdicts are those of the statistics; families are adjusted by Holm."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from ganbench.report import verdicts as module
from ganbench.report.ranking import ranks
from ganbench.report.section import Arena
from ganbench.report.verdicts import against_reference, compared, headline, pairs
from ganbench.stats.improvement import probability_of_improvement
from ganbench.stats.rank_tests import mann_whitney
from ganbench.stats.rate_comparison import compare_rates
from ganbench.stats.significance import holm
from ganbench.stats.verdict import verdicts
from tests.report.results import COVERED, MIXED, QUALITY, section_of, write


@pytest.fixture
def arena(tmp_path: Path) -> Arena:
    return section_of(write(tmp_path)).arenas[0]


def test_every_cell_is_compared_with_the_first_as_the_statistics_do(arena: Arena) -> None:
    reference, *others = arena.cells
    expected = verdicts(
        [compare_rates(one.count, reference.count, names=(one.name, reference.name)) for one in others]
    )
    assert against_reference(arena) == expected
    assert [one.word for one in expected] == ["better", "cannot tell"]


def test_a_sentence_has_the_numbers(arena: Arena) -> None:
    first, second = against_reference(arena)
    assert "ring/r1 fails in 0 of 10 runs, ring/plain in 9 of 10" in first.sentence
    assert first.sentence.endswith("ring/r1 is better (Boschloo, p < 0.0001 after Holm over 2)")
    assert "seeds a cell would" in second.sentence


def test_one_cell_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    (arena,) = section_of(write(tmp_path, {"a": [None]})).arenas
    assert against_reference(arena) == ()


def test_pairs_are_every_pair_once_adjusted_over_all_of_them(arena: Arena) -> None:
    assert arena.metric is not None
    found = pairs(arena.cells, arena.metric)
    scores = [*ranks(arena.cells, arena.metric).values()]
    both = list(itertools.combinations(scores, 2))
    assert [(one.ours, one.theirs) for one in found] == list(itertools.combinations(MIXED, 2))
    assert [one.improvement for one in found] == [probability_of_improvement(a, b) for a, b in both]
    assert tuple(one.p for one in found) == holm([mann_whitney(a, b).p for a, b in both])


def test_of_many_cells_the_first_are_compared(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COMPARED", 2)
    assert [cell.name for cell in compared(arena)] == ["ring/plain", "ring/r1"]
    assert len(against_reference(arena)) == 1


def test_the_headline_names_the_best_and_the_worst_with_numbers(arena: Arena) -> None:
    assert headline(arena) == (
        "Most often healthy on ring: ring/r1, in 10 of 10 runs (100 % [72, 100]). "
        "Least often: ring/plain, in 1 of 10 runs (10 % [2, 40])."
    )


def test_ties_are_counted_at_both_ends(tmp_path: Path) -> None:
    outcomes = {"a": [None], "b": [COVERED], "c": [None], "d": [COVERED], "e": [COVERED]}
    (arena,) = section_of(write(tmp_path, outcomes)).arenas
    assert headline(arena) == (
        "Most often healthy on ring: a and c, in 1 of 1 run (100 % [21, 100]). "
        "Least often: b, d and e, in 0 of 1 run (0 % [0, 79])."
    )


@pytest.mark.parametrize(
    ("criteria", "said"),
    [
        ([COVERED], "No run on ring is healthy: 0 of 1 run (0 % [0, 79]) in each of 2 cells."),
        ([None] * 3, "Every run on ring is healthy: 3 of 3 runs (100 % [44, 100]) in each of 2 cells."),
        (
            [None, COVERED],
            "All 2 cells on ring are healthy equally often: 1 of 2 runs (50 % [9, 91]) in each of 2 cells.",
        ),
    ],
)
def test_cells_that_do_not_differ_are_said_to_be_equal(
    tmp_path: Path, criteria: list[str | None], said: str
) -> None:
    (arena,) = section_of(write(tmp_path, {"a": criteria, "b": criteria})).arenas
    assert headline(arena) == said


def test_a_cell_whose_runs_all_failed_is_ahead_of_none_that_is_healthy(tmp_path: Path) -> None:
    write(tmp_path, {"a": [QUALITY] * 4}, **{"final.covered_share": 1.0})
    section = section_of(write(tmp_path, {"b": [None] * 4}, **{"final.covered_share": 0.9}))
    (arena,) = section.arenas
    assert arena.metric is not None
    (found,) = pairs(arena.cells, arena.metric)
    assert (found.ours, found.improvement.value) == ("a", 0.0)
