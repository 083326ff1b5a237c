"""vanishing-gradient: the loss passes hardly any of D's signal on to G, while D separates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ganbench.detect import stagnation
from ganbench.detect.baselines import median, reference
from ganbench.detect.blocks import Blocks, blocks_of
from ganbench.detect.detector import Detector, clear, evidence, fired, has, insufficient, not_applicable
from ganbench.detect.facts import of_spread
from ganbench.detect.nulls import collapsed_attenuation
from ganbench.detect.signals import Floats, Table
from ganbench.detect.spells import Spell
from ganbench.detect.stagnation import pace
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding, Severity

KIND: Final = "vanishing-gradient"


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    blocks = blocks_of(table, limits["blocks"], after=limits[KIND]["after"])
    if len(blocks) < limits["blocks"]["of"]:
        return insufficient(KIND, "fewer than five blocks of steps")
    if has(table, "attenuation"):
        return _by_attenuation(blocks, limits)
    if table.facts.loss is not None:
        return not_applicable(KIND, f"the loss '{table.facts.loss}' passes D's slope on to G undiminished")
    return _by_norm(blocks, limits)


def _by_attenuation(blocks: Blocks, limits: Mapping[str, Limits]) -> Finding:
    own = limits[KIND]
    a, auc = blocks.mean("attenuation"), _separation(blocks)
    vanished = (auc >= own["auc"]) & (a < np.minimum(own["attenuation_warn"], _of_collapse(auc, own)))
    spell = blocks.standing(vanished, limits["blocks"], lasting=own["lasting"])
    numbers: dict[str, Any] = {"statistic": "attenuation", "null": 0.5, "threshold": own["attenuation_warn"]}
    if spell is None:
        return clear(KIND, "D's signal reaches G, or D does not separate", value=median(a), **numbers)
    if _crept_before(blocks, limits):
        reason = "G hardly moved when D's signal reached it either: its own rate is too low"
        return clear(KIND, reason, value=median(a[spell.rows]), **numbers)
    series = {"attenuation": a, "auc": auc} | _update_ratio(blocks)
    return fired(
        KIND,
        _reason(severity := _severity(blocks, spell, limits)),
        spell,
        severity=severity,
        value=median(a[spell.rows]),
        evidence=evidence(series, spell),
        **numbers,
    )


def _separation(blocks: Blocks) -> Floats:
    """[N], AUC of D either way: one that ranks all fakes above the data separates, and has nothing to pass on."""
    auc = blocks.mean("auc")
    return np.asarray(np.maximum(auc, 1 - auc))


def _of_collapse(auc: Floats, own: Limits) -> Floats:
    """[N], what a collapse that D tells as well, AUC 1 - c/2, leaves of its signal under minimax, and a part of that.

    An AUC beyond the greatest that a batch can tell from 1 says no more of c.
    """
    c = 2 * (1 - np.minimum(auc, own["auc_most"]))
    return own["collapse"] * collapsed_attenuation(c)


def _crept_before(blocks: Blocks, limits: Mapping[str, Limits]) -> bool:
    """Whether G hardly moved where the signal reached it either: its rate is too low, whatever the loss passes on."""
    reached = blocks.mean("attenuation") >= limits[KIND]["attenuation_warn"]
    if not has(blocks.table, "update_ratio_g") or not reached.any():
        return False
    slow = limits[stagnation.KIND]
    return bool(np.fmax.reduce(pace(blocks, slow)[reached]) < slow["pace"])


def _severity(blocks: Blocks, spell: Spell, limits: Mapping[str, Limits]) -> Severity:
    """An error only where G stands still: Adam rescales small gradients, and G moves on."""
    own = limits[KIND]
    a = median(blocks.mean("attenuation")[spell.rows])
    return "error" if a < own["attenuation_error"] and _stands_still(blocks, spell, limits) else "warn"


def _stands_still(blocks: Blocks, spell: Spell, limits: Mapping[str, Limits]) -> bool:
    own, table = limits[KIND], blocks.table
    if not has(table, "update_ratio_g"):
        return False
    base = median(table.signals["update_ratio_g"].mean[reference(table, limits["baseline"])])
    least = max(own["update_floor"], own["update_drop"] * np.nan_to_num(base))
    return bool(median(blocks.mean("update_ratio_g")[spell.rows]) < least)


def _reason(severity: Severity) -> str:
    moves = "and G stands still" if severity == "error" else "and G still moves"
    return f"D separates, the loss passes hardly any of its signal on, {moves}"


def _update_ratio(blocks: Blocks) -> dict[str, Any]:
    return {"update_ratio_g": blocks.mean("update_ratio_g")} if has(blocks.table, "update_ratio_g") else {}


def _by_norm(blocks: Blocks, limits: Mapping[str, Limits]) -> Finding:
    """Without the loss: a norm three decades below its baseline, D separates, and G stands still."""
    own, table = limits[KIND], blocks.table
    if not has(table, "update_ratio_g"):
        return not_applicable(KIND, "the loss is not known, and the table has no update_ratio_g")
    base = median(table.signals["gradient_norm_g"].mean[reference(table, limits["baseline"])])
    ratio, auc = blocks.mean("gradient_norm_g") / max(base, 1e-300), _separation(blocks)
    spell = blocks.spell((ratio <= own["update_drop"]) & (auc >= own["auc"]), limits["blocks"])
    numbers: dict[str, Any] = {
        "statistic": "gradient norm of G over its baseline",
        "null": 1.0,
        "threshold": own["update_drop"],
    }
    if spell is None or not _stands_still(blocks, spell, limits):
        return clear(KIND, "G's gradient is not small and D not sure at once", value=median(ratio), **numbers)
    return fired(
        KIND,
        "D separates, G's gradient has all but gone and G stands still; the loss is not known",
        spell,
        severity="warn",
        form="by norm",
        value=median(ratio[spell.rows]),
        evidence=evidence({"gradient_norm_g / baseline": ratio, "auc": auc}, spell),
        **numbers,
    )


DETECTOR: Final = Detector(
    KIND,
    "generator",
    check,
    needs=("auc", "attenuation|gradient_norm_g"),
    applies=of_spread,
    null="attenuation 1/2 at equilibrium, whatever the norm of the gradient; m / (m + K) on m of K modes (minimax)",
    false_positives=(
        "a small gradient at equilibrium is none: D does not separate there, and the attenuation is 1/2",
        "partial collapse lowers the attenuation of minimax to m / (m + K): that is collapse, and AUC says so, 1 - m / 2K",
        "Adam rescales small gradients: G may learn on with an attenuation of 1e-5, which is a warning here",
    ),
)
