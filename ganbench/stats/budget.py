"""Equal tuning budgets: what the best of k settings is expected to give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from ganbench.stats.bootstrap import RESAMPLES, Rows, resampled
from ganbench.stats.checks import Better, Floats, finite, level, upwards


@dataclass(frozen=True, slots=True)
class BudgetCurve:
    """value[k - 1]: the expected best of k settings; low, high: pointwise interval. Shapes [settings]."""

    value: Floats
    low: Floats
    high: Floats


def expected_best(
    scores: ArrayLike, k: int, *, better: Better = "higher", chosen_by: ArrayLike | None = None
) -> float:
    """The mean score of the best of k settings, drawn without replacement from those that were tried.

        sum over i of C(i - 1, k - 1) / C(S, k) s_(i),  s_(1) the worst, ..., s_(S) the best

    scores: one for each setting, shape [S]. chosen_by: what the best is chosen by, by default the scores
    themselves; the same runs then choose and score, which flatters, the more so the more settings and the
    fewer seeds: give the scores of other seeds to be fair. Dodge et al. 2019, arXiv:1909.03004 (with
    replacement); Tang et al. 2020, arXiv:2004.13705 (why without). Raises ValueError for k outside 1 to S,
    no scores, NaN, infinite scores or unequal lengths.
    """
    found = finite(scores)
    by = found if chosen_by is None else finite(chosen_by)
    if by.size != found.size:
        raise ValueError(f"{found.size} scores chosen by {by.size}, expected one for each setting")
    if not 1 <= k <= found.size:
        raise ValueError(f"k is {k}, expected 1 to {found.size}, the settings that were tried")
    order = np.argsort(upwards(by, better), kind="stable")
    return float(_weights(found.size)[k - 1] @ found[order])


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


def _expected(scores: Floats, better: Better) -> Floats:
    """Shape [rows, S] to the expected best of 1 to S, [rows, S]."""
    ordered = np.sort(upwards(scores, better), axis=1)
    return upwards(ordered @ _weights(scores.shape[1]).T, better)


def _weights(settings: int) -> Floats:
    """The chance that the setting of each rank is the best of k, shape [k, rank]."""
    return np.array(
        [
            [math.comb(rank, k - 1) / math.comb(settings, k) for rank in range(settings)]
            for k in range(1, settings + 1)
        ]
    )
