"""The t-interval against scipy, and what it covers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ganbench.stats.intervals import Interval
from ganbench.stats.means import t_interval

samples = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40)


@given(samples, st.floats(0.5, 0.99))
def test_it_is_scipys(values: list[float], confidence: float) -> None:
    theirs = stats.ttest_1samp(values, 0).confidence_interval if len(set(values)) > 1 else None
    low, high = t_interval(values, confidence=confidence)
    if theirs is not None:
        assert (low, high) == pytest.approx(tuple(theirs(confidence)), rel=1e-6, abs=1e-6)


def test_equal_values_give_a_point() -> None:
    assert t_interval([2.0, 2.0, 2.0]) == Interval(2, 2)


def test_one_run_tells_nothing() -> None:
    assert t_interval([1.0]) == Interval(-math.inf, math.inf)


@pytest.mark.parametrize(
    ("values", "said"),
    [([], "no values"), ([1, math.nan], "1 of 2 values are NaN"), ([1, math.inf], "infinite")],
)
def test_values_without_a_mean_are_refused(values: list[float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        t_interval(values)


def test_over_five_normal_runs_it_covers_what_it_says() -> None:
    drawn = np.random.default_rng(0).normal(size=(1000, 5))
    assert 0.93 <= np.mean([low <= 0 <= high for low, high in map(t_interval, drawn)]) <= 0.97
