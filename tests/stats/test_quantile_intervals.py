"""Order-statistic intervals against the binomial law, published values, and what they cover."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ganbench.stats.intervals import Interval
from ganbench.stats.quantile_intervals import median_interval, quantile_interval

samples = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("n", "lower", "upper"),
    [(6, 1, 6), (8, 1, 8), (9, 2, 8), (10, 2, 9), (15, 4, 12), (20, 6, 15), (30, 10, 21)],
)
def test_the_median_lies_between_the_ranks_of_the_published_tables(n: int, lower: int, upper: int) -> None:
    assert median_interval(np.arange(1, n + 1)) == Interval(lower, upper)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_fewer_than_six_runs_tell_nothing_of_a_median_at_95_percent(n: int) -> None:
    assert median_interval(np.zeros(n)) == Interval(-math.inf, math.inf)


@given(st.integers(1, 40), st.floats(0.05, 0.95), st.floats(0.5, 0.99))
def test_the_ranks_cover_at_least_the_confidence_and_no_narrower_ones_share_the_tails(
    n: int, probability: float, confidence: float
) -> None:
    padded = range(n + 2)
    low, high = quantile_interval(np.arange(1, n + 1), probability, confidence=confidence)
    lower = 0 if low == -math.inf else int(low)
    upper = n + 1 if high == math.inf else int(high)
    tail = (1 - confidence) / 2
    below, above = stats.binom(n, probability).cdf, stats.binom(n, probability).sf
    assert lower in padded
    assert below(lower - 1) <= tail + 1e-12
    assert above(upper - 1) <= tail + 1e-12
    assert below(lower) > tail - 1e-12
    assert upper == 0 or above(upper - 2) > tail - 1e-12
    assert below(upper - 1) - below(lower - 1) >= confidence - 1e-9


def test_a_high_quantile_of_ten_runs_has_no_upper_end() -> None:
    low, high = quantile_interval(np.arange(10), 0.9)
    assert math.isfinite(low)
    assert high == math.inf


@given(samples)
def test_a_rising_map_moves_the_interval_with_it(values: list[float]) -> None:
    low, high = median_interval(values)
    ends = [math.inf * np.sign(end) if math.isinf(end) else math.atan(end) for end in (low, high)]
    assert median_interval([math.atan(v) for v in values]) == Interval(*ends)


def test_runs_that_diverged_may_be_infinite() -> None:
    assert median_interval([1, 2, 3, 4, 5, math.inf]) == Interval(1, math.inf)


def test_ties_keep_the_coverage() -> None:
    # All samples of six fair coins of values 0 and 1: the median may be either.
    covered = [low <= 0 or high >= 1 for low, high in map(median_interval, product((0, 1), repeat=6))]
    assert np.mean(covered) >= 0.95


@pytest.mark.parametrize("values", [[], [1.0, math.nan]])
def test_no_values_and_nan_are_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match=r"no values|NaN"):
        median_interval(values)


def test_a_probability_beyond_1_is_refused() -> None:
    with pytest.raises(ValueError, match=r"probability is 1\.5"):
        quantile_interval([1.0], 1.5)
