"""Intervals of a rate, and robust summaries of a sample. A number travels with its n and its spread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Interval(NamedTuple):
    """Both ends belong to it."""

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
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    p = successes / n
    centre = p + z**2 / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    low = 0.0 if successes == 0 else (centre - half) / scale
    high = 1.0 if successes == n else (centre + half) / scale
    return Interval(low, high)


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


def iqm(values: ArrayLike) -> float:
    """The interquartile mean: the mean after floor(n/4) values are cut from each end; NaN if any is NaN.

    As robust as the median to outliers, with less spread. Agarwal et al. 2021, arXiv:2108.13264.
    Raises ValueError for no values.
    """
    ordered = np.sort(_sample(values))
    cut = ordered.size // 4
    return math.nan if np.isnan(ordered).any() else float(ordered[cut : ordered.size - cut].mean())


def quantiles(values: ArrayLike, probabilities: Sequence[float]) -> tuple[float, ...]:
    """Quantiles by linear interpolation of the order statistics (type 7 of Hyndman & Fan 1996).

    NaN if any value is NaN. Raises ValueError for no values or a probability outside [0, 1].
    """
    return tuple(float(q) for q in np.quantile(_sample(values), list(probabilities)))


def _sample(values: ArrayLike) -> NDArray[np.float64]:
    sample = np.asarray(values, dtype=np.float64).ravel()
    if sample.size == 0:
        raise ValueError("no values, expected at least one")
    return sample


def _check(successes: int, n: int, confidence: float) -> None:
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n}, expected 0 <= successes <= n")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}, expected a number between 0 and 1")
