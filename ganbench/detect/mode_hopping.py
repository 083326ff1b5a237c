"""mode-hopping: the generator moves from modes to other modes instead of holding them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from ganbench.detect.baselines import median
from ganbench.detect.detector import Detector, clear, fired, has, insufficient
from ganbench.detect.movement import last_half, motions
from ganbench.detect.nulls import total_variation, total_variation_null
from ganbench.detect.signals import Bools, Floats, Ints, Table
from ganbench.detect.spells import Spell
from ganbench.detect.thresholds import Limits
from ganbench.records import Evidence, Finding

KIND: Final = "mode-hopping"


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    """By the modes of the samples where they can be counted; of a log alone, by moments that wander."""
    looks = (_by_modes(table, limits[KIND]), _by_moments(table, limits))
    found = [answer for answer in looks if answer is not None]
    if not found:
        return insufficient(KIND, "too few evaluations with samples on modes, and no moments of fakes")
    told = next((one for one in found if one.status == "fired"), found[0])
    return told if told.onset is None else replace(told, evidence=told.evidence + _memory(table, told.onset))


def _memory(table: Table, onset: int) -> tuple[Evidence, ...]:
    """What D says of fakes of now and of earlier ones: it has forgotten those that it accepts again."""
    names = {"rejected": "share of fakes that D rejects", "rejected_replay": "the same of earlier fakes"}
    recent = table.evaluations.step >= onset
    return tuple(
        Evidence(text, onset, table.end, median(table.evaluations.values[name][recent]))
        for name, text in names.items()
        if has(table, f"evaluations.{name}")
    )


def _window(table: Table, own: Limits) -> tuple[Floats, Ints]:
    """The last evaluations with counts: [W, K] and their steps."""
    histogram, step = table.evaluations.histogram, table.evaluations.step
    if histogram is None:
        return np.zeros((0, 0)), step[:0]
    rows = np.flatnonzero((table.age(step) > own["after"]) & np.isfinite(histogram).all(axis=1))
    rows = rows[-int(own["window"]) :]
    return histogram[rows], step[rows]


def _by_modes(table: Table, own: Limits) -> Finding | None:
    """None where too few evaluations, or too few samples on modes, are there to say which modes are held."""
    counts, step = _window(table, own)
    modes = counts.shape[1]
    if len(step) < own["evaluations"] or counts.sum(axis=1).mean() < own["samples_per_mode"] * modes:
        return None
    held: Bools = counts >= np.maximum(1, own["held"] * counts.sum(axis=1, keepdims=True) / modes)
    hop = float(held.any(axis=0).sum() - held.sum(axis=1).mean())
    bound = max(own["least"], own["share"] * modes)
    numbers: dict[str, Any] = {
        "statistic": "modes visited over ten evaluations, less those held at once",
        "value": hop,
        "null": 0.0,
        "threshold": bound,
    }
    if hop < bound or _moves(held) < own["moves"]:
        return clear(KIND, "the same modes are held from one evaluation to the next", **numbers)
    spell = _spell(held, step)
    onset, last = spell.onset, spell.last
    proof = (
        Evidence("modes held at once", onset, last, float(held.sum(axis=1).mean())),
        Evidence("modes visited", onset, last, float(held.any(axis=0).sum())),
        Evidence("total variation of neighbouring histograms", onset, last, _variation(counts)),
        Evidence("total variation by sampling alone", onset, last, _null(counts)),
    )
    reason = "modes are lost and others gained, over and over"
    return fired(KIND, reason, spell, severity="error", form="from samples", evidence=proof, **numbers)


def _moves(held: Bools) -> int:
    """The smaller of modes lost and modes gained by neighbours: learning only gains, collapse only loses."""
    lost = (held[:-1] & ~held[1:]).sum()
    gained = (~held[:-1] & held[1:]).sum()
    return int(min(lost, gained))


def _variation(counts: Floats) -> float:
    found = total_variation(counts[:-1], counts[1:])
    return float(np.nanmean(found)) if np.isfinite(found).any() else 0.0


def _null(counts: Floats) -> float:
    """What sampling alone gives, for the pooled histogram and the mean number of counted samples."""
    total = counts.sum()
    n = max(1.0, float(counts.sum(axis=1).mean()))
    return total_variation_null(counts.sum(axis=0) / total, n) if total > 0 else 0.0


def _spell(held: Bools, step: Ints) -> Spell:
    """From the last evaluation before modes begin to change, to the last that holds others than the one before."""
    moved = np.flatnonzero((held[1:] != held[:-1]).any(axis=1)) + 1
    rows = slice(int(moved[0]) - 1, int(moved[-1]) + 1)
    onset, last = int(step[moved[0] - 1]), int(step[moved[-1]])
    return Spell(onset, last, rows, len(moved), len(step), strong=True, ongoing=rows.stop >= len(step) - 1)


def _by_moments(table: Table, limits: Mapping[str, Limits]) -> Finding | None:
    """A mean of the fakes that moves as far as from mode to mode, and has no period."""
    own = limits[KIND]
    rows = last_half(table, after=own["after"])
    if not has(table, "fake_mean_0") or table.facts.batch is None or not table.facts.real_std:
        return None
    if len(rows) < own["rows"]:
        return insufficient(KIND, "too few windows after the start")
    found = motions(table, rows)
    most = max(found, key=lambda one: min(one.amplitude, one.drift))
    numbers: dict[str, Any] = {
        "statistic": "wandering of the mean of the fakes, standard deviations of the data",
        "value": most.amplitude,
        "null": 0.0,
        "threshold": own["amplitude"],
    }
    far = most.drift > own["drift"] and most.amplitude > own["amplitude"]
    if not far or most.ratio < own["ratio"] or most.score > own["score"]:
        return clear(KIND, "the mean of the fakes stays, settles, or moves with a period", **numbers)
    onset, last = int(table.first[rows[0]]), int(table.last[rows[-1]])
    spell = Spell(onset, last, slice(0, len(rows)), len(rows), len(rows), strong=True, ongoing=True)
    proof = (
        Evidence("drift against noise", onset, last, most.drift),
        Evidence("cycle score", onset, last, most.score),
    )
    reason = "the mean of the fakes wanders as far as from mode to mode, without a period"
    return fired(KIND, reason, spell, severity="error", form="from the log", evidence=proof, **numbers)


DETECTOR: Final = Detector(
    KIND,
    "generator",
    check,
    needs=("evaluations.mode_histogram|evaluations.covered_share|fake_mean_0",),
    null="0 modes beyond those held; from the log, drift 1 (sampling noise alone)",
    false_positives=(
        "early learning moves too: the first fifth of the plan is left out, and modes must be lost as well as gained",
        "few samples an evaluation: modes seem to come and go",
        "from the log alone, a data set whose order changes the batches' mean",
    ),
)
