"""A label's effect is told by cells that differ in it alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.report.axes import axes_of, effects, grids, is_number
from ganbench.stats.rates import Count, newcombe
from tests.report.results import COVERED, QUALITY, explained, product, section_of


def test_an_effect_counts_matched_cells_by_criterion(tmp_path: Path) -> None:
    section = product(
        tmp_path,
        {
            ("1", "none"): [COVERED, COVERED],
            ("2", "none"): [COVERED, QUALITY],
            ("1", "r1"): [None, None],
            ("2", "r1"): [None, QUALITY],
        },
    )
    found = {(one.axis, one.label, one.failure): one for one in effects(section.arenas[0])}
    helped = found["trick", "r1", COVERED]
    assert (helped.failed, helped.failed_first, helped.first) == (Count(0, 4), Count(3, 4), "none")
    assert helped.difference == -0.75
    assert helped.interval == newcombe(Count(0, 4), Count(3, 4))
    assert found["trick", "r1", QUALITY].difference == 0
    assert set(found) == {(a, b, c) for a, b in (("lr", "2"), ("trick", "r1")) for c in (COVERED, QUALITY)}


def test_an_effect_counts_root_causes_as_well(tmp_path: Path) -> None:
    explained(tmp_path, "ring/plain", [{"mode-collapse": ""}, {"limit-cycle": ""}], failed=[True, True])
    explained(tmp_path, "ring/r1", [{"mode-collapse": ""}, {}], failed=[False, True], population="q")
    found = {one.failure: one for one in effects(section_of(tmp_path).arenas[0]) if one.by == "root cause"}
    # A finding of a healthy run is the cause of no failure.
    assert {kind: (one.failed, one.failed_first) for kind, one in found.items()} == {
        "mode-collapse": (Count(0, 2), Count(1, 2)),
        "limit-cycle": (Count(0, 2), Count(1, 2)),
    }


def test_a_failure_that_neither_label_has_is_no_effect(tmp_path: Path) -> None:
    section = product(
        tmp_path,
        {
            ("1", "a"): [None],
            ("1", "b"): [COVERED],
            ("1", "c"): [None],
            ("2", "a"): [None],
            ("2", "c"): [QUALITY],
        },
    )
    found = {(one.label, one.failure) for one in effects(section.arenas[0])}
    assert found == {("2", QUALITY), ("b", COVERED), ("c", QUALITY)}


def test_a_cell_without_a_partner_is_in_no_effect(tmp_path: Path) -> None:
    section = product(tmp_path, {("1", "none"): [COVERED], ("1", "r1"): [None], ("2", "r1"): [COVERED]})
    found = {(one.axis, one.label): one for one in effects(section.arenas[0])}
    assert found["trick", "r1"].failed == Count(0, 1)
    assert (found["lr", "2"].failed, found["lr", "2"].failed_first) == (Count(1, 1), Count(0, 1))


def test_axes_have_at_least_two_labels(tmp_path: Path) -> None:
    section = product(tmp_path, {("1", "none"): [None], ("2", "none"): [None]})
    assert axes_of(section.cells) == {"lr": ["1", "2"]}


def test_two_numeric_axes_make_a_grid_of_counts(tmp_path: Path) -> None:
    section = product(tmp_path, {(x, y): [None, COVERED] for x in ("10", "9") for y in ("1e-3", "0.5")})
    (grid,) = grids(section.arenas[0])
    assert (grid.x, grid.y, grid.xs, grid.ys) == ("lr", "trick", [9, 10], [0.001, 0.5])
    assert set(grid.counts.values()) == {Count(1, 2)}


def test_a_text_axis_makes_no_grid(tmp_path: Path) -> None:
    section = product(tmp_path, {(x, y): [None] for x in ("1", "2") for y in ("a", "b")})
    assert grids(section.arenas[0]) == ()


@pytest.mark.parametrize(("label", "number"), [("1e-3", True), ("0.5", True), ("r1", False), ("", False)])
def test_a_label_is_a_number_or_not(label: str, number: bool) -> None:
    assert is_number(label) == number
