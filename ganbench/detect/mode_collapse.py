"""mode-collapse: the samples miss modes of the data, most of them (total) or some (partial)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from ganbench.detect.baselines import median
from ganbench.detect.blocks import Blocks, blocks_of
from ganbench.detect.coverage import implied
from ganbench.detect.detector import Detector, clear, evidence, fired, has, insufficient
from ganbench.detect.quality import countable, covered_share
from ganbench.detect.signals import Bools, Floats, Table
from ganbench.detect.spells import unbroken
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "mode-collapse"


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    """Counting modes outweighs D and the distances in a batch; where nothing can be counted, these have a say."""
    counted = covered_share(table) is not None and table.facts.modes is not None
    if counted and (found := _by_modes(table, limits)).status == "fired":
        return found
    blocks = blocks_of(table, limits["blocks"], after=limits[KIND]["after"])
    if len(blocks) < limits["blocks"]["of"]:
        return insufficient(KIND, "fewer than five blocks of steps after the start")
    looks = (_by_spread,) if counted else (_by_logits, _by_spread)
    answers = [answer for look in looks if (answer := look(blocks, limits)) is not None]
    if not counted:
        return _together(answers)
    # All samples at one place off the data: nothing lies on a mode, yet it is a collapse.
    return next((one for one in answers if one.severity == "error"), found)


def _by_modes(table: Table, limits: Mapping[str, Limits]) -> Finding:
    own, modes = limits[KIND], table.facts.modes or 1
    share = np.asarray(covered_share(table))
    old = table.age(table.evaluations.step) > own["after"]
    share, step = share[old], table.evaluations.step[old]
    enough = countable(table, own["samples_per_mode"])[old]
    if len(share) < own["evaluations"]:
        return insufficient(KIND, "fewer than three evaluations after the start")
    missing = (share < own["partial"]) & _not_rising(share) & enough
    spell = unbroken(missing, step, least=int(own["evaluations"]))
    if (
        spell is not None
        and not spell.ongoing
        and spell.rows.stop - spell.rows.start < own["lasting"] * len(share)
    ):
        spell = None
    numbers: dict[str, Any] = {
        "statistic": "covered share of the modes",
        "null": 1.0,
        "threshold": own["partial"],
    }
    if spell is None:
        return clear(KIND, "modes are covered, or still being found", value=median(share), **numbers)
    value = median(share[spell.rows])
    total = value <= max(1 / modes, own["total"]) + 1e-9
    return fired(
        KIND,
        f"{value * modes:.0f} of {modes} modes are covered, evaluation after evaluation",
        spell,
        severity="error",
        form="total" if total else "partial",
        value=value,
        evidence=evidence({"covered_share": share}, spell),
        **numbers,
    )


def _not_rising(share: Floats) -> Bools:
    """No more modes than at some earlier evaluation: a run that still finds new ones is slow, not collapsed."""
    before = np.maximum.accumulate(np.concatenate([[-np.inf], np.nan_to_num(share)]))[:-1]
    since_new = np.zeros(len(share), int)
    for i in range(1, len(share)):
        since_new[i] = 0 if share[i] > before[i] else since_new[i - 1] + 1
    return np.asarray(since_new > 0)


def _by_logits(blocks: Blocks, limits: Mapping[str, Limits]) -> Finding | None:
    """From the log alone: the coverage that D implies, where AUC agrees with it."""
    own = limits[KIND]
    read = implied(blocks, own)
    if read is None:
        return None
    spell = blocks.spell(read.readable & (read.coverage < own["coverage_warn"]), limits["blocks"])
    numbers: dict[str, Any] = {
        "statistic": "coverage implied by D",
        "null": 1.0,
        "threshold": own["coverage_warn"],
    }
    if spell is None:
        return clear(KIND, "D implies no loss of coverage", value=median(read.coverage), **numbers)
    value = median(read.coverage[spell.rows])
    return fired(
        KIND,
        f"D, if it is near its optimum, sees samples on {value:.0%} of the data",
        spell,
        severity="warn",
        form="from the log, partial" if value > own["coverage_error"] else "from the log",
        value=value,
        evidence=evidence({"implied_coverage": read.coverage, "auc": read.auc}, spell),
        **numbers,
    )


def _by_spread(blocks: Blocks, limits: Mapping[str, Limits]) -> Finding | None:
    """The mean distance of two samples of a batch, over that of two real ones."""
    own, table = limits[KIND], blocks.table
    real = table.facts.real_pairwise
    if not real or not has(table, "pairwise_distance"):
        return None
    ratio = blocks.mean("pairwise_distance") / real
    spell = blocks.spell(ratio < own["distance_warn"], limits["blocks"])
    numbers: dict[str, Any] = {
        "statistic": "mean distance of two samples over that of the data",
        "null": 1.0,
        "threshold": own["distance_warn"],
    }
    if spell is None:
        return clear(KIND, "samples of a batch are as far apart as the data", value=median(ratio), **numbers)
    value = median(ratio[spell.rows])
    return fired(
        KIND,
        f"samples of a batch are {value:.2f} times as far apart as the data",
        spell,
        severity="error" if value < own["distance_error"] and spell.strong else "warn",
        form="by distance",
        value=value,
        evidence=evidence({"pairwise_distance": blocks.mean("pairwise_distance")}, spell),
        **numbers,
    )


def _together(found: list[Finding]) -> Finding:
    """Two families that agree are an error; one alone keeps its own grade; the one with more evidence is told."""
    if not found:
        return insufficient(
            KIND, "neither modes, nor a density ratio, nor distances between samples are on record"
        )
    agreeing = [one for one in found if one.status == "fired"]
    if not agreeing:
        return found[0]
    told = max(agreeing, key=lambda one: (one.severity == "error", one.blocks_true))
    return told if len(agreeing) == 1 else _agreed(agreeing, told)


def _agreed(agreeing: list[Finding], told: Finding) -> Finding:
    reason = "; ".join(one.reason for one in agreeing)
    together = tuple(proof for one in agreeing for proof in one.evidence)
    onset = min(one.onset for one in agreeing if one.onset is not None)
    return replace(told, reason=reason, severity="error", form="from the log", evidence=together, onset=onset)


DETECTOR: Final = Detector(
    KIND,
    "generator",
    check,
    needs=("evaluations.covered_share|evaluations.covered_modes|implied_coverage|pairwise_distance",),
    null="all modes covered; implied coverage 1 with AUC 1/2; AUC 1 - c/2 on a share c of the data",
    false_positives=(
        "a conditional generator asked for one label only, truncated or averaged samples",
        "few samples: with K equal modes and N samples K exp(-N / K) modes are missed by chance",
        "a run that still finds modes one after the other is slow: it does not fire while new ones come",
        "D far from its optimum: the log alone is read only where AUC and implied coverage agree",
    ),
)
