"""Time to failure, with runs that were healthy to the end as censored: Kaplan-Meier."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ganbench.stats.checks import Floats, complete, level
from ganbench.stats.intervals import Interval, clopper_pearson

NOT_REACHED = math.inf


class Bounded(NamedTuple):
    """A value with its interval; infinite: not reached within the runs."""

    value: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Survival:
    """The share of runs still healthy, as steps: share[i] holds from times[i] until times[i + 1].

    times: 0 and every time at which a run failed, shape [k], in the unit given. at_risk: runs that were
    still watched and healthy just before; failed: runs that failed then. low, high: pointwise interval.
    horizon: the longest time that was watched.
    """

    times: Floats
    at_risk: Floats
    failed: Floats
    share: Floats
    low: Floats
    high: Floats
    horizon: float
    confidence: float

    @property
    def n(self) -> int:
        return int(self.at_risk[0])

    def at(self, time: float) -> float:
        """The share healthy at a time; NaN beyond the horizon, where nobody looked."""
        if time > self.horizon:
            return math.nan
        return float(self.share[np.searchsorted(self.times, time, side="right") - 1])


def kaplan_meier(times: ArrayLike, failed: ArrayLike, *, confidence: float = 0.95) -> Survival:
    """The share of runs that are healthy after each time.

        S(t) = prod over t_i <= t of (1 - d_i / n_i)
        V(t) = sum d_i / (n_i (n_i - d_i)) / log^2 S(t)          (Greenwood, on the scale log(-log S))
        interval: S(t)^exp(+-z sqrt(V(t)))

    times: of failure, or for a run that did not fail the time until which it was watched; 0 or more, shape
    [n]. Runs censored at the time of a failure count as at risk. Where the formula is undefined: before
    the first failure the lower end is Clopper and Pearson's for n of n. At S = 0 the upper end is that of the
    step before; where all n failed, Clopper and Pearson's for 0 of n if that is less. Kaplan & Meier 1958, doi:10.2307/2281868; Kalbfleisch & Prentice 1980, section 1.4.
    Raises ValueError for no runs, unequal lengths, NaN or negative times.
    """
    when, events = complete(times), np.asarray(failed, dtype=bool)
    if events.shape != when.shape:
        raise ValueError(f"{when.size} times and {events.size} outcomes, expected one of each for a run")
    if when.min() < 0:
        raise ValueError(f"a time is {when.min():g}, expected 0 or more")
    moments, counts = np.unique(when[events], return_counts=True)
    deaths = counts.astype(np.float64)
    at_risk = (when.size - np.searchsorted(np.sort(when), moments, side="left")).astype(np.float64)
    share = np.asarray(np.cumprod(1 - deaths / at_risk), dtype=np.float64)
    low, high = _log_log(share, at_risk, deaths, confidence)
    first = clopper_pearson(when.size, when.size, confidence=confidence)
    high = np.concatenate([[first.high], high])
    if share.size and share[-1] == 0:
        high[-1] = high[-2]
    if events.all():
        high[-1] = min(high[-1], clopper_pearson(0, when.size, confidence=confidence).high)
    return Survival(
        times=np.concatenate([[0.0], moments]),
        at_risk=np.concatenate([[float(when.size)], at_risk]),
        failed=np.concatenate([[0.0], deaths]),
        share=np.concatenate([[1.0], share]),
        low=np.concatenate([[first.low], low]),
        high=high,
        horizon=float(when.max()),
        confidence=confidence,
    )


def median_time(curve: Survival) -> Bounded:
    """The first time at which at most half of the runs are healthy, with Brookmeyer and Crowley's interval.

    The interval holds the times at which the pointwise interval holds one half: infinite ends were not
    reached, and a lower end of 0 tells nothing. Brookmeyer & Crowley 1982, doi:10.2307/2530286.
    """
    return Bounded(_first(curve, curve.share), Interval(_first(curve, curve.low), _first(curve, curve.high)))


def restricted_mean(curve: Survival, horizon: float | None = None) -> Bounded:
    """The mean healthy time up to a horizon, by default the longest time watched.

        M = integral of S from 0 to horizon,  var M = sum A_i^2 d_i / (n_i (n_i - d_i)),
        A_i = integral of S from t_i to horizon;  M +- z sqrt(var M), within [0, horizon]

    Royston & Parmar 2013, doi:10.1186/1471-2288-13-152. Without any failure, or where all runs failed at
    once, the interval is a point and says nothing of the spread. Raises ValueError for a horizon beyond
    the longest time watched.
    """
    end = curve.horizon if horizon is None else horizon
    if not 0 <= end <= curve.horizon:
        raise ValueError(f"horizon is {end:g}, expected 0 to {curve.horizon:g}, the longest time watched")
    seen = curve.times <= end
    starts, share = curve.times[seen], curve.share[seen]
    pieces = share * np.diff(np.append(starts, end))
    ahead = np.cumsum(pieces[::-1])[::-1]
    risk, deaths = curve.at_risk[seen], curve.failed[seen]
    left = risk - deaths
    terms = ahead**2 * deaths / (risk * np.where(left > 0, left, 1))  # after the last run nothing is ahead
    half = _z(curve.confidence) * math.sqrt(float(terms.sum()))
    mean = float(ahead[0])
    return Bounded(mean, Interval(max(0.0, mean - half), min(end, mean + half)))


def _log_log(share: Floats, at_risk: Floats, deaths: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Both ends at each failure; 0 where nobody is left."""
    left = at_risk - deaths
    defined = left > 0
    terms = np.where(defined, deaths / (at_risk * np.where(defined, left, 1)), 0.0)
    inner = np.where(defined, share, 0.5)
    width = _z(confidence) * np.sqrt(np.cumsum(terms)) / -np.log(inner)
    ends = (np.where(defined, inner ** np.exp(sign * width), 0.0) for sign in (1, -1))
    low, high = ends
    return low, high


def _first(curve: Survival, line: Floats) -> float:
    below = np.flatnonzero(line <= 0.5)
    return float(curve.times[below[0]]) if below.size else NOT_REACHED


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + level(confidence)) / 2)
