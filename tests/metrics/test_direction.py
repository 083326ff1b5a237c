"""The best value of a metric is the one nearest to its ideal."""

from __future__ import annotations

import math

import pytest

from ganbench import registry
from ganbench.metrics.direction import IDEAL, best


def test_every_metric_has_a_direction():
    assert set(IDEAL) == {entry.name for entry in registry.entries("metric")}


@pytest.mark.parametrize(
    ("metric", "values", "expected"),
    [
        ("covered_share", [0.2, 0.9, 0.5], 0.9),
        ("sliced_wasserstein", [0.2, 0.9, 0.5], 0.2),
        ("in_mode_std", [0.2, 1.3, 0.9], 0.9),
        ("energy_distance", [0.2, -0.01, 0.05], -0.01),
        ("neighbour_auc", [0.9, 0.48, 0.55], 0.48),
        ("value_function", [-2.0, -1.4, -0.5], -1.4),
        ("covered_share", [math.nan, 0.3, math.inf], 0.3),
    ],
)
def test_the_best_value(metric, values, expected):
    assert best(metric, values) == expected


def test_a_share_above_its_ceiling_is_not_the_best():
    assert best("high_quality", [0.97, 1.0, 0.99], ideal=0.98889) == 0.99


def test_nothing_finite_has_no_best():
    assert math.isnan(best("covered_share", [math.nan, math.inf]))
