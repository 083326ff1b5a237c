"""Curves at equal cost: interpolation, and nothing beyond what was spent."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.stats.equal_cost import at_cost


@given(st.floats(1, 5), st.floats(-9, 9), st.floats(-9, 9))
def test_a_straight_line_is_kept(budget: float, start: float, slope: float) -> None:
    costs = np.array([1.0, 2.0, 5.0])
    assert at_cost(costs, start + slope * costs, budget) == pytest.approx(start + slope * budget, abs=1e-9)


def test_at_an_evaluation_it_is_that_evaluation() -> None:
    assert [float(at_cost([1, 2, 4], [7.0, 3.0, 9.0], cost)) for cost in (1, 2, 4)] == [7, 3, 9]


def test_nothing_is_extrapolated() -> None:
    assert math.isnan(at_cost([1, 2], [7.0, 3.0], 0.5))
    assert math.isnan(at_cost([1, 2], [7.0, 3.0], 2.5))


def test_runs_may_share_costs_or_have_their_own() -> None:
    curves = np.arange(12.0).reshape(2, 2, 3)
    own = np.array([1.0, 2.0, 3.0]) * np.array([[1.0], [2.0]])
    assert at_cost([1, 2, 3], curves, 2).tolist() == [[1, 4], [7, 10]]
    assert at_cost(own, curves, 2).tolist() == [[1, 3], [7, 9]]


@pytest.mark.parametrize(
    ("costs", "curve", "said"),
    [
        ([1, 1], [0.0, 1.0], "do not rise"),
        ([1, 2], [0.0], "expected one cost each"),
        ([], [], "expected one cost each"),
    ],
)
def test_costs_that_do_not_fit_are_refused(costs, curve, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        at_cost(costs, curve, 1.0)
