"""Figures of tuning and cost are drawn from the numbers of their tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.report import budget_figures
from ganbench.report.canvas import style
from ganbench.report.costs import ledger
from ganbench.report.section import Section
from ganbench.report.tuning import contests
from tests.report.results import COVERED, product


@pytest.fixture
def section(tmp_path: Path) -> Section:
    outcomes = {(x, y): [None if (x, y) != ("2", "a") else COVERED] * 4 for x in "12" for y in "ab"}
    return product(tmp_path, outcomes | {("1", "c"): [None] * 4}, costs={"a": 2, "b": 3})


def test_each_label_has_a_ring_and_a_disc_if_it_has_a_choice(section: Section) -> None:
    (contest,) = [one for one in contests(section.arenas[0]) if one.axis == "trick"]
    with style():
        drawing = budget_figures.tuning("ring", contest, columns=2)
    (axes,) = drawing.figure.axes
    marks = [
        (line.get_xdata()[0], line.get_ydata()[0], line.get_markerfacecolor() == "none")
        for line in axes.lines
    ]
    assert marks == [(50, 0, True), (100, 0, False), (100, 1, True), (100, 1, False), (100, 2, True)]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b", "c"]
    assert "n = 4 to 8 runs of each trick" in drawing.caption


def test_each_panel_is_the_share_of_sound_runs_over_cost(section: Section) -> None:
    found = ledger(section, section.arenas[0])
    assert found is not None
    with style():
        drawing = budget_figures.costs(found, found.cells[:2], columns=2)
    for axes, one in zip(drawing.figure.axes, found.cells, strict=False):
        course, budget = axes.lines
        assert course.get_xdata().tolist() == one.costs.tolist()
        assert course.get_ydata().tolist() == (100 * one.sound / 4).tolist()
        assert list(budget.get_xdata()) == [2000, 2000]
    assert "2,000 gradient evaluations; n = 4 runs in each of 2 cells" in drawing.caption
