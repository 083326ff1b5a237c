"""Survival against scipy, closed forms without censoring, and a worked table."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ganbench.stats.intervals import Interval, clopper_pearson
from ganbench.stats.survival import Survival, kaplan_meier, median_time, restricted_mean

runs = st.lists(st.tuples(st.integers(1, 20), st.booleans()), min_size=1, max_size=30)


def curve_of(found: list[tuple[int, bool]]) -> Survival:
    times, failed = zip(*found, strict=True)
    return kaplan_meier(times, failed)


@given(runs)
def test_the_curve_and_its_interval_are_scipys(found: list[tuple[int, bool]]) -> None:
    failed, censored = ([t for t, f in found if f is kind] for kind in (True, False))
    if not failed:
        return
    theirs = stats.ecdf(stats.CensoredData(uncensored=failed, right=censored)).sf
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where scipy's formula is undefined, ours is tested below
        ends = theirs.confidence_interval(method="log-log")
    ours = curve_of(found)
    at = np.searchsorted(theirs.quantiles, ours.times[1:])
    inner = ours.share[1:] > 0
    assert ours.share[1:] == pytest.approx(theirs.probabilities[at])
    assert ours.low[1:][inner] == pytest.approx(ends.low.probabilities[at][inner])
    assert ours.high[1:][inner] == pytest.approx(ends.high.probabilities[at][inner])


@given(runs)
def test_nothing_is_nan_and_the_interval_holds_the_share(found: list[tuple[int, bool]]) -> None:
    curve = curve_of(found)
    assert (curve.low <= curve.share + 1e-12).all()
    assert (curve.share <= curve.high + 1e-12).all()
    assert (np.diff(curve.share) < 0).all()
    assert curve.n == len(found)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=30), st.integers(0, 10))
def test_without_censoring_it_is_the_share_of_later_times(times: list[int], at: int) -> None:
    curve = kaplan_meier(times, [True] * len(times))
    expected = math.nan if at > max(times) else np.mean(np.array(times) > at)
    assert curve.at(at) == pytest.approx(expected, nan_ok=True)


def test_a_worked_table() -> None:
    # 10 runs: failures at 3, 5, 5, 8; one watched until 4 only, the others until 10.
    curve = kaplan_meier([3, 4, 5, 5, 8, 10, 10, 10, 10, 10], [1, 0, 1, 1, 1, 0, 0, 0, 0, 0])
    assert curve.times.tolist() == [0, 3, 5, 8]
    assert curve.at_risk.tolist() == [10, 10, 8, 6]
    assert curve.share == pytest.approx([1, 0.9, 0.9 * 6 / 8, 0.9 * 6 / 8 * 5 / 6])
    assert median_time(curve).value == math.inf
    assert restricted_mean(curve).value == pytest.approx(3 + 2 * 0.9 + 3 * 0.675 + 2 * 0.5625)


def test_the_median_is_the_first_time_at_which_half_have_failed() -> None:
    curve = kaplan_meier([2, 4, 6, 8, 10, 10], [True] * 4 + [False] * 2)
    assert median_time(curve).value == 6


def test_no_failure_in_few_runs_tells_nothing_of_the_median_and_in_many_that_it_is_later() -> None:
    few, many = (median_time(kaplan_meier([100] * n, [False] * n)) for n in (5, 6))
    assert few == (math.inf, Interval(0, math.inf))
    assert many == (math.inf, Interval(math.inf, math.inf))


def test_before_the_first_failure_the_interval_is_that_of_a_rate() -> None:
    curve = kaplan_meier([5, 9, 9], [True, False, False])
    assert (curve.low[0], curve.high[0]) == clopper_pearson(3, 3)


def test_where_nobody_is_left_the_upper_end_is_that_of_the_step_before_or_that_of_a_rate() -> None:
    curve = kaplan_meier([1, 2, 3], [True] * 3)
    assert (curve.share[-1], curve.low[-1]) == (0, 0)
    censored = kaplan_meier([1, 2, 2, 3], [True, True, False, True])
    assert censored.high[-1] == censored.high[-2] > 0
    assert curve.high[-1] == min(curve.high[-2], clopper_pearson(0, 3).high)


@given(st.lists(st.integers(1, 20), min_size=1, max_size=30))
def test_where_all_failed_it_is_no_more_than_that_of_a_rate_of_0(times: list[int]) -> None:
    assert kaplan_meier(times, [True] * len(times)).high[-1] <= clopper_pearson(0, len(times)).high


def test_where_all_failed_at_once_it_is_that_of_a_rate_of_0_and_the_median_is_known() -> None:
    curve = kaplan_meier([4] * 10, [True] * 10)
    assert (curve.low[-1], curve.high[-1]) == clopper_pearson(0, 10)
    assert median_time(curve) == (4, Interval(4, 4))


def test_a_run_that_is_watched_until_a_failure_elsewhere_was_at_risk() -> None:
    assert kaplan_meier([5, 5], [True, False]).share.tolist() == [1, 0.5]


@given(runs, st.integers(2, 50))
def test_time_has_no_unit(found: list[tuple[int, bool]], scale: int) -> None:
    plain, scaled = curve_of(found), curve_of([(scale * t, f) for t, f in found])
    assert scaled.share == pytest.approx(plain.share)
    assert median_time(scaled).value == scale * median_time(plain).value
    assert restricted_mean(scaled).value == pytest.approx(scale * restricted_mean(plain).value)


@given(st.lists(st.integers(1, 9), min_size=2, max_size=30))
def test_without_censoring_the_restricted_mean_is_the_mean(times: list[int]) -> None:
    found = restricted_mean(kaplan_meier(times, [True] * len(times)))
    half = 1.959964 * np.std(times) / math.sqrt(len(times))
    assert found.value == pytest.approx(np.mean(times))
    assert found.interval.high == pytest.approx(min(max(times), np.mean(times) + half), rel=1e-6)
    assert found.interval.low == pytest.approx(max(0, np.mean(times) - half), rel=1e-6, abs=1e-9)


def test_nobody_looked_beyond_the_horizon() -> None:
    curve = kaplan_meier([5, 9], [True, False])
    assert math.isnan(curve.at(9.5))
    with pytest.raises(ValueError, match="horizon is 10, expected 0 to 9"):
        restricted_mean(curve, 10)
    assert restricted_mean(curve, 5).value == 5


@pytest.mark.parametrize(
    ("times", "failed", "said"),
    [
        ([], [], "no values"),
        ([1.0], [True, False], "1 times and 2 outcomes"),
        ([-1.0], [True], "a time is -1"),
        ([math.nan], [True], "NaN"),
    ],
)
def test_what_is_no_course_of_runs_is_refused(times, failed, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        kaplan_meier(times, failed)
