"""Intervals of a rate. A number travels with its n and its spread."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

from ganbench.stats.checks import level


class Interval(NamedTuple):
    """Both ends belong to it. An infinite end, or the end of the range, tells nothing on that side."""

    low: float
    high: float


def wilson(successes: int, n: int, *, confidence: float = 0.95) -> Interval:
    """Two-sided score interval of a binomial rate, within [0, 1]; no runs tell nothing: [0, 1].

        (p + z^2/2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2/n),  p = successes / n

    with z the normal quantile at (1 + confidence) / 2. Its mean coverage is close to nominal at small
    n. Wilson 1927; Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286. Raises ValueError for counts
    that no experiment gives.
    """
    _check(successes, n, confidence)
    if n == 0:
        return Interval(0.0, 1.0)
    low, high = score_limits(successes / n, n, z=NormalDist().inv_cdf((1 + confidence) / 2))
    return Interval(0.0 if successes == 0 else low, 1.0 if successes == n else high)


def score_limits(p: float, n: float, *, z: float) -> Interval:
    """Wilson's formula for any share p in [0, 1] and n > 0, as planning needs it."""
    centre = p + z**2 / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    return Interval((centre - half) / scale, (centre + half) / scale)


def clopper_pearson(successes: int, n: int, *, confidence: float = 0.95) -> Interval:
    """Two-sided exact interval of a binomial rate: covers at least `confidence`, usually more.

        [B(a/2; k, n - k + 1), B(1 - a/2; k + 1, n - k)],  B the beta quantile, a = 1 - confidence

    with 0 for k = 0 and 1 for k = n. Clopper & Pearson 1934. Raises as `wilson`.
    """
    from scipy.stats import beta

    _check(successes, n, confidence)
    tail, k = (1 - confidence) / 2, successes
    low = 0.0 if k == 0 else float(beta.ppf(tail, k, n - k + 1))
    high = 1.0 if k == n else float(beta.ppf(1 - tail, k + 1, n - k))
    return Interval(low, high)


def _check(successes: int, n: int, confidence: float) -> None:
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n}, expected 0 <= successes <= n")
    level(confidence)
