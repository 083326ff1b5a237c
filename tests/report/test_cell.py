"""Health is counted over runs that ended, and causes by the criterion that was broken first."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from ganbench.report.cell import Cell
from ganbench.stats.intervals import wilson
from tests.report.results import COVERED, QUALITY, explained, section_of, write


@pytest.fixture
def cells(tmp_path: Path) -> dict[str, Cell]:
    return {cell.name: cell for cell in section_of(write(tmp_path)).cells}


def test_counts_add_up(cells: dict[str, Cell]) -> None:
    for cell in cells.values():
        assert cell.healthy + cell.failed == cell.n
        assert sum(cell.causes.values()) == cell.failed == cell.count.failed


def test_the_share_has_wilsons_interval(cells: dict[str, Cell]) -> None:
    assert cells["ring/half"].share == 0.5
    assert cells["ring/half"].interval == wilson(5, 10)


def test_causes_come_with_the_most_frequent_first(cells: dict[str, Cell]) -> None:
    assert [*cells["ring/plain"].causes.items()] == [(COVERED, 7), (QUALITY, 2)]
    assert cells["ring/r1"].causes == {}


def test_a_column_that_no_run_has_is_empty_and_its_median_is_nan(cells: dict[str, Cell]) -> None:
    assert cells["ring/r1"].column("final.distance").empty
    assert math.isnan(cells["ring/r1"].median("final.distance"))
    assert cells["ring/plain"].median("final.covered_modes") == 4


def test_modes_and_steps_are_those_of_the_runs(cells: dict[str, Cell]) -> None:
    assert (cells["ring/r1"].modes, cells["ring/r1"].steps) == (8, 1000)


def test_root_causes_are_of_failed_runs_and_the_rest_is_unexplained(tmp_path: Path) -> None:
    findings = [
        {"limit-cycle": ""},
        {"mode-collapse": "", "stagnation": "mode-collapse"},
        {"limit-cycle": ""},
        {},
    ]
    explained(tmp_path, "a", [*findings, {"wiring": ""}], failed=[True] * 4 + [False])
    (cell,) = section_of(tmp_path).cells
    assert [*cell.roots.items()] == [("limit-cycle", 2), ("mode-collapse", 1)]
    assert cell.unexplained == 1
