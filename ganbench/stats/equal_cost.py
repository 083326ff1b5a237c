"""Equal cost: a metric of every run where it had spent the same."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from ganbench.stats.checks import Floats


def at_cost(costs: ArrayLike, curves: ArrayLike, budget: float) -> Floats:
    """Each curve's value at a budget, linear between evaluations; NaN before the first and after the last.

    costs: of the evaluations, in gradient evaluations or any other unit, strictly rising, shape [T] for all
    runs or [..., T]. curves: shape [..., T]. Returns shape [...]. Nothing is extrapolated: a run that did not
    spend the budget has no value at it. Raises ValueError for costs that do not rise or shapes that do not fit.
    """
    values = np.asarray(curves, dtype=np.float64)
    spent = np.asarray(costs, dtype=np.float64)
    if values.ndim == 0 or spent.ndim == 0 or spent.shape[-1] != values.shape[-1] or spent.shape[-1] == 0:
        raise ValueError(
            f"costs of shape {spent.shape}, curves of shape {values.shape}, expected one cost each"
        )
    if not (np.diff(spent) > 0).all():
        raise ValueError("costs do not rise from evaluation to evaluation")
    spent = np.broadcast_to(spent, values.shape)
    rows = zip(spent.reshape(-1, spent.shape[-1]), values.reshape(-1, values.shape[-1]), strict=True)
    found = [np.interp(budget, x, y, left=math.nan, right=math.nan) for x, y in rows]
    return np.array(found, dtype=np.float64).reshape(values.shape[:-1])
