"""Intervals of quantiles that hold for every distribution, by order statistics."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from ganbench.stats.checks import complete, level, share
from ganbench.stats.intervals import Interval


def median_interval(values: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Two-sided interval of the median: at 95 % infinite below 6 runs, and from 6 the whole sample.

    As `quantile_interval` at 1/2.
    """
    return quantile_interval(values, 0.5, confidence=confidence)


def quantile_interval(values: ArrayLike, probability: float, *, confidence: float = 0.95) -> Interval:
    """Two-sided interval of a quantile between two order statistics; covers at least `confidence`.

        [x_(l), x_(u)],  P(B < l) <= a/2 for the largest such l,  P(B >= u) <= a/2 for the smallest such u

    with B binomial (n, probability), a = 1 - confidence, x_(0) = -inf and x_(n+1) = inf: too few runs
    tell nothing on that side. It holds for ties and for infinite values as well. Thompson 1936,
    doi:10.1214/aoms/1177732502; David & Nagaraja 2003, section 7.1. Raises ValueError for no values,
    NaN, or a probability outside [0, 1].
    """
    from scipy.stats import binom

    tail = (1 - level(confidence)) / 2 * (1 + 1e-9)  # probabilities that are equal on paper
    ordered = np.sort(complete(values))
    n = ordered.size
    below = binom.cdf(
        np.arange(-1, n + 1), n, share(probability, name="probability")
    )  # P(B < l), l = 0 .. n + 1
    lower = int(np.flatnonzero(below[: n + 1] <= tail).max())
    reach = np.flatnonzero(1 - below <= tail)  # P(B >= u)
    upper = int(reach.min()) if reach.size else n + 1
    padded = np.concatenate([[-math.inf], ordered, [math.inf]])
    return Interval(float(padded[lower]), float(padded[upper]))
