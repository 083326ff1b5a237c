"""blind-discriminator: D answers the same to everything, although samples and data differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ganbench.detect.baselines import median
from ganbench.detect.blocks import blocks_of
from ganbench.detect.detector import Detector, clear, evidence, fired, insufficient
from ganbench.detect.facts import Facts, of_spread
from ganbench.detect.logits import MOMENTS, spread
from ganbench.detect.quality import differs
from ganbench.detect.signals import Floats, Table
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "blind-discriminator"


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    own = limits[KIND]
    blocks = blocks_of(table, limits["blocks"], after=own["after"])
    if len(blocks) < limits["blocks"]["of"]:
        return insufficient(KIND, "fewer than five blocks of steps after the start")
    spreads, auc = spread(blocks), blocks.mean("auc")
    relative = _relative(spreads, table.facts)
    least = own["spread"] if _has_unit(table.facts) else own["relative_spread"]
    spell = blocks.spell((auc < own["auc"]) & (relative < least), limits["blocks"])
    numbers: dict[str, Any] = {"statistic": _statistic(table.facts), "threshold": least}
    if spell is None:
        return clear(KIND, "D's outputs differ between samples", value=median(relative), **numbers)
    different = differs(table, blocks, limits["quality"], since=spell.onset)
    numbers |= {"value": median(relative[spell.rows])}
    if different is False:
        return clear(
            KIND, "D's outputs are flat, and nothing tells samples from data: equilibrium", **numbers
        )
    return fired(
        KIND,
        "D's outputs are flat although the samples are not like the data"
        if different
        else "D's outputs are flat; no other measure says whether samples and data differ",
        spell,
        severity="error" if different and spell.strong else "warn",
        evidence=evidence({"spread of logits": spreads, "auc": auc}, spell),
        **numbers,
    )


def _has_unit(facts: Facts) -> bool:
    """Whether the loss gives the size of a logit a meaning: nats, a margin, a target."""
    return facts.decision is not None or facts.density_ratio


def _relative(spreads: Floats, facts: Facts) -> Floats:
    if _has_unit(facts):
        return spreads
    greatest = np.maximum.accumulate(np.nan_to_num(spreads))
    return np.asarray(spreads / np.maximum(greatest, 1e-300))


def _statistic(facts: Facts) -> str:
    unit = "" if _has_unit(facts) else " over its greatest so far"
    return f"standard deviation of the logits{unit}"


DETECTOR: Final = Detector(
    KIND,
    "discriminator",
    check,
    needs=("auc", *MOMENTS),
    applies=of_spread,
    null="AUC 1/2 at equilibrium too: only a check without D tells a blind D from a converged one",
    false_positives=(
        "a true equilibrium: without evaluations or moments of the data the finding is only a warning",
        "very strong regularisation that still works: look whether the samples improve",
        "losses of a range of their own, when they are not declared",
    ),
)
