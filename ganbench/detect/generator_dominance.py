"""generator-dominance: D is fooled systematically, it ranks below chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from ganbench.detect.blocks import Blocks, blocks_of
from ganbench.detect.detector import Detector, clear, evidence, fired, has, insufficient
from ganbench.detect.facts import of_spread
from ganbench.detect.nulls import auc_std
from ganbench.detect.signals import Bools, Floats, Table
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "generator-dominance"


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    own = limits[KIND]
    blocks = blocks_of(table, limits["blocks"], after=own["after"])
    if len(blocks) < own["blocks"]:
        return insufficient(KIND, "fewer than ten blocks of steps after the start")
    auc, low = blocks.mean("auc"), _low(blocks)
    often = running_mean(low, int(own["blocks"])) >= own["share"]
    spell = blocks.spell(often | _below(table, auc, own), limits["blocks"])
    numbers = {
        "statistic": "share of steps with AUC below 1/2 - 4 std",
        "null": 0.0,
        "threshold": own["share"],
    }
    if spell is None:
        return clear(KIND, "D ranks no worse than by chance", value=float(np.nanmean(low)), **numbers)
    return fired(
        KIND,
        "D ranks fakes above real samples far more often than chance allows",
        spell,
        severity="error" if spell.strong else "warn",
        value=float(np.nanmean(low[spell.rows])),
        evidence=evidence({"auc": auc, "auc_low": low}, spell),
        **numbers,
    )


def _low(blocks: Blocks) -> Floats:
    """[N], share of the steps in which D is fooled; of a log without it, whether the mean AUC says so."""
    if has(blocks.table, "auc_low"):
        return np.nan_to_num(blocks.mean("auc_low"))
    return np.zeros(len(blocks))


def _below(table: Table, auc: Floats, own: Limits) -> Bools:
    batch = table.facts.batch
    if batch is None:
        return np.zeros(len(auc), bool)
    judged = batch // table.facts.pack
    return np.asarray(auc < 0.5 - own["sigma"] * auc_std(judged, judged))


def running_mean(values: Floats, rows: int) -> Floats:
    """[N], mean of up to `rows` values up to each one: cycles fool D for a part of each period only."""
    sums = np.cumsum(np.concatenate([np.zeros(rows), values]))
    return np.asarray((sums[rows:] - sums[:-rows]) / np.minimum(np.arange(1, len(values) + 1), rows))


DETECTOR: Final = Detector(
    KIND,
    "both",
    check,
    needs=("auc",),
    applies=of_spread,
    facts=("batch",),
    null="AUC 1/2 with standard deviation sqrt((2B + 1) / (12 B^2)); below 1/2 - 4 std in 3 of 100,000 steps",
    false_positives=(
        "an AUC taken after G has moved, or against stale fakes of a replay buffer",
        "a generator that swings past the data: see limit-cycle and mode-hopping",
    ),
)
