"""A sequential comparison of two failure rates: look after every seed, stop when it is decided.

Seeds are taken in pairs, one run of each cell, with d = failed(ours) - failed(theirs) in {-1, 0, 1}. Pairs may
share their seed or not.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganbench.stats.checks import Floats, level
from ganbench.stats.intervals import Interval
from ganbench.stats.rates import PairedCount

Decision = Literal["better", "worse", "same", "go on"]
Number = int | NDArray[np.intp]
Steps = tuple[Number, Number, Number]
BETS = 64  # nodes of the mixture
STEP = 0.001  # of the differences that the confidence sequence tries


def capital(pairs: PairedCount, *, difference: float = 0.0) -> float:
    """An e-value against E[d] = difference: what 1 became by bets that are fair if it is true.

        K(m) = mean over bets l of prod over pairs (1 + l (d - m)),  l in (-1/(1 - m), 1/(1 + m))

    with l uniform on either side of 0 (64 Gauss-Legendre nodes, each a bet of its own, so that K is a
    martingale exactly). Whenever one stops to look, P(K >= 1/a) <= a. For m = 0, uniform bets would give
    2^(b + c) b! c! / (b + c + 1)! over the b and c seeds that failed in one cell only. Ville 1939;
    Waudby-Smith & Ramdas 2024, arXiv:2010.09686, section 4. Raises ValueError for a difference outside (-1, 1).
    """
    if not -1 < difference < 1:
        raise ValueError(f"difference is {difference}, expected a number between -1 and 1")
    return float(np.exp(log_capital(_steps(pairs), np.array([difference])))[0])


def log_capital(steps: Steps, differences: Floats) -> Floats:
    """log K for each difference, shape [m]: only the counts matter, not their order.

    steps: how many pairs had d = 1, 0 and -1. Arrays of shape [s, 1, 1] give shape [s, m].
    """
    nodes, weights = _mixture()
    m = differences[:, None]
    bets = np.where(nodes > 0, nodes / (1 + m), nodes / (1 - m))
    up, alike, down = steps
    grown = up * np.log1p(bets * (1 - m)) + alike * np.log1p(-bets * m) + down * np.log1p(-bets * (1 + m))
    top = grown.max(axis=-1)
    mean: Floats = top + np.log(np.exp(grown - top[..., None]) @ weights)
    return mean


def confidence_sequence(pairs: PairedCount, *, confidence: float = 0.95) -> Interval:
    """The differences in failure rates, ours less theirs, whose bets have not won: valid at all times at once.

        {m : K(m) < 1/a},  a = 1 - confidence

    on a grid of steps of .001, widened by a step. Wider than a fixed-n interval: the price of looking at
    any time. No pairs tell nothing: [-1, 1].
    """
    grid = np.union1d(np.arange(-1 + STEP, 1 - STEP / 2, STEP), _observed(pairs))
    kept = grid[log_capital(_steps(pairs), grid) < -np.log(1 - level(confidence))]
    return Interval(max(-1.0, float(kept[0]) - STEP), min(1.0, float(kept[-1]) + STEP))


def decision(pairs: PairedCount, *, margin: float = 0.2, confidence: float = 0.95) -> Decision:
    """What the pairs so far allow to say of ours; ask after every pair, and stop at the first that is not 'go on'.

    better, worse: equal rates are ruled out, and the observed difference is at least the margin. same: every
    difference of the margin or more is ruled out, which the bets against either margin tell: K is convex in m,
    and at most 1 at the observed difference. Ever saying better or worse of equal rates, or the wrong one of the
    two, has a chance of at most 1 - confidence.
    """
    won = log_capital(_steps(pairs), np.array([-margin, 0.0, margin])) >= -np.log(1 - level(confidence))
    observed = _observed(pairs)
    if abs(observed) < margin:
        return "same" if won[0] and won[2] else "go on"
    if not won[1]:
        return "go on"
    return "worse" if observed > 0 else "better"


def _steps(pairs: PairedCount) -> Steps:
    return pairs.only_ours, pairs.both + pairs.neither, pairs.only_theirs


def _observed(pairs: PairedCount) -> float:
    """The difference in failure rates so far, within the open range that bets are made on."""
    observed = (pairs.only_ours - pairs.only_theirs) / max(1, pairs.n)
    return min(1 - STEP, max(STEP - 1, observed))


@lru_cache(maxsize=1)
def _mixture() -> tuple[Floats, Floats]:
    """Shares of the largest bet on either side, and their weights, which sum to 1."""
    nodes, weights = np.polynomial.legendre.leggauss(BETS)
    return nodes, weights / weights.sum()
