"""The coverage script: what it simulates, and the claims of docs/statistics.md on fewer samples."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import coverage
from benchmarks.coverage import Outcome, bimodal, holds, outcomes
from ganbench.stats.intervals import Interval, clopper_pearson, wilson

NORMAL, RARE, OFTEN, HEAVY, SKEWED = outcomes()


@pytest.mark.parametrize("outcome", outcomes(), ids=lambda outcome: outcome.name)
def test_true_values_are_those_of_many_draws(outcome: Outcome) -> None:
    drawn = np.sort(outcome.draw(np.random.default_rng(0), 400_000))
    assert outcome.truth("mean") == pytest.approx(drawn.mean(), abs=0.02)
    assert outcome.truth("iqm") == pytest.approx(drawn[100_000:300_000].mean(), abs=0.01)
    assert outcome.truth("median") == pytest.approx(np.median(drawn), abs=0.01)


def test_bimodal_outcomes_have_the_share_that_failed() -> None:
    drawn = bimodal(0.2).draw(np.random.default_rng(0), 100_000)
    assert np.mean(drawn < 0.5) == pytest.approx(0.2, abs=0.005)


def test_rates_are_covered_exactly() -> None:
    # Of 5 runs at a rate of 1/2, Wilson misses it only if all or none failed.
    assert coverage.rate_coverage(wilson, 0.5, 5) == pytest.approx(1 - 2 / 32)
    for rate in coverage.RATES:
        for n in coverage.NS:
            assert coverage.rate_coverage(clopper_pearson, rate, n) >= 0.95
            assert coverage.rate_coverage(wilson, rate, n) >= 0.90
            assert coverage.difference_coverage(rate, rate, n) >= 0.935


@pytest.mark.parametrize(
    ("outcome", "statistic", "n", "low", "high"),
    [
        (NORMAL, "mean", 5, 0.92, 0.98),
        (HEAVY, "mean", 10, 0.93, 0.99),
        (RARE, "mean", 5, 0.60, 0.75),  # a third of the samples holds no failed run
        (RARE, "iqm", 10, 0.90, 0.98),
        (OFTEN, "iqm", 30, 0.90, 0.98),
        (SKEWED, "iqm", 10, 0.90, 0.98),
        (RARE, "median", 10, 0.95, 1.0),
        (HEAVY, "median", 30, 0.93, 1.0),
    ],
)
def test_the_front_door_covers_what_the_page_says(
    outcome, statistic, n: int, low: float, high: float
) -> None:
    covered = coverage.summary_coverage(outcome, statistic, n, 400)
    assert covered is not None
    assert low <= covered <= high


def test_the_front_door_cannot_tell_at_five_runs() -> None:
    assert coverage.summary_coverage(NORMAL, "iqm", 5, 3) is None
    assert coverage.summary_coverage(NORMAL, "median", 5, 3) is None


@pytest.mark.parametrize("method", coverage.METHODS)
def test_over_five_runs_a_bootstrap_is_too_narrow(method) -> None:
    assert 0.75 <= coverage.mean_bootstrap_coverage(NORMAL, method, 5, 400) <= 0.88


@pytest.mark.parametrize("n", coverage.NS)
def test_other_intervals_cover_about_what_they_say(n: int) -> None:
    assert coverage.improvement_coverage(0.2, 0.6, n, 300) >= 0.91
    assert coverage.paired_coverage(0.3, 0.1, n, 300) >= 0.91
    assert coverage.survival_coverage(0.5, n, 300) >= 0.91
    assert coverage.tuned_coverage((0.1, 0.9), 2, n, 300) >= 0.91
    assert coverage.median_time_coverage(0.9, n, 300) >= 0.91


def test_the_ends_of_an_interval_belong_to_it() -> None:
    assert holds(Interval(0.1, 0.3), 0.1)
    assert holds(Interval(0.1, 0.3), 0.3)
    assert not holds(Interval(0.1, 0.3), 0.31)


def test_the_tables_have_every_interval(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coverage, "RESAMPLES", 20)
    coverage.main(["--repetitions", "4"])
    text = capsys.readouterr().out
    assert text.count("| rate: Wilson | failure rate") == 3
    assert "over 4 samples (seed 0)" in text
    assert "| 0 and 0.9 | 100.0 | 0.0 | 0.0 |" in text
