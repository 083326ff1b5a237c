"""Rank tests of a metric, exact with ties: covered modes and the like take few values."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganbench.stats.checks import Floats, complete, pairs
from ganbench.stats.significance import Alternative, Significance, chosen, sides

EXACT_UP_TO = 100  # runs in all; beyond, the normal approximation


def mann_whitney(
    ours: ArrayLike, theirs: ArrayLike, *, alternative: Alternative = "two-sided"
) -> Significance:
    """Do both cells have one distribution? The rank sum of ours among all, with mean ranks for ties.

        P(R >= r),  R the sum of n1 of the n1 + n2 mean ranks, each choice equally likely

    Exact to 100 runs in all, ties included; beyond, normal with the variance that ties leave. Two-sided
    is twice the smaller tail. A small p may also come from unequal spread: see `brunner_munzel`.
    Mann & Whitney 1947, doi:10.1214/aoms/1177730491. Raises ValueError for no values or NaN.
    """
    first, second = complete(ours), complete(theirs)
    ranks = _mean_ranks(np.concatenate([first, second]))
    n, total = first.size, ranks.size
    observed = int(ranks[:n].sum())
    attainable = min(1.0, sides(alternative) / math.comb(total, n))
    if total > EXACT_UP_TO:
        variance = n * (total - n) / total * float(ranks.var(ddof=1))
        p = _normal(observed, n * float(ranks.mean()), variance, alternative)
        return Significance("Mann-Whitney", p, attainable, "normal approximation")
    p = _exact(_sums_of(ranks, n), observed, alternative)
    return Significance("Mann-Whitney", p, attainable)


def wilcoxon(ours: ArrayLike, theirs: ArrayLike, *, alternative: Alternative = "two-sided") -> Significance:
    """Seeds in common: are the differences ours - theirs symmetric about 0? By signed ranks.

        P(W >= w),  W the sum of the ranks of |d| that get a positive sign, each sign equally likely

    Differences of 0 are ranked with the others and then left out (Pratt 1959); ties get mean ranks. Exact
    to 100 seeds, beyond normal. Two-sided is twice the smaller tail. Wilcoxon 1945,
    doi:10.2307/3001968. Raises ValueError for samples of unequal length, no values or NaN; infinite
    values count as the largest.
    """
    first, second = pairs(ours, theirs)
    signs = np.sign((first > second).astype(float) - (first < second))
    with np.errstate(invalid="ignore"):  # inf - inf: equal, by their sign
        sizes = np.where(signs == 0, 0.0, np.abs(first - second))
    ranks = np.where(signs == 0, 0, _mean_ranks(sizes))
    observed = int(ranks[signs > 0].sum())
    attainable = min(1.0, sides(alternative) * 0.5**first.size)
    if first.size > EXACT_UP_TO:
        p = _normal(observed, float(ranks.sum()) / 2, float((ranks**2.0).sum()) / 4, alternative)
        return Significance("Wilcoxon", p, attainable, "normal approximation")
    p = _exact(_signed_sums(ranks), observed, alternative)
    return Significance("Wilcoxon", p, attainable)


def _mean_ranks(values: Floats) -> NDArray[np.int64]:
    """Twice the mean ranks: whole numbers, ties included."""
    from scipy.stats import rankdata

    ranks: NDArray[np.int64] = np.rint(2 * rankdata(values)).astype(np.int64)
    return ranks


def _sums_of(ranks: NDArray[np.int64], n: int) -> Floats:
    """The chance of each sum of n of the ranks drawn without replacement; its index is the sum."""
    total = ranks.size
    chances = np.zeros((n + 1, int(ranks.sum()) + 1))  # by ranks drawn so far, and their sum
    chances[0, 0] = 1.0
    for seen, rank in enumerate(ranks):
        drawn = np.arange(n + 1)[:, None]
        take = np.clip((n - drawn) / (total - seen), 0.0, 1.0)
        moved = np.zeros_like(chances)
        moved[1:, rank:] = (take * chances)[:-1, : chances.shape[1] - rank]
        chances = (1 - take) * chances + moved
    return np.asarray(chances[n])


def _signed_sums(ranks: NDArray[np.int64]) -> Floats:
    """The chance of each sum of the ranks that get a positive sign."""
    chances = np.zeros(int(ranks.sum()) + 1)
    chances[0] = 1.0
    for rank in ranks:
        moved = np.zeros_like(chances)
        moved[rank:] = chances[: chances.size - rank]
        chances = (chances + moved) / 2
    return chances


def _exact(chances: Floats, observed: int, alternative: Alternative) -> float:
    less, greater = float(chances[: observed + 1].sum()), float(chances[observed:].sum())
    return chosen(less, greater, alternative)


def _normal(observed: float, mean: float, variance: float, alternative: Alternative) -> float:
    """With a continuity correction of half a rank, which is 1 in doubled ranks."""
    from scipy.special import ndtr

    if variance == 0:
        return 1.0
    less = float(ndtr((observed - mean + 1) / math.sqrt(variance)))
    greater = float(ndtr((mean - observed + 1) / math.sqrt(variance)))
    return chosen(less, greater, alternative)
