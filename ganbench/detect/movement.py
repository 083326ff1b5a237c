"""How the fakes of a run move: the path of their feature means, against the noise of a batch."""

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


def path(table: Table, rows: Ints) -> Floats:
    """[F, n], feature means over the windows `rows`, from those of the data in their standard deviations."""
    facts = table.facts
    series = [table.signals[f"fake_mean_{k}"].mean[rows] for k in known_features(table)]
    real = [facts.real_mean[k] if k < len(facts.real_mean) else 0.0 for k in known_features(table)]
    std = np.array([facts.real_std[k] or 1.0 for k in known_features(table)])
    return np.asarray((np.asarray(series) - np.array(real)[:, None]) / std[:, None])


def path_motion(table: Table, rows: Ints) -> Motion:
    """Of the feature means over the windows `rows`, in standard deviations of the data; the facts know batch, real_std."""
    series = [table.signals[f"fake_mean_{k}"] for k in known_features(table)]
    means, counts = (np.asarray([getattr(one, name)[rows] for one in series]) for name in ("mean", "count"))
    return _motion(table, rows, means, counts)


def burst_motion(table: Table, burst: Burst, *, bins: int) -> Motion:
    """The same over a burst averaged in bins of so many steps: what is too fast for windows."""
    rows = np.flatnonzero((table.first <= burst.step[-1]) & (table.last >= burst.step[0]))
    raw = np.asarray([burst.values[f"fake_mean_{k}"] for k in known_features(table)])
    means = _binned(raw, bins)
    return _motion(table, rows, means, np.full(means.shape, bins))


def _motion(table: Table, rows: Ints, means: Floats, counts: Floats) -> Motion:
    """Of means [F, n] of so many batches each; without any spread there is no noise, and another unit."""
    features = known_features(table)
    spread = np.array([_spread(table, k, rows) for k in features])
    unit = [s or excursion(table, k) or 1.0 for s, k in zip(spread, features, strict=True)]
    noise = (spread > 0)[:, None] / np.sqrt((table.facts.batch or 1) * np.maximum(counts, 1))
    return motion(means / np.array(unit)[:, None], noise=noise)


def is_point(table: Table) -> bool:
    """Whether the data are known to have no spread in any feature: the game draws nothing, and nothing is noise."""
    return bool(table.facts.real_std) and not any(table.facts.real_std)


def excursion(table: Table, k: int) -> float:
    """How far the mean of a feature has ever been from that of the data, 0 if that is not known.

    The unit of games whose data are a point and draw nothing: there is no noise, and no spread.
    """
    means, real = table.signals[f"fake_mean_{k}"].mean, table.facts.real_mean
    around = real[k] if k < len(real) else 0.0
    finite = np.abs(means[np.isfinite(means)] - around)
    return float(finite.max(initial=0.0))


def known_features(table: Table) -> tuple[int, ...]:
    """Numbers of the features whose spread over the data is known."""
    return tuple(k for k in table.features if k < len(table.facts.real_std))


def _spread(table: Table, k: int, rows: Ints) -> float:
    """Standard deviation of a feature: of the data, or of the fakes where they are wider.

    Narrow fakes have less noise than the data; measured against that, a collapsed generator's smallest
    wobble would count.
    """
    name = f"fake_std_{k}"
    fake = median(table.signals[name].mean[rows]) if name in table.signals else float("nan")
    return float(np.nanmax([table.facts.real_std[k], fake]))


def _binned(values: Floats, bins: int) -> Floats:
    """[F, n // bins], means of so many neighbours."""
    whole = values.shape[-1] // bins * bins
    return np.asarray(values[:, :whole].reshape(len(values), -1, bins).mean(axis=-1))
