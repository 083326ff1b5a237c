"""Exact p values of all 2 x 2 tables of two cells at once: failed runs of ours by failed runs of theirs."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from ganbench.stats.checks import Floats
from ganbench.stats.significance import Alternative

_TIE = 1e-9  # probabilities that are equal on paper differ in the last digits
_RATES = 400  # of the common failure rate, over which Boschloo takes the worst
_BLOCK = 20

Table = Callable[[int, int, Alternative], Floats]
"""p values by failed runs, shape [n1 + 1, n2 + 1]."""


@lru_cache(maxsize=128)
def fisher_table(n1: int, n2: int, alternative: Alternative) -> Floats:
    """Fisher's p values, conditional on the number of failures in both cells together.

    Two-sided sums the tables that are at most as likely.
    """
    found = np.empty((n1 + 1, n2 + 1))
    for failed in range(n1 + n2 + 1):
        p = fisher_values(n1, n2, failed, alternative)
        ours = max(0, failed - n2) + np.arange(p.size)
        found[ours, failed - ours] = p
    found.flags.writeable = False
    return found


def fisher_values(n1: int, n2: int, failed: int, alternative: Alternative) -> Floats:
    """Fisher's p values of all tables with so many failures, from the fewest that ours can have to the most."""
    from scipy.stats import hypergeom

    ours = np.arange(max(0, failed - n2), min(n1, failed) + 1)
    return _tail(np.asarray(hypergeom.pmf(ours, n1 + n2, failed, n1)), alternative)


def _tail(chances: Floats, alternative: Alternative) -> Floats:
    """The p value of each outcome, in the order of rising failures of ours."""
    if alternative == "less":
        return np.minimum(1.0, np.cumsum(chances))
    if alternative == "greater":
        return np.minimum(1.0, np.cumsum(chances[::-1])[::-1])
    order = np.argsort(chances)
    sums = np.concatenate([[0.0], np.cumsum(chances[order])])
    as_likely = np.searchsorted(chances[order], chances * (1 + _TIE), side="right")
    found: Floats = np.minimum(1.0, sums[as_likely])
    return found


@lru_cache(maxsize=128)
def boschloo_table(n1: int, n2: int, alternative: Alternative) -> Floats:
    """Boschloo's p values: the chance of a Fisher p as small, at the worst common failure rate.

        p = max over pi of P(F(X1, X2) <= F(x1, x2)),  X1 ~ Bin(n1, pi), X2 ~ Bin(n2, pi)

    pi runs over 400 values; two-sided is twice the smaller of both sides.
    """
    if alternative == "two-sided":
        less, greater = (boschloo_table(n1, n2, side) for side in ("less", "greater"))
        found: Floats = np.minimum(1.0, 2 * np.minimum(less, greater))
    else:
        found = _worst(fisher_table(n1, n2, alternative))
    found.flags.writeable = False
    return found


def _worst(fisher: Floats) -> Floats:
    order = np.argsort(fisher, axis=None)
    ordered = fisher.ravel()[order]
    last = np.searchsorted(ordered, ordered * (1 + _TIE), side="right") - 1
    worst = np.zeros(fisher.size)
    angles = np.linspace(0, np.pi / 2, _RATES + 2)[1:-1]
    for rates in np.array_split(np.sin(angles) ** 2, _RATES // _BLOCK):
        joint = _joint(rates, *(size - 1 for size in fisher.shape))
        worst = np.maximum(worst, np.cumsum(joint[:, order], axis=1).max(axis=0))
    found = np.empty(fisher.size)
    found[order] = np.minimum(1.0, worst[last])
    return found.reshape(fisher.shape)


def _joint(rates: Floats, n1: int, n2: int) -> Floats:
    """The chance of every table at each common rate, shape [rates, tables]."""
    from scipy.stats import binom

    ours, theirs = (np.asarray(binom.pmf(np.arange(n + 1), n, rates[:, None])) for n in (n1, n2))
    both: Floats = (ours[:, :, None] * theirs[:, None, :]).reshape(rates.size, -1)
    return both
