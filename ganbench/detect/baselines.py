"""What a norm is compared with: itself, in a reference stretch or in the rows just before."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ganbench.detect.signals import Bools, Floats, Table
from ganbench.detect.thresholds import Limits

TINY = 1e-30
GAUSSIAN = 1.4826  # of the median absolute deviation of a Gaussian, the standard deviation


def median(values: Floats) -> float:
    """Of the finite ones; NaN where there is none."""
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else float("nan")


def reference(table: Table, limits: Limits) -> Bools:
    """[W], the windows of the reference stretch: after warm-up, before the plan is well under way.

    It has at least so many steps, for a short run's sake.
    """
    age = table.age(table.last)
    begun = age > limits["from"]
    since = table.last - table.start - limits["from"] * table.plan
    return np.asarray(begun & ((age <= limits["to"]) | (since < limits["steps"])))


def log_norm_z(values: Floats, against: Floats, limits: Limits) -> Floats:
    """Robust z of log10(values): (y - median) / max(1.4826 MAD, floor), of the finite values of `against`.

    A floor, in decades: norms of a quiet stretch hardly vary, and everything else would be far away.
    """
    y, ref = np.log10(values + TINY), np.log10(against[np.isfinite(against)] + TINY)
    if len(ref) == 0:
        return np.full(len(values), np.nan)
    spread = np.median(np.abs(ref - np.median(ref)))
    return np.asarray((y - np.median(ref)) / (GAUSSIAN * max(spread, limits["spread_floor"])))


def trailing_median(values: Floats, rows: int) -> Floats:
    """[n], of up to `rows` values before each one; NaN for the first three, and where one is NaN."""
    start = [np.median(values[:i]) for i in range(3, min(rows, len(values)))]
    rest = sliding_window_view(values[:-1], rows) if len(values) > rows else np.zeros((0, rows))
    return np.concatenate([np.full(min(3, len(values)), np.nan), start, np.median(rest, axis=1)])


def trailing_greatest(values: Floats, rows: int) -> Floats:
    """[n], of up to `rows` values before each one; 0 where there is none that is finite."""
    padded = np.concatenate([np.zeros(rows), np.nan_to_num(values, posinf=0.0)])
    return np.asarray(sliding_window_view(padded, rows)[:-1].max(axis=1))
