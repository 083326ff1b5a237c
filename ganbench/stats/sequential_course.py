"""What the sequential comparison does at true rates: its chances, and the pairs that it takes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ganbench.stats.checks import Floats, level, share
from ganbench.stats.power import seeds_needed
from ganbench.stats.rate_comparison import compare_rates
from ganbench.stats.rates import PairedCount
from ganbench.stats.sequential import log_capital

NEGLIGIBLE = 1e-10  # chance of a state that is no longer followed
SURE = 0.99  # power beyond which no fixed n is asked for

States = NDArray[np.intp]


class Decided(NamedTuple):
    """The chance of each decision within the pairs, and the mean number of pairs taken."""

    better: float
    worse: float
    same: float
    mean_pairs: float


class Fixed(NamedTuple):
    """A fixed number of seeds a cell, None for more than were searched. power: its chance to tell the rates apart; None
    where they are told to be the same.
    """

    seeds: int | None
    power: float | None


def decided(
    ours: float, theirs: float, *, pairs: int = 100, margin: float = 0.2, confidence: float = 0.95
) -> Decided:
    """What `decision` says within so many pairs where the cells fail at these rates, independently.

    By going through all counts (b seeds failed in ours only, c in theirs only), less those of a chance below
    1e-10 after each pair. Raises ValueError for a rate outside [0, 1].
    """
    first, second = share(ours, name="ours"), share(theirs, name="theirs")
    going = np.zeros((pairs + 1, pairs + 1))
    going[0, 0] = 1.0
    chances = np.zeros(3)
    taken = 0.0
    for n in range(1, pairs + 1):
        if not going.any():
            break
        taken += float(going.sum())
        going = _next(going, first * (1 - second), second * (1 - first))
        b, c = np.nonzero(going)
        said = _said(b, c, n, margin, confidence)
        chances += said @ going[b, c]
        going[b[said.any(axis=0)], c[said.any(axis=0)]] = 0.0
    better, worse, same = chances.tolist()
    return Decided(better, worse, same, taken)


def fixed_instead(pairs: PairedCount, *, most: int = 100, margin: float = 0.2) -> Fixed:
    """What a fixed n would take where these pairs decided, if the rates were known to be the observed ones.

    A difference of the margin or more: `seeds_needed` for the power of the sequential comparison within `most`
    pairs, or for 99 % where it has more. A smaller one: until the interval of a fixed n fits into the margin.
    Observed rates are those of few runs, and rather far apart where a test has just stopped. Raises ValueError
    for no pairs.
    """
    compared = compare_rates(pairs.ours, pairs.theirs, names=("ours", "theirs"), margin=margin)
    if abs(pairs.only_ours - pairs.only_theirs) / pairs.n < margin:  # rounded as in `decision`
        return Fixed(compared.seeds(1 - compared.confidence), None)
    ours, theirs = pairs.ours.rate, pairs.theirs.rate
    chances = decided(ours, theirs, pairs=most, margin=margin)
    power = min(SURE, chances.better + chances.worse)
    return Fixed(seeds_needed(ours, theirs, power=power), power)


def _next(going: Floats, only_ours: float, only_theirs: float) -> Floats:
    """The chance of each (b, c) after one more pair."""
    after = going * (1 - only_ours - only_theirs)
    after[1:] += only_ours * going[:-1]
    after[:, 1:] += only_theirs * going[:, :-1]
    after[after < NEGLIGIBLE] = 0.0
    return after


def _said(b: States, c: States, n: int, margin: float, confidence: float) -> NDArray[np.bool_]:
    """Whether better, worse and same are said after n pairs with these counts, shape [3, states]."""
    up, alike, down = (one[:, None, None] for one in (b, n - b - c, c))
    capital = log_capital((up, alike, down), np.array([-margin, 0.0, margin]))
    won = (capital >= -np.log(1 - level(confidence))).T
    observed = (b - c) / n
    matters = abs(observed) >= margin
    told = won[1] & matters
    return np.array([told & (observed < 0), told & (observed > 0), won[0] & won[2] & ~matters])
