"""Summaries against scipy and numpy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ganbench.stats.summaries import interquartile_means, iqm, quantiles, row_means, row_medians

samples = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60)


@given(samples)
def test_iqm_is_the_mean_trimmed_by_a_quarter(values: list[float]) -> None:
    assert iqm(values) == pytest.approx(stats.trim_mean(values, 0.25), rel=1e-9, abs=1e-6)


def test_iqm_forgets_the_outer_quarters() -> None:
    assert iqm([-1e9, 1, 3, 1e9]) == 2
    assert iqm([5.0]) == 5


@given(samples, st.floats(0, 1))
def test_quantiles_interpolate_between_order_statistics(values: list[float], probability: float) -> None:
    ordered = sorted(values)
    place = probability * (len(ordered) - 1)
    below, above = ordered[math.floor(place)], ordered[math.ceil(place)]
    (found,) = quantiles(values, [probability])
    assert found == pytest.approx(below + (place - math.floor(place)) * (above - below), rel=1e-9, abs=1e-6)


def test_quantiles_come_in_the_order_asked_for() -> None:
    assert quantiles(np.arange(5), [1, 0, 0.5]) == (4, 0, 2)


@pytest.mark.parametrize("summary", [iqm, lambda values: quantiles(values, [0.5])[0]])
def test_a_nan_among_the_values_shows(summary) -> None:
    assert math.isnan(summary([1, 2, 3, math.nan, 4, 5, 6, 7]))


@pytest.mark.parametrize("summary", [iqm, lambda values: quantiles(values, [0.5])])
def test_no_values_have_no_summary(summary) -> None:
    with pytest.raises(ValueError, match="no values"):
        summary([])


@pytest.mark.parametrize(
    ("rows", "one"), [(interquartile_means, iqm), (row_means, np.mean), (row_medians, np.median)]
)
@given(n=st.integers(1, 12))
def test_summaries_of_rows_are_those_of_each_row(rows, one, n: int) -> None:
    values = np.random.default_rng(n).normal(size=(2, 3, n))
    assert rows(values) == pytest.approx(np.apply_along_axis(one, -1, values))
