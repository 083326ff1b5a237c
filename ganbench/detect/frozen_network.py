"""frozen-network: the weights of a player do not change at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ganbench.detect.blocks import Blocks, blocks_of
from ganbench.detect.detector import Detector, clear, evidence, fired, has, insufficient
from ganbench.detect.facts import Facts
from ganbench.detect.signals import Bools, Table
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "frozen-network"
PLAYERS: Final = {"d": "the discriminator", "g": "the generator"}


def applies(facts: Facts) -> str:
    return "a player waits by design (loss-balancing)" if "loss-balancing" in facts.tricks else ""


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    own = limits[KIND]
    blocks = blocks_of(table, limits["blocks"], after=own["after"])
    if len(blocks) < limits["blocks"]["of"]:
        return insufficient(KIND, "fewer than five blocks of steps")
    still = {p: _still(blocks, p, own) for p in PLAYERS if has(table, f"update_norm_{p}")}
    found = {p: blocks.at_end(true, least=own["least"]) for p, true in still.items()}
    frozen = {p: spell for p, spell in found.items() if spell is not None}
    numbers: dict[str, Any] = {
        "statistic": "share of the plan without any change, up to now",
        "null": 0.0,
        "threshold": own["least"],
    }
    if not frozen:
        return clear(KIND, "both players move", value=0.0, **numbers)
    player = min(frozen, key=lambda p: frozen[p].onset)
    spell = frozen[player]
    return fired(
        KIND,
        f"{' and '.join(PLAYERS[p] for p in frozen)} did not change at all",
        spell,
        severity="error",
        form=PLAYERS[player].removeprefix("the "),
        value=float((spell.last + 1 - spell.onset) / table.plan),
        evidence=evidence({f"update_norm_{p}": blocks.mean(f"update_norm_{p}") for p in frozen}, spell),
        **numbers,
    )


def _still(blocks: Blocks, player: str, own: Limits) -> Bools:
    """The greatest update of a block is 0, or less than float32 can add to weights of that norm.

    Weights at 0, of a game that has reached the origin, are no reference: their updates are too small to be on record.
    """
    greatest, name = blocks.high(f"update_norm_{player}"), f"weight_norm_{player}"
    if not has(blocks.table, name):
        return np.asarray(greatest == 0)
    norm = blocks.mean(name)
    return np.asarray((norm > 0) & (greatest <= own["rounding"] * norm))


DETECTOR: Final = Detector(
    KIND,
    "both",
    check,
    needs=("update_norm_d|update_norm_g",),
    applies=applies,
    null="updates above 0",
    false_positives=(
        "a player that is frozen on purpose, for warm-up or fine-tuning",
        "a gradient of exactly 0 because the samples are as good as D can tell: dead units, a clipped critic",
        "a log that repeats its last value",
    ),
)
