"""one-sided-discriminator: D calls everything real, or everything fake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ganbench.detect.baselines import median
from ganbench.detect.blocks import blocks_of
from ganbench.detect.detector import Detector, clear, evidence, fired, insufficient
from ganbench.detect.facts import Facts, of_spread
from ganbench.detect.logits import level
from ganbench.detect.quality import poor
from ganbench.detect.signals import Table
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "one-sided-discriminator"


def applies(facts: Facts) -> str:
    if facts.decision is None:
        return "the loss has no decision value between real and fake"
    return of_spread(facts)


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    own = limits[KIND]
    blocks = blocks_of(table, limits["blocks"], after=own["after"])
    if len(blocks) < limits["blocks"]["of"]:
        return insufficient(KIND, "fewer than five blocks of steps after the start")
    real, fake, auc = (blocks.mean(n) for n in ("real_logit_positive", "fake_logit_positive", "auc"))
    decision = table.facts.decision
    offset = level(blocks) - (0.0 if decision is None else decision)
    real_side = (real >= own["share"]) & (fake >= own["share"])
    fake_side = (real <= 1 - own["share"]) & (fake <= 1 - own["share"])
    leans = (real_side | fake_side) & (np.abs(offset) > own["offset"])
    spell = blocks.standing(leans, limits["blocks"], lasting=own["lasting"])
    agreeing = np.maximum(np.minimum(real, fake), 1 - np.maximum(real, fake))
    numbers: dict[str, Any] = {
        "statistic": "share of the samples on one side of the decision",
        "null": 0.5,
        "threshold": own["share"],
    }
    if spell is None:
        return clear(KIND, "D decides both ways, or does again", value=median(agreeing), **numbers)
    side = "real" if median(offset[spell.rows]) > 0 else "fake"
    ranks = median(auc[spell.rows]) >= own["auc"]
    bad = poor(table, limits["quality"], since=spell.onset)
    return fired(
        KIND,
        f"D calls nearly everything {side}" + (", but ranks well: its level is off" if ranks else ""),
        spell,
        severity="error" if spell.strong and bad and not ranks else "warn",
        form=f"all {side}",
        value=median(agreeing[spell.rows]),
        evidence=evidence({"real_logit_positive": real, "fake_logit_positive": fake, "auc": auc}, spell),
        **numbers,
    )


DETECTOR: Final = Detector(
    KIND,
    "discriminator",
    check,
    needs=(
        "real_logit_positive",
        "fake_logit_positive",
        "auc",
        "real_logit_mean",
        "fake_logit_mean",
    ),
    applies=applies,
    null="half of the samples on either side at equilibrium",
    false_positives=(
        "label smoothing and adaptive augmentation move the level of D on purpose",
        "batches with more of one kind",
        "a level that is off while D ranks, or while the samples are good, does no harm: that is a warning",
    ),
)
