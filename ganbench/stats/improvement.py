"""The probability of improvement: how often a run of one cell beats a run of another."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ganbench.stats.checks import Better, complete, level, upwards
from ganbench.stats.intervals import Interval


class Improvement(NamedTuple):
    """The share of pairs of runs that ours wins, a tie as half; 1/2 is no difference. interval within [0, 1]."""

    value: float
    interval: Interval


def probability_of_improvement(
    ours: ArrayLike, theirs: ArrayLike, *, better: Better = "higher", confidence: float = 0.95
) -> Improvement:
    """P(ours better) + P(equal) / 2, over all pairs of a run of ours and a run of theirs.

        interval: the q with |P - q| <= z sqrt(V(q)),
        V(q) = q (1 - q) (1 + N ((1 - q)/(2 - q) + q/(1 + q))) / (n1 n2),  N = (n1 + n2)/2 - 1

    Defined for complete separation, where other intervals shrink to a point. Agarwal et al. 2021,
    arXiv:2108.13264 (the quantity); Newcombe 2006, doi:10.1002/sim.2324, method 5 (the interval). Values may
    be infinite. Raises ValueError for no values or NaN.
    """
    first, second = (complete(upwards(values, better)) for values in (ours, theirs))
    wins = (first[:, None] > second).mean() + (first[:, None] == second).mean() / 2
    return Improvement(
        float(wins), improvement_limits(float(wins), first.size, second.size, confidence=confidence)
    )


def noether_seeds(value: float, *, alpha: float = 0.05, power: float = 0.8) -> int:
    """Runs in each of two cells, so that a rank test finds this probability of improvement.

        n = (z_{1 - alpha/2} + z_power)^2 / (6 (P - 1/2)^2)

    An approximation for values without ties. Noether 1987, doi:10.1080/01621459.1987.10478478. Raises
    ValueError for a probability of one half, or outside [0, 1].
    """
    return _seeds(value, alpha, power, 6)


def sign_seeds(value: float, *, alpha: float = 0.05, power: float = 0.8) -> int:
    """Seeds in common, so that a sign test finds this share of seeds won.

        n = (z_{1 - alpha/2} + z_power)^2 / (4 (P - 1/2)^2)

    Rather too many for Wilcoxon's test, which also sees by how much. Noether 1987,
    doi:10.1080/01621459.1987.10478478. Raises as `noether_seeds`.
    """
    return _seeds(value, alpha, power, 4)


def improvement_limits(p: float, n1: int, n2: int, *, confidence: float = 0.95) -> Interval:
    """The interval for any share p in [0, 1] and n >= 1, as planning needs it."""
    from scipy.optimize import brentq

    z = NormalDist().inv_cdf((1 + level(confidence)) / 2)
    weight = (n1 + n2) / 2 - 1

    def outside(q: float) -> float:
        spread = 1 + weight * ((1 - q) / (2 - q) + q / (1 + q))
        return (p - q) ** 2 - z**2 * q * (1 - q) * spread / (n1 * n2)

    tiny = float(np.finfo(float).eps)
    low = 0.0 if p == 0 else float(brentq(outside, 0.0, min(p, 1 - tiny)))
    high = 1.0 if p == 1 else float(brentq(outside, max(p, tiny), 1.0))
    return Interval(low, high)


def _seeds(value: float, alpha: float, power: float, factor: int) -> int:
    if not 0 <= value <= 1 or value == 0.5:
        raise ValueError(f"probability of improvement is {value}, expected within [0, 1] and not 1/2")
    z = NormalDist().inv_cdf(1 - alpha / 2) + NormalDist().inv_cdf(power)
    return math.ceil(z**2 / (factor * (value - 0.5) ** 2))
