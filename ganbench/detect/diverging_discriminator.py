"""diverging-discriminator: D is worse than a blind one, or a critic's outputs run away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ganbench.detect.baselines import median, reference, trailing_median
from ganbench.detect.blocks import Blocks, blocks_of
from ganbench.detect.detector import Detector, clear, evidence, fired, has, insufficient, not_applicable
from ganbench.detect.logits import MOMENTS, spread, spread_of_windows
from ganbench.detect.signals import Bools, Floats, Table
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "diverging-discriminator"


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    blocks = blocks_of(table, limits["blocks"], after=limits[KIND]["after"])
    if len(blocks) < limits["blocks"]["of"]:
        return insufficient(KIND, "fewer than five blocks of steps after the start")
    blind = table.facts.blind_loss
    if blind and has(table, "loss_d"):
        return _by_loss(blocks, limits, blind=blind)
    if not all(has(table, name) for name in MOMENTS):
        return not_applicable(
            KIND, f"the table has no {', no '.join(n for n in MOMENTS if not has(table, n))}"
        )
    return _by_spread(blocks, limits)


def _by_loss(blocks: Blocks, limits: Mapping[str, Limits], *, blind: float) -> Finding:
    own = limits[KIND]
    ratio = blocks.mean("loss_d") / blind
    spell = blocks.spell(ratio > own["loss_ratio"], limits["blocks"])
    numbers: dict[str, Any] = {
        "statistic": "loss of D over that of a blind one",
        "null": 1.0,
        "threshold": own["loss_ratio"],
    }
    if spell is None:
        return clear(KIND, "D is no worse than a blind one", value=median(ratio), **numbers)
    return fired(
        KIND,
        "D does worse than one that answers the same to everything",
        spell,
        severity="error" if spell.strong else "warn",
        form="worse than blind",
        value=median(ratio[spell.rows]),
        evidence=evidence({"loss_d": blocks.mean("loss_d")}, spell),
        **numbers,
    )


def _by_spread(blocks: Blocks, limits: Mapping[str, Limits]) -> Finding:
    """A critic's level means nothing and may drift: only differences between its outputs count."""
    own, table, spreads = limits[KIND], blocks.table, spread(blocks)
    base = median(spread_of_windows(table)[reference(table, limits["baseline"])])
    growth = spreads / base if base > 0 else np.full(len(blocks), np.nan)
    spell = blocks.spell((growth >= own["growth"]) & _rising(spreads, own), limits["blocks"])
    numbers: dict[str, Any] = {
        "statistic": "standard deviation of the logits over its baseline",
        "null": 1.0,
        "threshold": own["growth"],
    }
    if spell is None:
        return clear(KIND, "the critic's outputs do not run away", value=median(growth), **numbers)
    return fired(
        KIND,
        "the critic's outputs grow without bound",
        spell,
        severity="error" if spell.strong else "warn",
        form="runaway critic",
        value=median(growth[spell.rows]),
        evidence=evidence({"spread of logits": spreads}, spell),
        **numbers,
    )


def _rising(spreads: Floats, own: Limits) -> Bools:
    """Above the median of the five blocks before; a single jump to a new level is not for long."""
    return np.asarray(spreads > own["rise"] * trailing_median(spreads, 5))


DETECTOR: Final = Detector(
    KIND,
    "discriminator",
    check,
    needs=("loss_d|real_logit_std",),
    null="the loss of a blind D: 2 ln 2 for cross entropy, 2 for hinge, 1/4 for least squares; critics have none",
    false_positives=(
        "a loss with its penalty in it: log them apart",
        "a change of the number of D steps",
        "a critic whose level drifts is sound: the level does not enter",
    ),
)
