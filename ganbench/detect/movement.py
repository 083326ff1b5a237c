"""How the fakes of a run move: the drift of their feature means, against the noise of a batch."""

from __future__ import annotations

import numpy as np

from ganbench.detect.baselines import median
from ganbench.detect.cycles import Motion, motion
from ganbench.detect.signals import Burst, Floats, Ints, Table


def last_half(table: Table, *, after: float) -> Ints:
    """Rows [n] of the windows in the last half of what there is, older than `after`, with every mean there."""
    middle = (table.start + table.end) / 2
    means = [table.signals[f"fake_mean_{k}"].mean for k in table.features]
    whole = np.isfinite(np.sum(means, axis=0)) if means else np.zeros(len(table), bool)
    return np.flatnonzero(whole & (table.first >= middle) & (table.age(table.last) > after))


def motions(table: Table, rows: Ints) -> list[Motion]:
    """Of each feature, over the windows `rows`, in standard deviations of it; the facts know batch and real_std."""
    found = []
    for k in _features(table):
        series = table.signals[f"fake_mean_{k}"]
        unit = _unit(table, k, rows)
        noise = unit / np.sqrt(_batch(table) * np.maximum(series.count[rows], 1))
        found.append(motion(series.mean[rows], noise=noise, scale=unit or excursion(table, k)))
    return found


def burst_motions(table: Table, burst: Burst, *, bins: int) -> list[Motion]:
    """Of each feature, over a burst averaged in bins of so many steps: what is too fast for windows."""
    found = []
    for k in _features(table):
        x = _binned(burst.values[f"fake_mean_{k}"], bins)
        rows = np.flatnonzero((table.first <= burst.step[-1]) & (table.last >= burst.step[0]))
        unit = _unit(table, k, rows)
        noise = np.full(len(x), unit / np.sqrt(_batch(table) * bins))
        found.append(motion(x, noise=noise, scale=unit or excursion(table, k)))
    return found


def excursion(table: Table, k: int) -> float:
    """How far the mean of a feature has ever been from that of the data, 0 if that is not known.

    The unit of games whose data are a point and draw nothing: there is no noise, and no spread.
    """
    means, real = table.signals[f"fake_mean_{k}"].mean, table.facts.real_mean
    around = real[k] if k < len(real) else 0.0
    finite = np.abs(means[np.isfinite(means)] - around)
    return float(finite.max(initial=0.0))


def _features(table: Table) -> tuple[int, ...]:
    return tuple(k for k in table.features if k < len(table.facts.real_std))


def _unit(table: Table, k: int, rows: Ints) -> float:
    """Standard deviation of a feature: of the data, or of the fakes where they are wider.

    Narrow fakes have less noise than the data; measured against that, a collapsed generator's smallest
    wobble would count.
    """
    name = f"fake_std_{k}"
    fake = median(table.signals[name].mean[rows]) if name in table.signals else float("nan")
    return float(np.nanmax([table.facts.real_std[k], fake]))


def _batch(table: Table) -> int:
    return table.facts.batch or 1


def _binned(values: Floats, bins: int) -> Floats:
    whole = len(values) // bins * bins
    return np.asarray(values[:whole].reshape(-1, bins).mean(axis=1))
