"""Stability scores of one run's metric over its evaluations. Curves have shape [..., T]; scores [...].

Differences and drawdowns follow Chan et al. 2020, arXiv:1912.05663. NaN in a curve gives NaN.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ganbench.stats.checks import Better, Floats, upwards


def windowed_iqr(curve: ArrayLike, window: int) -> Floats:
    """Jitter: the interquartile range of the changes within a window, mean over all places of the window.

        IQR(y_(t+1) - y_t, ..., y_(t+w) - y_(t+w-1)),  w = window

    In units of the metric; 0 is a straight line, lower is stabler. Changes, not values: a steady rise is no
    jitter. Raises ValueError for a window below 2 or longer than the changes.
    """
    changes = np.diff(np.asarray(curve, dtype=np.float64))
    if not 2 <= window <= changes.shape[-1]:
        raise ValueError(f"window is {window}, expected 2 to {changes.shape[-1]}, the changes in the curve")
    views = np.lib.stride_tricks.sliding_window_view(changes, window, axis=-1)
    low, high = np.quantile(views, [0.25, 0.75], axis=-1)
    return np.asarray((high - low).mean(axis=-1))


def cvar(values: ArrayLike, *, share: float = 0.05) -> Floats:
    """The mean of the largest `share` of values along the last axis: the conditional value at risk of losses.

        (1/a) integral of Q(u) from 1 - a to 1,  a = share, Q the empirical quantile function

    So the last value counts by a fraction where a n is not whole, and below one value it is the maximum.
    Rockafellar & Uryasev 2002, doi:10.1016/S0378-4266(02)00271-6. Raises ValueError for no values or a share
    outside (0, 1].
    """
    losses = np.asarray(values, dtype=np.float64)
    if not 0 < share <= 1:
        raise ValueError(f"share is {share}, expected 0 < share <= 1")
    if losses.ndim == 0 or losses.shape[-1] == 0:
        raise ValueError("no values, expected at least one")
    worst = np.sort(losses, axis=-1)[..., ::-1]
    n = losses.shape[-1]
    weights = np.clip(share * n - np.arange(n), 0.0, 1.0)
    kept = np.where(weights > 0, worst, 0.0)
    missing = np.isnan(losses).any(axis=-1)
    return np.where(missing, math.nan, kept @ weights / (share * n))


def cvar_of_differences(curve: ArrayLike, *, better: Better = "higher", share: float = 0.05) -> Floats:
    """Short-term risk: the mean of the worst `share` of losses from one evaluation to the next.

        CVaR_a(y_(t-1) - y_t),  y turned so that higher is better

    In units of the metric, lower is stabler; below 0 where even the worst changes are gains. Raises
    ValueError for fewer than two evaluations.
    """
    return cvar(-np.diff(upwards(curve, better)), share=share)


def cvar_of_drawdown(curve: ArrayLike, *, better: Better = "higher", share: float = 0.05) -> Floats:
    """Long-term risk: the mean of the worst `share` of drawdowns. In units of the metric; 0: it never fell."""
    return cvar(drawdown(curve, better=better), share=share)


def drawdown(curve: ArrayLike, *, better: Better = "higher") -> Floats:
    """How far each evaluation is behind the best so far: max over s <= t of y_s - y_t >= 0, shape [..., T]."""
    found = upwards(curve, better)
    behind: Floats = np.maximum.accumulate(found, axis=-1) - found
    return behind


def collapse_gap(
    curve: ArrayLike, *, better: Better = "higher", of: Literal["difference", "ratio"] = "difference"
) -> Floats:
    """What the last evaluation lost against the best one: what picking the best checkpoint hides.

        difference:  max y - y_T >= 0, in units of the metric
        ratio:       best / final where higher is better, final / best where lower is; >= 1

    y turned so that higher is better. A run that reports its best checkpoint scores 0, or 1. Raises
    ValueError for no evaluations, and for a ratio of values that are not all above 0.
    """
    found = upwards(curve, better)
    if found.ndim == 0 or found.shape[-1] == 0:
        raise ValueError("no evaluations, expected at least one")
    best, final = found.max(axis=-1), found[..., -1]
    if of == "difference":
        return np.asarray(best - final)
    if (np.asarray(curve, dtype=np.float64) <= 0).any():
        raise ValueError("a ratio needs values above 0; take the difference")
    return np.asarray(best / final if better == "higher" else final / best)
