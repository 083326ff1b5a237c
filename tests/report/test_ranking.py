"""Runs are in the order of their outcome, then of the metric."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

from ganbench.report.cell import Cell
from ganbench.report.metric import Metric
from ganbench.report.ranking import ranks
from tests.report.results import COVERED, section_of, write

Run = tuple[bool, float]
RUNS: tuple[list[Run], list[Run]] = (
    [(False, 1.0), (True, 0.5), (True, 1.0), (False, math.nan)],
    [(True, 0.5), (False, 0.25), (True, math.nan)],
)
HIGHER, LOWER = Metric("covered_share", math.inf), Metric("distance", -math.inf)


def cells(root: Path, metric: Metric) -> list[Cell]:
    """Cells `a` and `b` with the outcomes and values of `RUNS`."""
    names = ("a", "b")
    outcomes = {
        name: [None if healthy else COVERED for healthy, _ in runs]
        for name, runs in zip(names, RUNS, strict=True)
    }
    found = section_of(write(root, outcomes, **{"final.distance": 0.0})).cells
    for cell, runs in zip(found, RUNS, strict=True):
        cell.runs[f"final.{metric.name}"] = [value for _, value in runs]
    return [*found]


def ahead(ours: Run, theirs: Run, *, up: int) -> int:
    """1 where ours is ahead, 0 for a tie, -1 where it is behind: compared pair by pair."""
    keys = [(healthy, -math.inf if math.isnan(value) else up * value) for healthy, value in (ours, theirs)]
    return (keys[0] > keys[1]) - (keys[0] < keys[1])


@pytest.mark.parametrize(("metric", "up"), [(HIGHER, 1), (LOWER, -1)])
def test_every_two_runs_are_in_the_order_of_outcome_then_value(
    tmp_path: Path, metric: Metric, up: int
) -> None:
    found = ranks(cells(tmp_path, metric), metric)
    assert [*found] == ["a", "b"]
    places = np.concatenate([*found.values()])
    runs = [*itertools.chain(*RUNS)]
    for (i, ours), (j, theirs) in itertools.product(enumerate(runs), repeat=2):
        assert np.sign(places[i] - places[j]) == ahead(ours, theirs, up=up)


def test_the_worst_healthy_run_is_above_the_best_failed_one(tmp_path: Path) -> None:
    found = ranks(cells(tmp_path, HIGHER), HIGHER)
    assert found["b"][2] > found["a"][0]


def test_where_all_runs_are_healthy_the_order_is_that_of_the_metric(tmp_path: Path) -> None:
    one = section_of(write(tmp_path, {"a": [None] * 3})).cells[0]
    one.runs["final.covered_share"] = [0.5, 1.0, 0.75]
    np.testing.assert_array_equal(ranks([one], HIGHER)["a"], [0, 2, 1])
