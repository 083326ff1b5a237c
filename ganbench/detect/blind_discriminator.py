"""blind-discriminator: D answers much the same to everything, although samples and data differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ganbench.detect.baselines import median
from ganbench.detect.blocks import Blocks, blocks_of
from ganbench.detect.detector import Detector, clear, evidence, fired, insufficient
from ganbench.detect.facts import Facts, of_spread
from ganbench.detect.logits import MOMENTS, spread
from ganbench.detect.quality import differs
from ganbench.detect.separability import by_counts, by_neighbours, latest, own_area, told_apart
from ganbench.detect.signals import Floats, Table
from ganbench.detect.spells import Spell
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "blind-discriminator"
GAP: Final = "AUC of checks without D less that of D"


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    own = limits[KIND]
    blocks = blocks_of(table, limits["blocks"], after=own["after"])
    if len(blocks) < limits["blocks"]["of"]:
        return insufficient(KIND, "fewer than five blocks of steps after the start")
    for by in _CHECKS:
        if found := _by_comparison(blocks, limits, by):
            return found
    return _by_spread(blocks, limits)


@dataclass(frozen=True, slots=True)
class _Check:
    """One way to tell samples from data without D.

    told: blocks, thresholds -> its AUC, [N], NaN where it says nothing. gap, gap_error, spread: names of the
    thresholds on how far D's own lies below it, for a warning and for an error, and on the spread of logits that have
    a unit.
    """

    form: str
    told: Callable[[Blocks, Mapping[str, Limits]], Floats]
    gap: str
    gap_error: str
    spread: str


def _by_comparison(blocks: Blocks, limits: Mapping[str, Limits], by: _Check) -> Finding | None:
    """D's outputs are narrow, and a check without D tells samples from data much better than D does, to the end."""
    own = limits[KIND]
    told, relative = by.told(blocks, limits), _relative(blocks)
    gap = told - own_area(blocks)
    least = own[by.spread] if _has_unit(blocks.table.facts) else own["relative_spread"]
    spell = blocks.lasting((gap >= own[by.gap]) & (relative < least), limits["blocks"])
    if spell is None or not _lasts(blocks, spell, own):
        return None
    return fired(
        KIND,
        f"without D samples are told from data with an AUC of {median(told[spell.rows]):.2f}, by D with "
        f"{median(told[spell.rows] - gap[spell.rows]):.2f}",
        spell,
        severity="error" if spell.strong and median(gap[spell.rows]) >= own[by.gap_error] else "warn",
        form=by.form,
        statistic=GAP,
        value=median(gap[spell.rows]),
        null=0.0,
        threshold=own[by.gap],
        evidence=evidence(_series(blocks), spell),
    )


def _by_modes(blocks: Blocks, _: Mapping[str, Limits]) -> Floats:
    return told_apart(blocks)


def _by_neighbours(blocks: Blocks, limits: Mapping[str, Limits]) -> Floats:
    """Where they tell nearly every sample: less they find in sound runs too, and D need not see it."""
    told = latest(blocks, by_neighbours(blocks.table, limits["quality"]["neighbour_samples"]))
    return np.where(told >= limits[KIND]["told"], told, np.nan)


_CHECKS: Final = (
    _Check("by comparison", _by_modes, "gap", "gap_error", "spread"),
    _Check("by neighbours", _by_neighbours, "neighbour_gap", "neighbour_error", "neighbour_spread"),
)


def _by_spread(blocks: Blocks, limits: Mapping[str, Limits]) -> Finding:
    """D's outputs are flat: blind, unless samples and data are alike."""
    own, facts = limits[KIND], blocks.table.facts
    relative, auc = _relative(blocks), blocks.mean("auc")
    least = own["flat"] if _has_unit(facts) else own["relative_spread"]
    spell = blocks.spell((auc < own["auc"]) & (relative < least), limits["blocks"])
    if spell is None:
        return _not_flat(blocks, limits)
    numbers: dict[str, Any] = {
        "statistic": _statistic(facts),
        "threshold": least,
        "value": median(relative[spell.rows]),
    }
    different = _different(blocks, spell, limits)
    if different is False:
        return clear(
            KIND,
            "D's outputs are flat, and modes and moments tell little more: near equilibrium, or a difference in detail alone",
            **numbers,
        )
    return fired(
        KIND,
        "D's outputs are flat although the samples are not like the data"
        if different
        else "D's outputs are flat; no other measure says whether samples and data differ",
        spell,
        severity="error" if different and spell.strong else "warn",
        form="by spread",
        evidence=evidence(_series(blocks), spell),
        **numbers,
    )


def _not_flat(blocks: Blocks, limits: Mapping[str, Limits]) -> Finding:
    """With the gap of the check that comes nearest to its threshold, over the last half of the blocks."""
    own, late = limits[KIND], slice(len(blocks) // 2, None)
    gaps = {by.gap: median((by.told(blocks, limits) - own_area(blocks))[late]) for by in _CHECKS}
    known = [name for name, gap in gaps.items() if np.isfinite(gap)]
    asked = by_neighbours(blocks.table, limits["quality"]["neighbour_samples"])
    if not known and not np.isfinite(asked).any():
        return insufficient(
            KIND, "no check without D: modes, moments of the data, or neighbour_auc of enough samples"
        )
    if not known:
        return clear(KIND, "D's outputs differ, and neighbours do not tell nearly all samples from the data")
    name = max(known, key=lambda one: gaps[one] / own[one])
    beyond = gaps[name] >= own[name]
    return clear(
        KIND,
        "D misses much, but its outputs are wide, or its AUC swings, or that did not last"
        if beyond
        else "D sees most of what is seen without it",
        statistic=GAP,
        value=gaps[name],
        null=0.0,
        threshold=own[name],
    )


def _lasts(blocks: Blocks, spell: Spell, own: Limits) -> bool:
    """Over several evaluations, if there are any, and with a steady D: one that is turned round again and again learns."""
    steps = blocks.table.evaluations.step
    seen = int(((steps >= spell.onset) & (steps <= spell.last)).sum()) if len(steps) else np.inf
    auc = blocks.mean("auc")[spell.rows]
    swings = np.std(np.where(np.isfinite(auc), auc, median(auc))) > own["swing"]
    return not swings and seen >= own["evaluations"]


def _different(blocks: Blocks, spell: Spell, limits: Mapping[str, Limits]) -> bool | None:
    """By counts of modes, which say how much D misses; without them by distances and moments; None if nothing can say."""
    if np.isfinite(by_counts(blocks.table)).any():
        return median((told_apart(blocks) - own_area(blocks))[spell.rows]) >= limits[KIND]["gap"]
    return differs(blocks.table, blocks, limits["quality"], since=spell.onset)


def _series(blocks: Blocks) -> dict[str, Floats]:
    return {
        "spread of logits": spread(blocks),
        "auc": blocks.mean("auc"),
        "auc of D, either way": own_area(blocks),
        "auc without D": told_apart(blocks),
        "auc of neighbours": latest(blocks, by_neighbours(blocks.table, least=0)),
    }


def _has_unit(facts: Facts) -> bool:
    """Whether the loss gives the size of a logit a meaning: nats, a margin, a target; in a pair their difference."""
    return facts.decision is not None or facts.density_ratio or facts.blind_loss is not None


def _relative(blocks: Blocks) -> Floats:
    """Spread of the logits, of a loss without a unit over its greatest so far."""
    spreads = spread(blocks)
    if _has_unit(blocks.table.facts):
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
    null="AUC 1/2 at equilibrium too: only a check without D tells a blind D from a converged one; their gap is 0",
    false_positives=(
        "a true equilibrium: without evaluations or moments of the data the finding is only a warning",
        "very strong regularisation that still works: look whether the samples improve",
        "small GANs on images: neighbours tell nearly all of their samples, and a D that a penalty holds, as meant, less",
        "losses of a range of their own, when they are not declared",
        "modes that are counted as missing although the data of the run never had them",
    ),
)
