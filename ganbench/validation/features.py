"""A table as one vector of fixed length: what a learned baseline sees of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from ganbench.detect.baselines import median
from ganbench.detect.movement import last_half, path_motion
from ganbench.detect.quality import covered_share
from ganbench.detect.signals import Floats, Series, Table

SIGNALS: Final = (
    *("auc", "auc_low", "attenuation", "nonfinite", "loss_d", "loss_g"),
    *(
        "gradient_norm_d",
        "gradient_norm_g",
        "update_ratio_d",
        "update_ratio_g",
        "update_norm_d",
        "update_norm_g",
    ),
    *("real_logit_mean", "real_logit_std", "real_logit_positive"),
    *("fake_logit_mean", "fake_logit_std", "fake_logit_positive"),
    *("generator_logit_mean", "generator_logit_std"),
    *("implied_coverage", "implied_precision", "saturation", "pairwise_distance", "duplicate_rate"),
)
METRICS: Final = (
    *("covered_share", "high_quality", "in_mode_std"),
    *("sliced_wasserstein", "energy_distance", "neighbour_auc"),
    *("auc_train", "auc_held_out", "auc_replay", "rejected"),
)
STRETCHES: Final = ("first tenth", "first quarter", "last quarter", "all", "greatest", "growth")
LOOKS: Final = ("last", "best", "worst", "spread")
MOTION: Final = ("drift", "amplitude", "score", "ratio")
FACTS: Final = ("density_ratio", "decision", "batch", "modes", "penalties", "diverged")

NAMES: Final = (
    *(f"{name}, {stretch}" for name in SIGNALS for stretch in STRETCHES),
    *(f"{name}, {look}" for name in METRICS for look in LOOKS),
    "modes visited beyond those held",
    *(f"motion, {name}" for name in MOTION),
    *FACTS,
)


def features(table: Table) -> Floats:
    """[len(NAMES)]; NaN where the table has not what it takes."""
    with np.errstate(all="ignore"):
        found = np.array([*_signals(table), *_metrics(table), _hop(table), *_motion(table), *_facts(table)])
    return np.where(np.isfinite(found), found, np.nan)


def _signals(table: Table) -> Iterator[float]:
    age = table.age(table.last)
    for name in SIGNALS:
        series = table.signals.get(name)
        if series is None or len(age) == 0:
            yield from [np.nan] * len(STRETCHES)
        else:
            yield from _stretches(series, age)


def _stretches(series: Series, age: Floats) -> tuple[float, ...]:
    mean, end = series.mean, age[-1]
    first, early = median(mean[age <= 0.1 * end]), median(mean[age <= 0.25 * end])
    late = median(mean[age > 0.75 * end])
    greatest = float(np.nanmax(series.high, initial=-np.inf))
    return first, early, late, median(mean), greatest, late / early if early else np.nan


def _metrics(table: Table) -> Iterator[float]:
    for name in METRICS:
        values = covered_share(table) if name == "covered_share" else table.evaluations.values.get(name)
        finite = values[np.isfinite(values)] if values is not None else np.zeros(0)
        if len(finite):
            yield from (float(finite[-1]), float(finite.max()), float(finite.min()), float(finite.std()))
        else:
            yield from [np.nan] * len(LOOKS)


def _hop(table: Table) -> float:
    counts = table.evaluations.histogram
    if counts is None or not len(rows := counts[np.isfinite(counts).all(axis=1)][-10:]):
        return np.nan
    held = rows >= np.maximum(1, 0.1 * rows.sum(axis=1, keepdims=True) / rows.shape[1])
    return float(held.any(axis=0).sum() - held.sum(axis=1).mean())


def _motion(table: Table) -> tuple[float, ...]:
    rows = last_half(table, after=0.1)
    if len(rows) < 4 or not table.facts.real_std or not table.features:
        return (np.nan,) * len(MOTION)
    found = path_motion(table, rows)
    return tuple(getattr(found, name) for name in MOTION)


def _facts(table: Table) -> tuple[float, ...]:
    facts = table.facts
    return (
        float(facts.density_ratio),
        float(facts.decision is not None),
        float(facts.batch or np.nan),
        float(facts.modes or np.nan),
        float(len(facts.penalties)),
        float(facts.diverged_at is not None),
    )
