"""wiring: the log contradicts the game that it claims to be, or a player gets no gradient at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ganbench.detect.baselines import median
from ganbench.detect.blocks import blocks_of
from ganbench.detect.detector import Detector, clear, evidence, fired, has, insufficient
from ganbench.detect.facts import of_spread
from ganbench.detect.logits import MOMENTS, spread, spread_of_windows
from ganbench.detect.recomputed import disagreement, first_loss, is_half
from ganbench.detect.signals import Floats, Table
from ganbench.detect.spells import Spell
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "wiring"
ROUNDING: Final = 1e-6  # of a level, in float32: outputs that differ by less are the same

Look = Callable[[Table, Mapping[str, Limits]], Finding | None]


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    """The first of several looks that fires; each is None where the table has not what it needs."""
    looks: tuple[Look, ...] = (_loss_of_logits, _initial_loss, _no_gradient, _two_views)
    found = [answer for look in looks if (answer := look(table, limits)) is not None]
    if not found:
        return insufficient(KIND, "too few steps, or none of the columns that a look needs")
    return next((one for one in found if one.status == "fired"), found[0])


def _loss_of_logits(table: Table, limits: Mapping[str, Limits]) -> Finding | None:
    """Losses recomputed from the moments of their logits, on raw steps."""
    own = limits[KIND]
    if table.facts.tricks:  # most of them change a loss: targets, the samples that count, a term beside it
        return None
    worst, rows = disagreement(table)
    if len(worst) < own["rows"]:
        return None
    numbers: dict[str, Any] = {
        "statistic": "loss on record against that of its logits",
        "value": float(np.median(worst)),
        "null": 0.0,
        "threshold": own["mismatch"],
    }
    wrong = np.flatnonzero(worst > own["mismatch"])
    if len(wrong) < own["rows"] or len(wrong) < len(worst) / 2:
        return clear(KIND, "the losses are those of their logits", **numbers)
    spell = _whole(int(rows[wrong[0]]), int(rows[wrong[-1]]), len(wrong), len(worst))
    reason = f"the losses on record are not '{table.facts.loss}' of the logits on record"
    if is_half(table):
        reason += ": D's is half of it, the mean of its two terms? Here it is their sum"
    return fired(KIND, reason, spell, severity="error", form="loss", **numbers)


def _initial_loss(table: Table, limits: Mapping[str, Limits]) -> Finding | None:
    """An untrained D, whose logits hardly differ, loses what a blind one does, or what its logits say."""
    own, blind = limits[KIND], table.facts.blind_loss
    if not blind or not all(has(table, name) for name in ("loss_d", *MOMENTS)) or len(table) == 0:
        return None
    first = float(table.signals["loss_d"].mean[0])
    low, high = first_loss(table) or (blind, blind)
    off = max(0.0, min(low, blind) - first, first - max(high, blind)) / blind
    untrained = float(spread_of_windows(table)[0]) < own["initial_spread"]
    numbers: dict[str, Any] = {
        "statistic": "first loss of D beyond that of a blind one and that of its logits, as a share of the former",
        "value": off,
        "null": 0.0,
        "threshold": own["initial_loss"],
    }
    if not untrained or off <= own["initial_loss"]:
        return clear(KIND, "D starts with the loss of a blind one, or is trained already", **numbers)
    spell = _whole(int(table.first[0]), int(table.last[0]), 1, 1)
    reason = f"an untrained D loses {first:.3g} where {blind:.3g} is due: another sigmoid, or another loss"
    return fired(KIND, reason, spell, severity="error", form="initial loss", **numbers)


def _no_gradient(table: Table, limits: Mapping[str, Limits]) -> Finding | None:
    """Exactly none, while D's outputs differ: the graph is cut, and no saturation does that from the start."""
    blocks = blocks_of(table, limits["blocks"])
    if not has(table, "gradient_norm_g") or len(blocks) < limits["blocks"]["of"]:
        return None
    norms = blocks.high("gradient_norm_g")
    spell = blocks.spell(norms == 0, limits["blocks"])
    numbers: dict[str, Any] = {
        "statistic": "gradient norm of G",
        "value": float(np.fmin.reduce(norms)),
        "threshold": 0.0,
    }
    if spell is None or spell.onset > table.start:
        return clear(KIND, "G has had a gradient", **numbers)
    reason = "G's gradient is exactly 0 from the first step on: its samples are detached in its own step"
    return fired(
        KIND,
        reason,
        spell,
        severity="error",
        form="no gradient",
        evidence=evidence({"gradient_norm_g": norms}, spell),
        **numbers,
    )


def _two_views(table: Table, limits: Mapping[str, Limits]) -> Finding | None:
    """D sees one generator in its own step and another in G's: statistics of mixed batches, train against eval."""
    own, blocks = limits[KIND], blocks_of(table, limits["blocks"])
    names = (*MOMENTS, "generator_logit_mean")
    if of_spread(table.facts) or not all(has(table, name) for name in names):
        return None
    if len(blocks) < limits["blocks"]["of"]:
        return None
    fake, generator = (blocks.mean(name) for name in ("fake_logit_mean", "generator_logit_mean"))
    apart = np.abs(fake - generator)
    gap = apart / np.maximum(spread(blocks), ROUNDING * np.maximum(1, np.abs(fake)))
    spell = blocks.spell((gap > own["view_gap"]) & (apart > _moved_in_a_step(fake)), limits["blocks"])
    numbers: dict[str, Any] = {
        "statistic": "logits of fakes, G step against D step, in standard deviations of D's logits",
        "null": 0.0,
        "threshold": own["view_gap"],
    }
    if spell is None:
        return clear(KIND, "D sees the same fakes in both steps", value=median(gap), **numbers)
    return fired(
        KIND,
        "D rates fakes in G's step quite otherwise than in its own: look for batch statistics and eval mode",
        spell,
        severity="error" if spell.strong else "warn",
        form="two views",
        value=median(gap[spell.rows]),
        evidence=evidence({"fake_logit_mean": fake, "generator_logit_mean": generator}, spell),
        **numbers,
    )


def _moved_in_a_step(level: Floats) -> Floats:
    """[N], the most by which the level changes from block to block, of each five: what moves of D explain."""
    moves = np.pad(np.nan_to_num(np.abs(np.diff(level, prepend=level[:1]))), 2, mode="edge")
    return np.asarray(sliding_window_view(moves, 5).max(axis=1))


def _whole(onset: int, last: int, true: int, seen: int) -> Spell:
    return Spell(onset, last, slice(0, true), true, seen, strong=True, ongoing=True)


DETECTOR: Final = Detector(
    KIND,
    "both",
    check,
    needs=("loss_d|loss_g|gradient_norm_g|fake_logit_mean",),
    null="losses equal those of their logits up to rounding; an untrained D loses what a blind one does",
    false_positives=(
        "a loss on record with penalties or other terms in it, label smoothing, class weights: leave the loss unnamed",
        "D's loss on record as the mean of its two terms, as is usual for cross entropy: twice that is meant here",
        "relativistic losses, gradient reversal, shared encoders: declare them",
        "a D that was trained before: the first look is at D's spread",
    ),
)
