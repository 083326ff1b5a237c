"""stagnation: training goes on, and G stays where it is although its samples are bad."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ganbench.detect.baselines import median
from ganbench.detect.blocks import Blocks, blocks_of
from ganbench.detect.detector import Detector, clear, evidence, fired, has, insufficient
from ganbench.detect.facts import of_spread
from ganbench.detect.quality import covered_share, distances, poor
from ganbench.detect.separability import own_area, told_apart
from ganbench.detect.signals import Floats, Ints, Table
from ganbench.detect.spells import Spell
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "stagnation"


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    blocks = blocks_of(table, limits["blocks"], after=limits[KIND]["after"])
    if len(blocks) < limits["blocks"]["of"]:
        return insufficient(KIND, "fewer than five blocks of steps after the first third of the plan")
    return (_by_updates if has(table, "update_ratio_g") else _by_quality)(blocks, limits)


def pace(blocks: Blocks, own: Limits) -> Floats:
    """[N], path of G's weights in a whole plan at the pace of each block, in norms of the weights.

    Straight or not, they end no further from where they are than this. Without a plan the run may be young: then its
    plan is taken for `own["plan"]` steps at least.
    """
    table = blocks.table
    plan = table.plan if table.facts.steps else max(table.plan, own["plan"])
    return np.asarray(blocks.mean("update_ratio_g") * plan)


def _by_updates(blocks: Blocks, limits: Mapping[str, Limits]) -> Finding:
    """G's path is next to nothing, to the end, and samples are told from data; a schedule that ends its rate explains that."""
    own, found, apart = limits[KIND], pace(blocks, limits[KIND]), _apart(blocks)
    numbers: dict[str, Any] = {
        "statistic": "path of G in a plan at its pace, in norms of its weights",
        "threshold": own["pace"],
    }
    annealed = blocks.table.facts.annealed
    spell = None if annealed else blocks.at_end(found < own["pace"], least=own["least"])
    if spell is None or not median(apart[spell.rows]) >= own["apart"]:
        return clear(KIND, "G moves, or its samples are fine", value=median(found), **numbers)
    return fired(
        KIND,
        "G hardly moves any more, and its samples are told from the data",
        spell,
        severity="warn",
        form="no updates",
        value=median(found[spell.rows]),
        evidence=evidence({"update_ratio_g": blocks.mean("update_ratio_g"), "auc": apart}, spell),
        **numbers,
    )


def _apart(blocks: Blocks) -> Floats:
    """[N], AUC with which samples and data are told apart: by D, either way, or by checks without it."""
    ranked = own_area(blocks) if has(blocks.table, "auc") else np.full(len(blocks), np.nan)
    return np.asarray(np.fmax(ranked, told_apart(blocks)))


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
        return insufficient(KIND, "no updates on record, and too few evaluations for a slope")
    slopes = [abs(slope_score(found[rows])) for found in measures]
    onset, last = int(table.evaluations.step[rows[0]]), int(table.evaluations.step[rows[-1]])
    auc = blocks.mean("auc") if has(table, "auc") else np.full(len(blocks), np.nan)
    seen = median(auc[blocks.last >= onset]) >= own["apart"]
    if max(slopes) > own["sigma"] or not seen or not poor(table, limits["quality"], since=onset):
        return clear(KIND, "samples improve or are fine", value=max(slopes), **numbers)
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
    "generator",
    check,
    needs=("update_ratio_g|auc",),
    applies=of_spread,
    null="a path of several norms of the weights in a plan; without updates, quality with a slope, or good",
    false_positives=(
        "a learning rate that ends by plan (facts: annealed)",
        "a run that has arrived: samples that are hardly told from data do not stagnate",
        "a plan of a few steps, in which no generator gets anywhere",
    ),
)
