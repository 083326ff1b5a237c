"""Permutation tests: the runs of both cells are dealt again, and the statistic is computed again."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from ganbench.stats.checks import Floats, complete
from ganbench.stats.significance import Alternative, Significance, chosen, sides

EXACT_UP_TO = 20_000  # ways to deal the runs; beyond, that many at random
_TIE = 1e-9
_BLOCK = 2_000

Deals = NDArray[np.bool_]
"""Which runs are ours, a row for each deal: shape [deals, n1 + n2]."""
Statistic = Callable[[Floats, Deals], Floats]
"""Values of all runs [n1 + n2] and deals to one number for each deal; larger: ours has larger values."""


def difference_of_means(values: Floats, deals: Deals) -> Floats:
    """mean(ours) - mean(theirs) for each deal."""
    n = int(deals[0].sum())
    ours = deals @ values
    found: Floats = ours / n - (values.sum() - ours) / (values.size - n)
    return found


def permutation_test(
    ours: ArrayLike,
    theirs: ArrayLike,
    *,
    rng: Generator,
    statistic: Statistic = difference_of_means,
    alternative: Alternative = "two-sided",
    name: str = "permutation",
) -> Significance:
    """Could the statistic come from dealing one population of runs into two cells?

        all deals:     p = #(t* >= t) / deals
        at random:     p = (#(t* >= t) + 1) / (deals + 1),  20,000 deals

    All deals when there are at most 20,000 of them. Two-sided is twice the smaller tail. p is never 0.
    Phipson & Smyth 2010, doi:10.2202/1544-6115.1585. Raises ValueError for no values, NaN,
    or a statistic that is NaN.
    """
    first, second = complete(ours), complete(theirs)
    values, n = np.concatenate([first, second]), first.size
    ways = math.comb(values.size, n)
    real = np.arange(values.size)[None, :] < n
    found = float(statistic(values, real)[0])
    if math.isnan(found):
        raise ValueError("the statistic is NaN; means need finite values, ranks take infinite ones")
    if ways <= EXACT_UP_TO:
        spread = statistic(values, all_deals(values.size, n))
        extra, method = 0, "exact"
    else:
        spread = np.concatenate([statistic(values, deals) for deals in _random_deals(values.size, n, rng)])
        extra, method = 1, f"{spread.size:,} random deals"
    tolerance = _TIE * max(1.0, abs(found)) if math.isfinite(found) else 0.0
    less, greater = (
        (int(np.count_nonzero(tail)) + extra) / (spread.size + extra)
        for tail in (spread <= found + tolerance, spread >= found - tolerance)
    )
    smallest = max(1 / ways, extra / (spread.size + extra))
    return Significance(
        name, chosen(less, greater, alternative), min(1.0, sides(alternative) * smallest), method
    )


def brunner_munzel(
    ours: ArrayLike, theirs: ArrayLike, *, rng: Generator, alternative: Alternative = "two-sided"
) -> Significance:
    """Is P(ours > theirs) + P(ours = theirs)/2 one half, whatever the spread of either cell?

        T = (P - 1/2) / sqrt(S1^2 / n1 + S2^2 / n2)

    with P the share of pairs of runs that ours wins and S^2 the sample variances of each run's own share,
    against its permutation distribution. Complete separation is the largest T, not an error. Brunner &
    Munzel 2000, doi:10.1002/(SICI)1521-4036(200001)42:1<17::AID-BIMJ17>3.0.CO;2-U; permuted: Neubert &
    Brunner 2007, doi:10.1016/j.csda.2006.05.024. Raises ValueError for no values, NaN or a single run.
    """
    if min(complete(ours).size, complete(theirs).size) < 2:
        raise ValueError("a cell of one run, expected at least two")
    return permutation_test(
        ours, theirs, rng=rng, statistic=studentised_wins, alternative=alternative, name="Brunner-Munzel"
    )


def studentised_wins(values: Floats, deals: Deals) -> Floats:
    """Brunner and Munzel's T for each deal; +-inf for complete separation, 0 for equal values."""
    wins = (values[:, None] > values) + (values[:, None] == values) / 2
    mine = deals.astype(float)
    n1, n2 = mine[0].sum(), values.size - mine[0].sum()
    of_ours = (1 - mine) @ wins.T / n2  # for each run, the share of theirs that it beats
    of_theirs = mine @ wins.T / n1
    share = (of_ours * mine).sum(axis=1) / n1
    variance = _variance(of_ours, mine, n1) / n1 + _variance(of_theirs, 1 - mine, n2) / n2
    ahead = share - 0.5
    separated = np.where(np.abs(ahead) < _TIE, 0.0, np.copysign(np.inf, ahead))
    flat = variance < _TIE**2
    return np.where(flat, separated, ahead / np.sqrt(np.where(flat, 1.0, variance)))


def all_deals(total: int, n: int) -> Deals:
    """Every way to call n of the runs ours, shape [C(total, n), total]."""
    ours = np.array(list(combinations(range(total), n)), dtype=np.int64)
    return np.asarray((ours[:, :, None] == np.arange(total)).any(axis=1))


def _random_deals(total: int, n: int, rng: Generator) -> list[Deals]:
    first = np.arange(total) < n
    return [
        rng.permuted(np.broadcast_to(first, (_BLOCK, total)), axis=1) for _ in range(EXACT_UP_TO // _BLOCK)
    ]


def _variance(shares: Floats, mine: Floats, n: float) -> Floats:
    """The sample variance of the shares of the runs that are `mine`, for each deal."""
    mean = (shares * mine).sum(axis=1, keepdims=True) / n
    found: Floats = (((shares - mean) ** 2) * mine).sum(axis=1) / (n - 1)
    return found
