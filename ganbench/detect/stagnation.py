"""stagnation: training goes on, and nothing changes any more although it should."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ganbench.detect.baselines import median, reference
from ganbench.detect.blocks import Blocks, blocks_of
from ganbench.detect.detector import Detector, clear, evidence, fired, has, insufficient
from ganbench.detect.facts import of_spread
from ganbench.detect.quality import covered_share, distances, poor
from ganbench.detect.signals import Floats, Ints, Table
from ganbench.detect.spells import Spell
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "stagnation"
RATIOS: Final = ("update_ratio_g", "update_ratio_d")


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    blocks = blocks_of(table, limits["blocks"], after=limits[KIND]["after"])
    if len(blocks) < limits["blocks"]["of"]:
        return insufficient(KIND, "fewer than five blocks of steps after the first third of the plan")
    return _by_updates(blocks, limits) or _by_quality(blocks, limits)


def _by_updates(blocks: Blocks, limits: Mapping[str, Limits]) -> Finding | None:
    """Neither player moves; a schedule that ends its learning rate explains that."""
    own, table = limits[KIND], blocks.table
    if table.facts.annealed or not all(has(table, name) for name in RATIOS):
        return None
    before = reference(table, limits["baseline"])
    drops = {
        name: blocks.mean(name) / max(median(table.signals[name].mean[before]), 1e-300) for name in RATIOS
    }
    largest = np.maximum(*drops.values())
    spell = blocks.spell(largest < own["update_drop"], limits["blocks"])
    if spell is None:
        return None
    return fired(
        KIND,
        "neither player moves any more",
        spell,
        severity="warn",
        form="no updates",
        statistic="update ratio over its baseline, of the player that moves more",
        value=median(largest[spell.rows]),
        null=1.0,
        threshold=own["update_drop"],
        evidence=evidence({name: blocks.mean(name) for name in RATIOS}, spell),
    )


def _by_quality(blocks: Blocks, limits: Mapping[str, Limits]) -> Finding:
    """Quality has no slope in the last half of the plan, the samples are bad, and D sees the difference."""
    own, table = limits[KIND], blocks.table
    rows = _last_half(table)
    measures = _measures(table)
    numbers: dict[str, Any] = {
        "statistic": "slope of quality over its standard error",
        "threshold": own["sigma"],
    }
    if not measures or len(rows) < own["evaluations"]:
        return clear(KIND, "both players move; too few evaluations for a slope", **numbers)
    slopes = [abs(slope_score(found[rows])) for found in measures]
    onset, last = int(table.evaluations.step[rows[0]]), int(table.evaluations.step[rows[-1]])
    auc = blocks.mean("auc") if has(table, "auc") else np.full(len(blocks), np.nan)
    seen = median(auc[blocks.last >= onset]) >= own["auc"]
    if max(slopes) > own["sigma"] or not seen or not poor(table, limits["quality"], since=onset):
        return clear(KIND, "both players move, and samples improve or are fine", value=max(slopes), **numbers)
    spell = Spell(onset, last, slice(0, len(rows)), len(rows), len(rows), strong=True, ongoing=True)
    reason = "the samples are bad, D sees it, and quality has had no slope for half of the run"
    return fired(KIND, reason, spell, severity="warn", form="no progress", value=max(slopes), **numbers)


def _last_half(table: Table) -> Ints:
    middle = (table.start + table.end) / 2
    return np.flatnonzero(table.evaluations.step >= middle)


def _measures(table: Table) -> list[Floats]:
    shares = [covered_share(table), table.evaluations.values.get("high_quality")]
    return [*(one for one in shares if one is not None), *distances(table.evaluations).values()]


def slope_score(y: Floats) -> float:
    """t of the least-squares slope of y [n] over its index: b / SE(b); 0 for a constant series or too few values."""
    y = y[np.isfinite(y)]
    if len(y) < 4 or np.allclose(y, y[0], rtol=1e-9, atol=0):
        return 0.0
    t = np.arange(len(y)) - (len(y) - 1) / 2
    slope = float(t @ y) / float(t @ t)
    left = y - y.mean() - slope * t
    error = np.sqrt(float(left @ left) / (len(y) - 2) / float(t @ t))
    return slope / error if error > 0 else (np.inf if slope else 0.0)


DETECTOR: Final = Detector(
    KIND,
    "both",
    check,
    needs=("update_ratio_g|auc",),
    applies=of_spread,
    null="update ratios near their baseline; quality with a slope, or good",
    false_positives=(
        "a learning rate that ends by plan (facts: annealed)",
        "a run that has arrived: good samples do not stagnate",
    ),
)
