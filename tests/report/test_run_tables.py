"""Tables of stability and findings."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from ganbench.report import run_tables
from ganbench.report.explanations import Explanation
from ganbench.report.metric import Metric
from ganbench.report.section import Arena
from ganbench.report.stability import SCORES
from ganbench.stats.quantile_intervals import median_interval
from ganbench.stats.rates import Count
from tests.report.results import section_of, write


@pytest.fixture
def arena(tmp_path: Path) -> Arena:
    return section_of(write(tmp_path)).arenas[0]


def test_scores_are_medians_with_an_interval_from_6_runs(arena: Arena) -> None:
    many, few = np.arange(10) / 10, np.array([0.5, 0.1, 0.2])
    found = {
        name: dict.fromkeys((one.name for one in SCORES), values)
        for name, values in (("ring/r1", many), ("ring/half", few))
    }
    table = run_tables.stability(arena, Metric("covered_share", math.inf), found)
    low, high = median_interval(many)
    assert [entry.text for entry in table.rows[0]][:4] == [
        "ring/r1",
        "10",
        "10",
        f"0.45 [{low:.3g}, {high:.3g}]",
    ]
    assert [entry.text for entry in table.rows[1]] == ["ring/half", "3", "5", *["0.2"] * 4]
    assert table.heads[2:] == ("healthy", "jitter", "worst fall", "worst drawdown", "collapse gap")


def test_a_cell_most_of_whose_runs_diverged_is_infinitely_unstable(arena: Arena) -> None:
    values = np.array([0.0, 0.0, *[math.inf] * 6])
    found = {"ring/plain": dict.fromkeys((one.name for one in SCORES), values)}
    table = run_tables.stability(arena, Metric("covered_share", math.inf), found)
    assert table.rows[0][3].text == "∞ [0, ∞]"
    assert r"\infty" in table.latex()


def test_findings_have_both_shares_and_their_difference(arena: Arena) -> None:
    told = (
        Explanation("limit-cycle", 2, Count(3, 4), Count(1, 10)),
        Explanation("wiring", 0, Count(1, 4), Count(0, 0)),
    )
    table = run_tables.findings(arena, told)
    assert [[entry.text for entry in row] for row in table.rows] == [
        ["limit-cycle", "2", "3 of 4", "1 of 10", "+65", "[11, 87]"],
        ["wiring", "0", "1 of 4", "-", "-", "-"],
    ]
