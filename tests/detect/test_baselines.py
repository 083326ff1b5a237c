"""The reference stretch, the robust z, and the median of what came before."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.detect import Facts, from_steps
from ganbench.detect.baselines import log_norm_z, median, reference, trailing_greatest, trailing_median
from ganbench.detect.thresholds import limits

LIMITS = limits()["baseline"]


def table(steps: int):
    return from_steps(np.arange(steps), {"x": np.ones(steps)}, facts=Facts(steps=steps), most=steps // 10)


def test_the_reference_is_2_to_10_percent_of_a_long_plan() -> None:
    chosen = np.flatnonzero(reference(table(10_000), LIMITS)) * 10
    assert 200 - 20 <= chosen[0] <= 220
    assert 980 - 20 <= chosen[-1] <= 1000


def test_the_reference_of_a_short_run_has_two_hundred_steps() -> None:
    chosen = np.flatnonzero(reference(table(1000), LIMITS)) * 10
    assert chosen[-1] - chosen[0] >= 180


def test_a_norm_one_decade_above_a_quiet_reference_is_at_the_floor_of_the_spread() -> None:
    z = log_norm_z(np.array([1.0, 10.0, 0.1]), np.ones(50), LIMITS)
    np.testing.assert_allclose(z, [0, 1 / 0.14826, -1 / 0.14826], atol=1e-9)


def test_a_noisy_reference_widens_the_scale() -> None:
    noisy = 10 ** np.random.default_rng(0).normal(size=2000)
    assert log_norm_z(np.array([10.0]), noisy, LIMITS)[0] == pytest.approx(1, abs=0.1)


def test_without_a_reference_there_is_no_z() -> None:
    assert np.isnan(log_norm_z(np.ones(3), np.full(4, np.nan), LIMITS)).all()


@given(st.lists(st.floats(0, 9), max_size=30), st.integers(3, 6))
def test_the_trailing_median_is_that_of_the_rows_before(values: list[float], rows: int) -> None:
    found = trailing_median(np.array(values), rows)
    expected = [np.nan if i < 3 else np.median(values[max(0, i - rows) : i]) for i in range(len(values))]
    np.testing.assert_allclose(found, expected)


@given(st.lists(st.floats(0, 9) | st.just(np.nan), max_size=30), st.integers(1, 6))
def test_the_trailing_greatest_is_that_of_the_rows_before(values: list[float], rows: int) -> None:
    found = trailing_greatest(np.array(values, float), rows)
    finite = [[x for x in values[max(0, i - rows) : i] if x == x] for i in range(len(values))]
    np.testing.assert_array_equal(found, [max(before, default=0.0) for before in finite])


def test_the_median_is_of_finite_values() -> None:
    assert median(np.array([np.nan, 1, 2, 3, np.inf])) == 2
    assert np.isnan(median(np.array([np.nan])))
