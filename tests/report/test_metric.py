"""Cells are compared by one metric, the better the same way round for all."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from ganbench.report.cell import Cell
from ganbench.report.metric import Metric, main_metric
from tests.report.results import section_of, write


def cell(path: Path, **columns: object) -> Cell:
    return section_of(write(path, {"a": [None, None, None]}, **columns)).cells[0]


def test_covered_share_comes_first(tmp_path: Path) -> None:
    found = main_metric([cell(tmp_path, **{"final.distance": 1.0})])
    assert found is not None
    assert (found.name, found.better, found.direction) == ("covered_share", "higher", "higher is better")


def test_without_modes_it_is_the_distance(tmp_path: Path) -> None:
    one = cell(tmp_path, **{"final.covered_share": None, "final.distance": 1.0, "final.high_quality": None})
    found = main_metric([one])
    assert found is not None
    assert (found.name, found.better) == ("distance", "lower")


def test_a_metric_that_one_cell_lacks_is_not_chosen(tmp_path: Path) -> None:
    whole = cell(tmp_path / "a")
    without = cell(tmp_path / "b", **{"final.covered_share": None})
    found = main_metric([whole, without])
    assert found is not None
    assert found.name == "covered_modes"


@pytest.mark.parametrize("how", [{"diverged_at": 300}, {"stopped_at": 750}])
def test_a_cell_none_of_whose_runs_has_an_end_stands_in_no_metrics_way(
    tmp_path: Path, how: dict[str, int]
) -> None:
    whole = cell(tmp_path / "a")
    lost = dict.fromkeys(("final.covered_share", "final.covered_modes", "final.high_quality"), math.nan)
    diverged = cell(tmp_path / "b", **lost, **how)
    found = main_metric([whole, diverged])
    assert found is not None
    assert found.name == "covered_share"
    assert main_metric([diverged]) is None


def test_no_metric_with_a_direction_is_none(tmp_path: Path) -> None:
    one = cell(
        tmp_path, **dict.fromkeys(("final.covered_share", "final.covered_modes", "final.high_quality"))
    )
    assert main_metric([one]) is None


@pytest.mark.parametrize(
    ("name", "ideal", "worst"), [("covered_share", math.inf, -math.inf), ("distance", -math.inf, math.inf)]
)
def test_a_run_without_a_finite_value_has_the_worst(
    tmp_path: Path, name: str, ideal: float, worst: float
) -> None:
    one = cell(tmp_path, **{f"final.{name}": math.nan})
    assert Metric(name, ideal).scores(one).tolist() == [worst] * 3


def test_with_a_finite_ideal_scores_are_distances_from_it(tmp_path: Path) -> None:
    one = cell(tmp_path, **{"final.in_mode_std": 0.75})
    metric = Metric("in_mode_std", 1.0)
    assert (metric.better, metric.direction) == ("lower", "1 is best")
    np.testing.assert_array_equal(metric.scores(one), [0.25] * 3)
