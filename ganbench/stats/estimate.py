"""The front door to intervals: a summary of runs with the interval that is honest at that n, or none."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from ganbench.stats.bootstrap import RESAMPLES, Rows, bootstrap
from ganbench.stats.checks import Floats, complete, finite, level
from ganbench.stats.intervals import Interval, wilson
from ganbench.stats.means import t_interval
from ganbench.stats.quantile_intervals import median_interval
from ganbench.stats.summaries import interquartile_means, row_means, row_medians

Statistic = Literal["rate", "mean", "iqm", "median"]

MEAN_FROM: Final = 5  # runs; with fewer, points say more than an interval
BOOTSTRAP_FROM: Final = 10
STRATUM_FROM: Final = 5


@dataclass(frozen=True, slots=True)
class Estimate:
    """A summary of n runs. interval: None where it cannot be told, and `method` then says why."""

    statistic: Statistic
    value: float
    interval: Interval | None
    method: str
    n: int
    confidence: float

    def __str__(self) -> str:
        if self.interval is None:
            return f"{self.value:.3g} (n = {self.n}, interval: cannot tell, {self.method})"
        low, high = self.interval
        return f"{self.value:.3g} [{low:.3g}, {high:.3g}] (n = {self.n}, {100 * self.confidence:g} %, {self.method})"


_ROWS: Final[dict[Statistic, Rows]] = {
    "rate": row_means,
    "mean": row_means,
    "iqm": interquartile_means,
    "median": row_medians,
}


Redrawn = Callable[[Sequence[Floats]], Interval]
"""Values by stratum to the interval of a bootstrap."""


class _Answer(NamedTuple):
    interval: Interval | None
    method: str


def interval_of(
    values: ArrayLike,
    statistic: Statistic,
    *,
    rng: Generator,
    strata: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
) -> Estimate:
    """A summary with the interval that covered best at this n (docs/statistics.md has the table).

        rate     Wilson                                     from 1 run; values are 0 or 1
        mean     t-interval                                 from 5 runs
        iqm      range of the runs; percentile bootstrap    from 6 runs at 95 %; from 10
        median   order statistics                           from 6 runs at 95 %

    strata: a label for each value, such as its cell; mean and iqm of all runs are then bootstrapped within
    strata, from 10 runs and 5 in each. rng: what the bootstrap draws its resamples from. Raises ValueError for no values, NaN,
    infinite values for mean and iqm, strata for a rate or median, or an unknown statistic.
    """
    if statistic not in _ROWS:
        raise ValueError(f"statistic is {statistic!r}, expected one of: {', '.join(_ROWS)}")
    found = complete(values) if statistic in ("rate", "median") else finite(values)
    level(confidence)

    def redrawn(groups: Sequence[Floats]) -> Interval:
        return bootstrap(groups, _ROWS[statistic], rng=rng, confidence=confidence, resamples=resamples)

    if strata is None:
        answer = _interval(found, statistic, confidence, redrawn)
    else:
        answer = _stratified(found, strata, statistic, redrawn)
    value = float(_ROWS[statistic](found))
    return Estimate(statistic, value, answer.interval, answer.method, found.size, confidence)


def _interval(values: Floats, statistic: Statistic, confidence: float, redrawn: Redrawn) -> _Answer:
    n = values.size
    if statistic == "rate":
        return _rate(values, confidence)
    if statistic == "iqm" and n >= BOOTSTRAP_FROM:
        return _Answer(redrawn([values]), "percentile bootstrap")
    needed = MEAN_FROM if statistic == "mean" else _runs_for_a_median(confidence)
    if n < needed:
        return _Answer(None, f"needs {needed} runs")
    if statistic == "mean":
        return _Answer(t_interval(values, confidence=confidence), "t-interval")
    if statistic == "median":
        return _Answer(median_interval(values, confidence=confidence), "order statistics")
    return _Answer(Interval(float(values.min()), float(values.max())), "range of the runs")


def _rate(values: Floats, confidence: float) -> _Answer:
    if not np.isin(values, (0.0, 1.0)).all():
        raise ValueError("values are not all 0 or 1, expected whether each run failed")
    return _Answer(wilson(int(values.sum()), values.size, confidence=confidence), "Wilson")


def _stratified(
    values: Floats, strata: Sequence[Hashable], statistic: Statistic, redrawn: Redrawn
) -> _Answer:
    if statistic not in ("mean", "iqm"):
        raise ValueError(f"strata with a {statistic}, expected mean or iqm")
    if len(strata) != values.size:
        raise ValueError(f"{values.size} values and {len(strata)} strata, expected one label for each value")
    groups = [values[[label == one for label in strata]] for one in dict.fromkeys(strata)]
    if values.size < BOOTSTRAP_FROM:
        return _Answer(None, f"needs {BOOTSTRAP_FROM} runs")
    if min(group.size for group in groups) < STRATUM_FROM:
        return _Answer(None, f"needs {STRATUM_FROM} runs in each stratum")
    return _Answer(redrawn(groups), "stratified percentile bootstrap")


def _runs_for_a_median(confidence: float) -> int:
    """The fewest runs whose range covers the median: 2 (1/2)^n <= 1 - confidence."""
    return math.ceil(1 - math.log2(1 - confidence) - 1e-10)  # as `quantile_interval`, equal on paper is equal
