"""discriminator-dominance: D tells everything apart, and G does not get anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ganbench.detect import vanishing_gradient
from ganbench.detect.baselines import median
from ganbench.detect.blocks import Blocks, blocks_of
from ganbench.detect.detector import Detector, clear, evidence, fired, has, insufficient
from ganbench.detect.facts import of_spread
from ganbench.detect.quality import covered_share, distances, poor
from ganbench.detect.signals import Floats, Table
from ganbench.detect.spells import Spell
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "discriminator-dominance"


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    own = limits[KIND]
    blocks = blocks_of(table, limits["blocks"], after=own["after"])
    if len(blocks) < limits["blocks"]["of"]:
        return insufficient(KIND, "fewer than five blocks of steps after the start")
    auc = blocks.mean("auc")
    spell = blocks.standing(auc >= own["auc"], limits["blocks"], lasting=own["lasting"])
    numbers: dict[str, Any] = {"statistic": "rank AUC of D", "null": 0.5, "threshold": own["auc"]}
    if spell is None:
        return clear(KIND, "D does not tell everything apart, or not any more", value=median(auc), **numbers)
    stuck = _stuck(blocks, spell, limits) if spell.strong and spell.ongoing else ""
    names = [name for name in ("implied_coverage", "saturation", "attenuation") if has(table, name)]
    return fired(
        KIND,
        "D tells fakes from real samples nearly always" + (f", and {stuck}" if stuck else ""),
        spell,
        severity="error" if stuck else "warn",
        value=median(auc[spell.rows]),
        evidence=evidence({"auc": auc} | {name: blocks.mean(name) for name in names}, spell),
        **numbers,
    )


def _stuck(blocks: Blocks, spell: Spell, limits: Mapping[str, Limits]) -> str:
    """Why this is more than a D that is good: big models train well with a D that is nearly always right."""
    table, own = blocks.table, limits[KIND]
    bad = poor(table, limits["quality"], since=spell.onset)
    if bad is False:
        return ""
    if bad and not improving(table, own):
        return "the samples are bad and do not improve"
    if vanishing_gradient.DETECTOR(table, limits).severity == "error":
        return "G stands still"
    unreached = (
        has(table, "implied_coverage")
        and median(blocks.mean("implied_coverage")[spell.rows]) < own["coverage"]
    )
    return "no sample is where the data are" if unreached and bad is None else ""


def improving(table: Table, own: Limits) -> bool:
    """Whether any measure of quality is better in the recent stretch than in the one before it."""
    age = table.age(table.evaluations.step)
    end = float(age[-1]) if len(age) else 0.0
    recent, before = age > end - own["recent"], (age > end - 2 * own["recent"]) & (age <= end - own["recent"])
    values = [*_rising(table), *(-found for found in distances(table.evaluations).values())]
    return any(
        median(found[recent]) > median(found[before]) + own["improvement"] * abs(median(found[before]))
        for found in values
    )


def _rising(table: Table) -> list[Floats]:
    shares = [covered_share(table), table.evaluations.values.get("high_quality")]
    return [np.asarray(found) for found in shares if found is not None]


DETECTOR: Final = Detector(
    KIND,
    "both",
    check,
    needs=("auc",),
    applies=of_spread,
    null="AUC 1/2; collapse onto a share c of the data alone gives 1 - c/2",
    false_positives=(
        "large models train well while D is right 98 % of the time: never an error by itself",
        "a D that is ahead for a while, as after a spike or a shift of the data, and is caught up with",
        "high-dimensional data, where samples and data never overlap",
        "a D loss of 0 means nothing for hinge (all margins met) and for a critic",
    ),
)
