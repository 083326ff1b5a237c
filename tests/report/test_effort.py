"""What tuning and cost say in words, and what they cannot say."""

from __future__ import annotations

import json
from pathlib import Path

from ganbench.report.canvas import style
from ganbench.report.effort import drawings_of, efforts, sentences, unsaid
from ganbench.report.section import Section
from tests.report.results import COVERED, content, product, section_of, write

F = COVERED


def said(section: Section) -> list[str]:
    (arena,) = section.arenas
    return [*sentences(arena.name, efforts(section)[arena.name])]


def not_said(section: Section) -> list[str]:
    (arena,) = section.arenas
    return [*unsaid(arena.name, efforts(section)[arena.name])]


def test_sentences_name_the_reach_of_numeric_axes_and_the_best_of_every_axis(tmp_path: Path) -> None:
    section = product(
        tmp_path,
        {
            ("1e-4", "plain"): [None] * 4,
            ("1e-2", "plain"): [F] * 4,
            ("1e-4", "r1"): [None] * 4,
            ("1e-2", "r1"): [None] * 4,
        },
        costs={"plain": 2, "r1": 3},
    )
    assert said(section) == [
        "The largest lr on ring at which at least 80 % of the runs are healthy: from 1e-4 (plain) to 1e-2 (r1).",
        "By lr, the best of 2 settings on ring is healthy equally often for all 2: 100 % [51, 100].",
        "By trick, the best of 2 settings on ring is healthy equally often for all 2: 100 % [51, 100].",
    ]
    assert not_said(section) == []


def test_the_best_and_the_worst_have_their_numbers(tmp_path: Path) -> None:
    outcomes = {(x, y): [F if y == "bad" else None] * 4 for x in "ab" for y in ("good", "also", "bad")}
    assert said(product(tmp_path, outcomes))[-1] == (
        "By trick, the best of 2 settings on ring is healthy most often for also and good, 100 % [51, 100], "
        "least often for bad, 0 % [0, 49]."
    )


def test_an_axis_at_which_nothing_is_stable_says_so(tmp_path: Path) -> None:
    assert said(product(tmp_path, {(x, "a"): [F] for x in "12"})) == [
        "At no lr on ring are at least 80 % of the runs healthy."
    ]


def test_one_line_of_cells_has_one_largest_value(tmp_path: Path) -> None:
    assert said(product(tmp_path, {(x, "a"): [None] for x in "12"})) == [
        "The largest lr on ring at which at least 80 % of the runs are healthy is 2."
    ]


def test_one_axis_and_equal_spending_are_reasons(tmp_path: Path) -> None:
    assert not_said(section_of(write(tmp_path))) == [
        "Equal tuning budget on ring: cells differ in method alone, so there is nothing to tune.",
        "Equal cost on ring: every cell spends the same 2,000 gradient evaluations; all comparisons are at equal cost.",
    ]


def test_one_seed_is_a_reason(tmp_path: Path) -> None:
    reasons = not_said(product(tmp_path, {(x, y): [None] for x in "12" for y in "ab"}))
    assert reasons[:2] == [
        f"Best of 2 settings by {axis} on ring: choosing and scoring by different seeds needs two seeds of every cell."
        for axis in ("lr", "trick")
    ]


def test_figures_are_drawn_where_there_is_a_choice_and_a_difference_in_cost(tmp_path: Path) -> None:
    def drawn(name: str, seeds: int, cost: float) -> list[str]:
        outcomes = {(x, y): [None] * seeds for x in "12" for y in "ab"}
        section = product(tmp_path / name, outcomes, costs={"a": 2, "b": cost})
        (arena,) = section.arenas
        with style():
            found = drawings_of(arena, efforts(section)[arena.name], most=2, columns=1)
            return [one.name for one in found]

    assert drawn("one", 1, 2) == []
    assert drawn("two", 2, 2) == ["tuning-ring-lr", "tuning-ring-trick"]
    assert drawn("dear", 1, 3) == ["costs-ring"]


def test_missing_criteria_are_a_reason(tmp_path: Path) -> None:
    section = section_of(write(tmp_path, {"a": [None]}, content=json.dumps(content(failure=[]))))
    assert not_said(section) == [
        "Equal tuning budget on ring: cells have no axes, so there is nothing to tune.",
        "Equal cost on ring: the suite has no failure criteria with bounds to compare at.",
    ]
