"""diverging-discriminator: D is worse than a blind one, or a critic's outputs run away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ganbench.detect.baselines import median, reference, trailing_median
from ganbench.detect.blocks import Blocks, blocks_of
from ganbench.detect.detector import Detector, clear, evidence, fired, has, insufficient, not_applicable
from ganbench.detect.logits import MOMENTS, spread, spread_of_windows
from ganbench.detect.quality import poor
from ganbench.detect.recomputed import least_loss
from ganbench.detect.signals import Bools, Floats, Table
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "diverging-discriminator"


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    blocks = blocks_of(table, limits["blocks"], after=limits[KIND]["after"])
    if len(blocks) < limits["blocks"]["of"]:
        return insufficient(KIND, "fewer than five blocks of steps after the start")
    blind, losses = table.facts.blind_loss, _losses(blocks)
    if blind and losses:
        return _by_loss(blocks, limits, blind=blind, losses=losses)
    if not all(has(table, name) for name in MOMENTS):
        return not_applicable(
            KIND, f"the table has no {', no '.join(n for n in MOMENTS if not has(table, n))}"
        )
    return _by_spread(blocks, limits)


def _by_loss(
    blocks: Blocks, limits: Mapping[str, Limits], *, blind: float, losses: Mapping[str, Floats]
) -> Finding:
    own = limits[KIND]
    ratio = np.fmax.reduce([*losses.values()]) / blind
    spell = blocks.standing(ratio > own["loss_ratio"], limits["blocks"], lasting=own["lasting"])
    numbers: dict[str, Any] = {
        "statistic": "loss of D over that of a blind one",
        "null": 1.0,
        "threshold": own["loss_ratio"],
    }
    if spell is None:
        return clear(KIND, "D is no worse than a blind one, or not any more", value=median(ratio), **numbers)
    return fired(
        KIND,
        "D does worse than one that answers the same to everything",
        spell,
        severity="error" if spell.strong else "warn",
        form="worse than blind",
        value=median(ratio[spell.rows]),
        evidence=evidence(losses, spell),
        **numbers,
    )


def _losses(blocks: Blocks) -> dict[str, Floats]:
    """[N] each, by name: D's loss on record, and the least that its logits can have; of these the greater counts.

    Where labels are swapped, or D minimises another loss, the one on record is not that of the game.
    """
    found = {"loss_d": blocks.mean("loss_d")} if has(blocks.table, "loss_d") else {}
    least = least_loss(blocks)
    return found if least is None else found | {"least loss of the logits": least}


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
        return clear(KIND, "D's outputs do not run away", value=median(growth), **numbers)
    bad = poor(table, limits["quality"], since=spell.onset)
    return fired(
        KIND,
        "D's outputs grow without bound" + (", and the samples are bad" if bad else ""),
        spell,
        severity="error" if spell.strong and bad else "warn",
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
        "a loss with its penalty in it: log them apart; a loss of other targets than those of its name: leave it unnamed",
        "a change of the number of D steps",
        "a critic whose level drifts is sound: the level does not enter",
        "a critic whose outputs grow while the samples are good: that is a warning",
    ),
)
