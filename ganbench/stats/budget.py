"""Equal tuning budgets: what the best of k settings is expected to give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from ganbench.stats.bootstrap import RESAMPLES, Rows, resampled
from ganbench.stats.checks import Better, Floats, finite, level, upwards
from ganbench.stats.intervals import Interval, score_limits
from ganbench.stats.rates import Count

Halves = tuple[Count, Count]
"""Failed runs of one setting, of either half of its seeds."""


@dataclass(frozen=True, slots=True)
class BudgetCurve:
    """value[k - 1]: the expected best of k settings; low, high: pointwise interval. Shapes [settings]."""

    value: Floats
    low: Floats
    high: Floats


class Tuned(NamedTuple):
    """The share of runs that end healthy with the best of k settings."""

    share: float
    interval: Interval


def expected_best(
    scores: ArrayLike, k: int, *, better: Better = "higher", chosen_by: ArrayLike | None = None
) -> float:
    """The mean score of the best of k settings, drawn without replacement from those that were tried.

        sum over i of C(i - 1, k - 1) / C(S, k) s_(i),  s_(1) the worst, ..., s_(S) the best

    scores: one for each setting, shape [S]. chosen_by: what the best is chosen by, by default the scores
    themselves; the same runs then choose and score, which flatters, the more so the more settings and the
    fewer seeds: give the scores of other seeds to be fair. Of equals each is as likely. Dodge et al. 2019, arXiv:1909.03004 (with
    replacement); Tang et al. 2020, arXiv:2004.13705 (why without). Raises ValueError for k outside 1 to S,
    no scores, NaN, infinite scores or unequal lengths.
    """
    found = finite(scores)
    by = found if chosen_by is None else finite(chosen_by)
    if by.size != found.size:
        raise ValueError(f"{found.size} scores chosen by {by.size}, expected one for each setting")
    if not 1 <= k <= found.size:
        raise ValueError(f"k is {k}, expected 1 to {found.size}, the settings that were tried")
    return float(_chances(upwards(by, better), k) @ found)


def tuned_share(settings: Sequence[Halves], k: int, *, confidence: float = 0.95) -> Tuned:
    """The expected share healthy of the best of k settings, chosen by one half of the seeds, scored by the other.

        p = 1/2 sum over halves h, settings i of w_i(other half of h) p_i(h)
        interval: Wilson's at p and n = 1 / sum over i of w_i^2 / n_i, the smaller n of the two directions

    w_i: the chance that setting i is the best of k, as in `expected_best`; p_i: its share healthy. Both
    directions are averaged, and the interval has the width of one, because runs that choose in one score in
    the other. For k = 1 nothing is chosen: all runs score, n = S^2 / sum of 1 / n_i. What is estimated is the
    best as half of the seeds choose it, which is below the best that there is. Raises ValueError for no
    settings, k outside 1 to S, no runs, or where k > 1 a half without runs.
    """
    if not 1 <= k <= len(settings):
        raise ValueError(f"k is {k}, expected 1 to {len(settings)}, the settings that were tried")
    ways = [_all_score(settings)] if k == 1 else [_one_half_scores(settings, half, k) for half in (0, 1)]
    share = float(np.clip(np.mean([way.share for way in ways]), 0.0, 1.0))
    z = NormalDist().inv_cdf((1 + level(confidence)) / 2)
    low, high = score_limits(share, min(way.n for way in ways), z=z)
    return Tuned(share, Interval(min(share, max(0.0, low)), max(share, min(1.0, high))))  # ends are rounded


def budget_curve(
    settings: Sequence[ArrayLike],
    statistic: Rows,
    *,
    rng: Generator,
    better: Better = "higher",
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
) -> BudgetCurve:
    """The expected best of 1, 2, ... of the settings, with a percentile bootstrap over seeds.

    settings: the values of each setting's runs. statistic: what a setting is scored by, along the last axis,
    such as the mean. Seeds are drawn again within each setting; settings are as they are. Raises ValueError
    for no settings, no values, NaN or infinite values.
    """
    samples = [finite(values) for values in settings]
    if not samples:
        raise ValueError("no settings, expected at least one")
    scores = np.array([float(statistic(values)) for values in samples])
    redrawn = np.stack([resampled([v], statistic, rng=rng, resamples=resamples) for v in samples], axis=1)
    spread = _expected(redrawn, better)
    tail = (1 - level(confidence)) / 2
    low, high = np.quantile(spread, [tail, 1 - tail], axis=0)
    return BudgetCurve(_expected(scores[None, :], better)[0], low, high)


@dataclass(frozen=True, slots=True)
class _Way:
    """chances: of each setting to be chosen; healthy, runs: of those that score it. Shapes [S]."""

    chances: Floats
    healthy: Floats
    runs: Floats

    @property
    def share(self) -> float:
        return float(self.chances @ self.healthy)

    @property
    def n(self) -> float:
        """Runs of one rate that would have this variance at most."""
        return 1 / float((self.chances**2 / self.runs).sum())


def _all_score(settings: Sequence[Halves]) -> _Way:
    return _Way(
        np.full(len(settings), 1 / len(settings)),
        *_healthy([Count(a.failed + b.failed, a.n + b.n) for a, b in settings]),
    )


def _one_half_scores(settings: Sequence[Halves], half: int, k: int) -> _Way:
    chosen_by, _ = _healthy([both[1 - half] for both in settings])
    return _Way(_chances(chosen_by, k), *_healthy([both[half] for both in settings]))


def _healthy(counts: Sequence[Count]) -> tuple[Floats, Floats]:
    """Shares and runs."""
    if any(count.n < 1 for count in counts):
        raise ValueError(
            "a setting without runs to choose or to score by, expected two seeds or more of each"
        )
    return np.array([1 - count.rate for count in counts]), np.array([float(count.n) for count in counts])


def _expected(scores: Floats, better: Better) -> Floats:
    """Shape [rows, S] to the expected best of 1 to S, [rows, S]."""
    ordered = np.sort(upwards(scores, better), axis=1)
    return upwards(ordered @ _weights(scores.shape[1]).T, better)


def _chances(by: Floats, k: int) -> Floats:
    """The chance of each setting to be the best of k; equals share theirs."""
    chance = np.empty(by.size)
    chance[np.argsort(by, kind="stable")] = _weights(by.size)[k - 1]
    _, alike = np.unique(by, return_inverse=True)
    return np.asarray((np.bincount(alike, chance) / np.bincount(alike))[alike])


@cache
def _weights(settings: int) -> Floats:
    """The chance that the setting of each rank is the best of k, shape [k, rank]."""
    return np.array(
        [
            [math.comb(rank, k - 1) / math.comb(settings, k) for rank in range(settings)]
            for k in range(1, settings + 1)
        ]
    )
