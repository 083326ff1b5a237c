"""Performance profiles against the empirical distribution, and a band that holds everywhere at once."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ganbench.stats.profiles import performance_profile

samples = st.lists(st.floats(-100, 100), min_size=1, max_size=30)


@given(samples, st.lists(st.floats(-100, 100), min_size=1, max_size=9))
def test_it_is_the_empirical_survival_function(values: list[float], thresholds: list[float]) -> None:
    found = performance_profile(values, thresholds)
    assert found.share == pytest.approx(stats.ecdf(values).sf.evaluate(thresholds))
    assert (found.low <= found.share).all()
    assert (found.share <= found.high).all()
    assert (found.low >= 0).all()
    assert (found.high <= 1).all()


@given(samples, st.lists(st.floats(-100, 100), min_size=1, max_size=9))
def test_where_lower_is_better_it_is_the_share_below(values: list[float], thresholds: list[float]) -> None:
    found = performance_profile(values, thresholds, better="lower")
    assert found.share == pytest.approx([np.mean(np.array(values) < tau) for tau in thresholds])
    assert found.thresholds.tolist() == thresholds


def test_a_run_without_a_value_is_beyond_no_threshold() -> None:
    for better in ("higher", "lower"):
        found = performance_profile([1.0, math.nan], [-1e9, 0.0, 1e9], better=better)
        assert found.share.max() == 0.5
        assert found.n == 2


def test_the_band_is_massarts() -> None:
    found = performance_profile(np.arange(10), [4.5])
    assert (found.low[0], found.high[0]) == pytest.approx((0.5 - 0.42946, 0.5 + 0.42946), abs=1e-5)


def test_the_band_holds_the_whole_curve_at_least_as_often_as_it_says() -> None:
    taus, rng = np.linspace(-3, 3, 200), np.random.default_rng(0)
    truth = stats.norm.sf(taus)
    drawn = [performance_profile(rng.normal(size=10), taus) for _ in range(500)]
    held = [(one.low <= truth).all() and (truth <= one.high).all() for one in drawn]
    assert np.mean(held) >= 0.94


def test_no_values_are_refused() -> None:
    with pytest.raises(ValueError, match="no values"):
        performance_profile([], [0.0])
