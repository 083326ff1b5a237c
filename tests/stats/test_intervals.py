"""Intervals of a rate against published values, scipy, and their own definition."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ganbench.stats.intervals import Interval, clopper_pearson, score_limits, wilson

counts = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(("n", "upper"), [(5, 0.434), (10, 0.278), (20, 0.161), (30, 0.114)])
def test_wilson_after_no_success_gives_the_published_upper_bounds(n: int, upper: float) -> None:
    assert wilson(0, n).low == 0
    assert wilson(0, n).high == pytest.approx(upper, abs=5e-4)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_newcombes_published_intervals(successes: int, n: int, low: float, high: float) -> None:
    assert wilson(successes, n) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684)],
)
def test_clopper_pearson_gives_newcombes_published_intervals(
    successes: int, n: int, low: float, high: float
) -> None:
    assert clopper_pearson(successes, n) == pytest.approx((low, high), abs=1e-4)


@given(counts, st.floats(0.5, 0.999))
def test_both_intervals_agree_with_scipy(pair: tuple[int, int], confidence: float) -> None:
    successes, n = pair
    result = stats.binomtest(successes, n)
    for ours, method in ((wilson, "wilson"), (clopper_pearson, "exact")):
        theirs = result.proportion_ci(confidence, method=method)
        assert ours(successes, n, confidence=confidence) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@given(counts)
def test_wilson_ends_where_the_score_test_just_does_not_reject(pair: tuple[int, int]) -> None:
    successes, n = pair
    z = stats.norm.ppf(0.975)
    for rate in wilson(successes, n):
        if 0 < rate < 1:
            assert abs(successes / n - rate) == pytest.approx(z * math.sqrt(rate * (1 - rate) / n), rel=1e-6)


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
@given(pair=counts)
def test_intervals_hold_the_rate_and_mirror_failures(interval, pair: tuple[int, int]) -> None:
    successes, n = pair
    low, high = interval(successes, n)
    assert 0 <= low <= successes / n <= high <= 1
    assert interval(n - successes, n) == pytest.approx((1 - high, 1 - low), abs=1e-9)


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
def test_no_runs_tell_nothing(interval) -> None:
    assert interval(0, 0) == Interval(0, 1)


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
def test_more_confidence_is_a_wider_interval(interval) -> None:
    narrow, wide = interval(3, 10, confidence=0.8), interval(3, 10, confidence=0.99)
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5), (1, 0)])
def test_impossible_counts_are_refused(interval, successes: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"{successes} successes of {n}"):
        interval(successes, n)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0])
def test_a_confidence_outside_0_and_1_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        wilson(1, 2, confidence=confidence)


@given(counts)
def test_the_score_limits_of_a_share_are_wilsons(pair: tuple[int, int]) -> None:
    successes, n = pair
    limits = score_limits(successes / n, n, z=stats.norm.ppf(0.975))
    assert limits == pytest.approx(wilson(successes, n), abs=1e-12)
