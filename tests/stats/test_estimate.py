"""The front door picks the method that holds at that n, says which, and says when it cannot tell."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.stats.bootstrap import bootstrap
from ganbench.stats.estimate import Estimate, interval_of
from ganbench.stats.intervals import Interval, wilson
from ganbench.stats.means import t_interval
from ganbench.stats.quantile_intervals import median_interval
from ganbench.stats.summaries import interquartile_means, iqm


def generator() -> np.random.Generator:
    return np.random.default_rng(0)


def values_of(n: int) -> np.ndarray:
    return np.random.default_rng(n).normal(size=n)


@pytest.mark.parametrize(
    ("statistic", "n", "method"),
    [
        ("mean", 4, "needs 5 runs"),
        ("mean", 5, "t-interval"),
        ("mean", 30, "t-interval"),
        ("iqm", 5, "needs 6 runs"),
        ("iqm", 6, "range of the runs"),
        ("iqm", 9, "range of the runs"),
        ("iqm", 10, "percentile bootstrap"),
        ("median", 5, "needs 6 runs"),
        ("median", 6, "order statistics"),
    ],
)
def test_the_method_depends_on_the_statistic_and_on_n(statistic, n: int, method: str) -> None:
    found = interval_of(values_of(n), statistic, rng=generator(), resamples=100)
    assert (found.method, found.n, found.confidence) == (method, n, 0.95)
    assert (found.interval is None) == method.startswith("needs")


def test_each_method_is_the_one_it_says() -> None:
    few, many, failed = values_of(8), values_of(12), [1, 0, 0]
    assert interval_of(few, "mean", rng=generator()).interval == t_interval(few)
    assert interval_of(few, "median", rng=generator()).interval == median_interval(few)
    assert interval_of(few, "iqm", rng=generator()).interval == Interval(few.min(), few.max())
    drawn = bootstrap([many], interquartile_means, rng=generator())
    assert interval_of(many, "iqm", rng=generator()).interval == drawn
    assert interval_of(many, "iqm", rng=generator()).value == iqm(many)
    assert interval_of(failed, "rate", rng=generator()).interval == wilson(1, 3)


@given(st.integers(500, 995).map(lambda permille: permille / 1000))
def test_a_median_needs_runs_whose_range_covers_it(confidence: float) -> None:
    needed = next(n for n in range(1, 20) if 2 * 0.5**n <= 1 - confidence + 1e-12)
    short, enough = (
        interval_of(np.arange(n), "median", rng=generator(), confidence=confidence)
        for n in (needed - 1 or 1, needed)
    )
    assert enough.interval is not None
    assert np.isfinite(enough.interval).all()
    assert needed == 1 or short.method == f"needs {needed} runs"


@pytest.mark.parametrize("statistic", ["mean", "iqm"])
def test_strata_are_bootstrapped_from_ten_runs_and_five_in_each(statistic) -> None:
    values = values_of(12)
    few = interval_of(values[:8], statistic, rng=generator(), strata=["a", "b"] * 4)
    thin = interval_of(values, statistic, rng=generator(), strata=["a"] * 8 + ["b"] * 4)
    fine = interval_of(values, statistic, rng=generator(), strata=["a", "b"] * 6)
    assert [one.method for one in (few, thin, fine)] == [
        "needs 10 runs",
        "needs 5 runs in each stratum",
        "stratified percentile bootstrap",
    ]
    assert few.interval is thin.interval is None


def test_strata_take_out_what_differs_between_them() -> None:
    values = np.concatenate([values_of(10), 50 + values_of(10)])
    found = interval_of(values, "mean", rng=generator(), strata=["a"] * 10 + ["b"] * 10, resamples=500)
    plain = interval_of(values, "mean", rng=generator())
    assert found.interval is not None
    assert plain.interval is not None
    assert found.interval.high - found.interval.low < (plain.interval.high - plain.interval.low) / 5


def test_it_reads_as_a_number_with_its_n_and_method() -> None:
    assert (
        str(interval_of([1, 0, 0, 0, 0], "rate", rng=generator()))
        == "0.2 [0.0362, 0.624] (n = 5, 95 %, Wilson)"
    )
    said = str(interval_of([1.0, 2.0, 3.0], "median", rng=generator()))
    assert said == "2 (n = 3, interval: cannot tell, needs 6 runs)"


def test_equal_values_are_no_nan() -> None:
    for statistic in ("mean", "iqm", "median"):
        assert interval_of([8.0] * 12, statistic, rng=generator(), resamples=50).interval == Interval(8, 8)


@pytest.mark.parametrize(
    ("values", "statistic", "strata", "said"),
    [
        ([], "mean", None, "no values"),
        ([1.0, np.nan], "median", None, "leave those runs out"),
        ([1.0, np.inf], "mean", None, "take the median"),
        ([0.0, 0.5], "rate", None, "not all 0 or 1"),
        ([1.0], "std", None, "expected one of: rate, mean, iqm, median"),
        ([1.0], "median", ["a"], "strata with a median"),
        ([1.0], "mean", ["a", "b"], "1 values and 2 strata"),
    ],
)
def test_what_has_no_summary_is_refused(values, statistic, strata, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        interval_of(values, statistic, rng=generator(), strata=strata)


def test_an_estimate_is_plain_data() -> None:
    found = interval_of([1, 0], "rate", rng=generator())
    assert found == Estimate("rate", 0.5, wilson(1, 2), "Wilson", 2, 0.95)
