"""Performance profiles: the share of runs beyond every threshold, which hides no bimodal outcome."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ganbench.stats.checks import Better, Floats, level, sample, upwards


@dataclass(frozen=True, slots=True)
class Profile:
    """share[i]: the share of runs better than thresholds[i]. low, high: a band that holds for all at once."""

    thresholds: Floats
    share: Floats
    low: Floats
    high: Floats
    n: int


def performance_profile(
    values: ArrayLike, thresholds: ArrayLike, *, better: Better = "higher", confidence: float = 0.95
) -> Profile:
    """The share of runs strictly beyond each threshold.

        F(tau) = #(x > tau) / n,  band F +- sqrt(log(2 / a) / 2n) within [0, 1],  a = 1 - confidence

    values: shape [n]; NaN, a run without a value, is beyond no threshold. thresholds: shape [m]. The band
    holds for all thresholds at once, for every distribution. Dolan & More 2002, doi:10.1007/s101070100263;
    Agarwal et al. 2021, arXiv:2108.13264; Massart 1990, doi:10.1214/aop/1176990746. Raises ValueError for no
    values.
    """
    found, limits = upwards(sample(values), better), upwards(thresholds, better)
    share = (found[:, None] > limits.ravel()).mean(axis=0)
    half = math.sqrt(math.log(2 / (1 - level(confidence))) / (2 * found.size))
    return Profile(
        thresholds=np.asarray(thresholds, dtype=np.float64).ravel(),
        share=share,
        low=np.maximum(0.0, share - half),
        high=np.minimum(1.0, share + half),
        n=found.size,
    )
