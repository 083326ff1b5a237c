"""mode-collapse: the samples miss modes of the data, most of them (total) or some (partial)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from ganbench.detect.baselines import median
from ganbench.detect.blocks import blocks_of
from ganbench.detect.collapse_in_log import KIND, readings
from ganbench.detect.detector import Detector, clear, evidence, fired, insufficient
from ganbench.detect.quality import held_share
from ganbench.detect.signals import Bools, Floats, Table
from ganbench.detect.spells import at_end
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    """Counting modes settles it; where nothing can be counted, D and the distances in a batch have a say."""
    own = limits[KIND]
    share = held_share(table, own)
    if share is not None:
        return _by_modes(table, share, own)
    blocks = blocks_of(table, limits["blocks"], after=own["after"])
    if len(blocks) < limits["blocks"]["of"]:
        return insufficient(KIND, "fewer than five blocks of steps after the start")
    return _together(readings(blocks, limits))


def _by_modes(table: Table, share: Floats, own: Limits) -> Finding:
    """Modes that are missing up to the last evaluation, and no new ones at those that decide."""
    counted, least = np.isfinite(share), int(own["evaluations"])
    share, step = share[counted], table.evaluations.step[counted]
    old = table.age(step) > own["after"]
    if old.sum() < least:
        return insufficient(KIND, "fewer than three evaluations after the start")
    spell = at_end(share < own["partial"], step, least=least)
    numbers: dict[str, Any] = {
        "statistic": "held share of the modes",
        "null": 1.0,
        "threshold": own["partial"],
    }
    if spell is None or not (old & _not_rising(share))[-least:].all():
        value = median(share[-least:])
        return clear(KIND, "modes are held, found again, or still being found", value=value, **numbers)
    value, modes = median(share[spell.rows]), _modes(table)
    total = value <= max(1 / modes, own["total"]) + 1e-9
    return fired(
        KIND,
        f"{value * modes:.0f} of {modes} modes are held, at the median of the evaluations since",
        spell,
        severity="error" if total or spell.strong else "warn",
        form="total" if total else "partial",
        value=value,
        evidence=evidence({"held_share": share}, spell),
        **numbers,
    )


def _modes(table: Table) -> int:
    """K; 100, so that a share of them reads as one of a hundred, where only shares are on record."""
    histogram = table.evaluations.histogram
    return histogram.shape[1] if histogram is not None else table.facts.modes or 100


def _not_rising(share: Floats) -> Bools:
    """No more modes than at any earlier evaluation: a run that still finds new ones is slow, not collapsed."""
    before = np.maximum.accumulate(np.concatenate([[-np.inf], share]))[:-1]
    return np.asarray(share <= before)


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
    needs=(
        "evaluations.mode_histogram|evaluations.covered_share|evaluations.covered_modes"
        "|implied_coverage|pairwise_distance|fake_mean_0|duplicate_rate",
    ),
    null="all modes held; in a log: implied coverage 1 with AUC 1/2, or AUC 1 - c/2 on a share c of the data",
    false_positives=(
        "a conditional generator asked for one label only, truncated or averaged samples",
        "few samples: with K equal modes and n samples on modes K exp(-n / K) modes are missed by chance",
        "modes of very unequal weight: one that has less than a tenth of an even share of the data counts as missing",
        "a run that still finds modes is slow: it does not fire while new ones come, and waits for three evaluations",
        "D far from its optimum: the log alone is read only where AUC and implied coverage agree",
        "in a log, samples that are narrow within each mode lie close and have twins, too: see in-mode-collapse",
        "data of discrete values, where twins are normal",
    ),
)
