"""generator-dominance: D is fooled systematically, it ranks fakes above real samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from ganbench.detect.blocks import blocks_of
from ganbench.detect.detector import Detector, clear, evidence, fired, has, insufficient
from ganbench.detect.facts import of_spread
from ganbench.detect.nulls import auc_std
from ganbench.detect.signals import Bools, Floats, Ints, Table
from ganbench.detect.spells import Spell
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "generator-dominance"


@dataclass(frozen=True, slots=True)
class Looks:
    """AUC of D at L looks, steps `first` to `last` each; low: below chance; late: in the last half of what there is."""

    name: str
    first: Ints
    last: Ints
    auc: Floats
    low: Bools
    late: Bools

    @property
    def share(self) -> float:
        """Of the late looks, those at which D is fooled."""
        return float(self.low[self.late].mean())

    def spell(self, share: float) -> Spell:
        """From the first look since when at least this share is low, to the last look that is."""
        since = np.cumsum(self.low[::-1])[::-1] / np.arange(len(self.low), 0, -1)
        rows = np.flatnonzero(self.low & (since >= share))
        start, last = int(rows[0]), int(np.flatnonzero(self.low)[-1])
        return Spell(
            int(self.first[start]),
            int(self.last[last]),
            slice(start, last + 1),
            int(self.low[self.late].sum()),
            int(self.late.sum()),
            strong=self.share >= 0.5,
            ongoing=float(self.low[-(int(self.late.sum()) // 2) :].mean()) >= share,
        )


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    """By the steps of training, and by real samples that D was not trained on: the reading that says more."""
    own = limits[KIND]
    both = [_held_out(table, own)] + ([_in_training(table, limits)] if has(table, "auc") else [])
    found = [looks for looks in both if looks.late.sum() >= own["looks"]]
    if not found:
        return insufficient(
            KIND, "fewer than five blocks of steps or evaluations in the last half of the run"
        )
    looks = max(found, key=lambda one: one.share)
    numbers = {
        "statistic": f"share of late {looks.name} at which D ranks below chance",
        "value": looks.share,
        "null": 0.0,
        "threshold": own["share"],
    }
    if looks.share < own["share"]:
        return clear(KIND, "D ranks no worse than by chance, or only for a while", **numbers)
    spell = looks.spell(own["share"])
    return fired(
        KIND,
        f"D ranks fakes above real samples at {looks.share:.0%} of the late {looks.name}",
        spell,
        severity="error" if spell.strong else "warn",
        evidence=evidence({"auc": looks.auc}, spell),
        **numbers,
    )


def _in_training(table: Table, limits: Mapping[str, Limits]) -> Looks:
    """Blocks of steps, each with the mean AUC of its batches."""
    own, facts = limits[KIND], table.facts
    blocks = blocks_of(table, limits["blocks"], after=own["after"])
    judged = max(1, (facts.batch or 1) // facts.pack)
    noise = auc_std(judged, judged) / np.sqrt(np.maximum(blocks.count("auc"), 1))
    return _looks(
        "blocks of steps", blocks.first, blocks.last, blocks.mean("auc"), table, noise=noise, own=own
    )


def _held_out(table: Table, own: Limits) -> Looks:
    """Evaluations: a D that knows its training data by heart ranks those above fakes, and fakes above any others."""
    step, facts = table.evaluations.step, table.facts
    auc = table.evaluations.values.get("auc_held_out", np.full(len(step), np.nan))
    chosen = np.isfinite(auc) & (table.age(step) > own["after"])
    noise = np.full(int(chosen.sum()), auc_std(facts.audit, facts.audit) if facts.audit else 0.0)
    return _looks("evaluations", step[chosen], step[chosen], auc[chosen], table, noise=noise, own=own)


def _looks(
    name: str, first: Ints, last: Ints, auc: Floats, table: Table, *, noise: Floats, own: Limits
) -> Looks:
    low = auc < 0.5 - np.maximum(own["sigma"] * noise, own["margin"])
    return Looks(name, first, last, auc, low, late=first >= (table.start + table.end) / 2)


DETECTOR: Final = Detector(
    KIND,
    "both",
    check,
    needs=("auc|evaluations.auc_held_out",),
    applies=of_spread,
    facts=("batch",),
    null="AUC 1/2 with standard deviation sqrt((2B + 1) / (12 B^2)) in one batch, less in the mean of several",
    false_positives=(
        "an AUC taken after G has moved, or against stale fakes of a replay buffer",
        "a generator that swings past the data: see limit-cycle and mode-hopping",
        "held-out data of another kind than the training data: D has never seen the like",
    ),
)
