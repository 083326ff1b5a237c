"""mode-hopping: the generator moves from modes to other modes instead of holding them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from ganbench.detect.baselines import median
from ganbench.detect.cycles import crossings
from ganbench.detect.detector import Detector, clear, fired, has, insufficient
from ganbench.detect.movement import last_half, path, path_motion
from ganbench.detect.nulls import total_variation, total_variation_null
from ganbench.detect.signals import Bools, Floats, Ints, Table
from ganbench.detect.spells import Spell
from ganbench.detect.thresholds import Limits
from ganbench.records import Evidence, Finding, Severity

KIND: Final = "mode-hopping"


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    """By the modes of the samples where they can be counted; else by moments that wander."""
    told = _by_modes(table, limits[KIND]) or _by_moments(table, limits)
    if told is None:
        return insufficient(KIND, "too few evaluations with samples on modes, and no moments of fakes")
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


def _by_modes(table: Table, own: Limits) -> Finding | None:
    """None where too few evaluations, or too few samples on modes, are there to say which modes are held."""
    counts, step = _counted(table, own)
    recent = int((step >= table.start + 2 / 3 * (table.end - table.start)).sum())
    late = slice(-max(recent, int(own["evaluations"])), None)
    modes = counts.shape[1]
    if len(step) < own["evaluations"] or counts[late].sum(axis=1).mean() < own["samples_per_mode"] * modes:
        return None
    held = _holding(counts, own)
    at_once, visited = float(held[late].sum(axis=1).mean()), int(held[late].any(axis=0).sum())
    bound = max(own["least"], own["share"] * modes)
    numbers: dict[str, Any] = {
        "statistic": "modes visited of late, less those held at once",
        "value": visited - at_once,
        "null": 0.0,
        "threshold": bound,
    }
    if visited - at_once < bound or _moves(held[late]) < own["moves"] * modes:
        return clear(KIND, "the same modes are held from one evaluation to the next", **numbers)
    spell = _spell(held, step, since=len(step) - len(step[late]))
    onset, last = spell.onset, spell.last
    proof = (
        Evidence("modes held at once", onset, last, at_once),
        Evidence("modes visited", onset, last, float(visited)),
        Evidence("total variation of neighbouring histograms", onset, last, _variation(counts[late])),
        Evidence("total variation by sampling alone", onset, last, _null(counts[late])),
    )
    reason = "modes are lost and others gained, over and over"
    return fired(KIND, reason, spell, severity="error", form="from samples", evidence=proof, **numbers)


def _on_no_mode(table: Table, own: Limits) -> bool:
    """Whether next to no sample lies on a mode at any evaluation of late: what moves may move beside them all."""
    counts, step = _counted(table, own)
    recent = step >= table.start + 2 / 3 * (table.end - table.start)
    return bool(recent.any() and counts[recent].sum(axis=1).max() < own["samples_per_mode"])


def _counted(table: Table, own: Limits) -> tuple[Floats, Ints]:
    """Evaluations with counts: [E, K] and their steps."""
    histogram, step = table.evaluations.histogram, table.evaluations.step
    if histogram is None:
        return np.zeros((0, 0)), step[:0]
    rows = (table.age(step) > own["after"]) & np.isfinite(histogram).all(axis=1)
    return histogram[rows], step[rows]


def _holding(counts: Floats, own: Limits) -> Bools:
    """[E, K], modes with enough samples; between that and hardly any, what it was: a rare mode comes and goes by chance."""
    share = counts * counts.shape[1] / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    held: Bools = np.zeros(share.shape, bool)
    for row, of in enumerate(share):
        before = held[row - 1] if row else of >= own["held"]
        held[row] = (of >= own["held"]) | (before & (of >= own["gone"]))
    return held


def _moves(held: Bools) -> int:
    """The smaller of modes lost and modes gained at some time: learning only gains, collapse only loses."""
    lost = (held[:-1] & ~held[1:]).any(axis=0).sum()
    gained = (~held[:-1] & held[1:]).any(axis=0).sum()
    return int(min(lost, gained))


def _variation(counts: Floats) -> float:
    found = total_variation(counts[:-1], counts[1:])
    return float(np.nanmean(found)) if np.isfinite(found).any() else 0.0


def _null(counts: Floats) -> float:
    """What sampling alone gives, for the pooled histogram and the mean number of counted samples."""
    total = counts.sum()
    n = max(1.0, float(counts.sum(axis=1).mean()))
    return total_variation_null(counts.sum(axis=0) / total, n) if total > 0 else 0.0


def _spell(held: Bools, step: Ints, *, since: int) -> Spell:
    """From the last evaluation before modes begin to change without a rest, to the last that holds other modes.

    since: the first evaluation that is judged; what changed just before it belongs to the same.
    """
    changed = np.append(False, (held[1:] != held[:-1]).any(axis=1))
    moved = np.flatnonzero(changed & (np.arange(len(held)) > since))
    first = int(moved[0])
    while changed[first - 1]:
        first -= 1
    rows = slice(first - 1, int(moved[-1]) + 1)
    ongoing = rows.stop >= len(step) - 1
    onset, last = int(step[rows.start]), int(step[rows.stop - 1])
    return Spell(onset, last, rows, len(moved), len(step) - since, strong=True, ongoing=ongoing)


def _by_moments(table: Table, limits: Mapping[str, Limits]) -> Finding | None:
    """A mean of the fakes that comes and goes as far as from mode to mode, and has no period."""
    own = limits[KIND]
    rows = last_half(table, after=own["after"])
    if not has(table, "fake_mean_0") or table.facts.batch is None or not any(table.facts.real_std):
        return None
    if len(rows) < own["rows"]:
        return insufficient(KIND, "too few windows after the start")
    found = path_motion(table, rows)
    numbers: dict[str, Any] = {
        "statistic": "wandering of the mean of the fakes, standard deviations of the data",
        "value": found.amplitude,
        "null": 0.0,
        "threshold": own["amplitude"],
    }
    far = found.drift > own["drift"] and found.amplitude > own["amplitude"]
    if not far or found.ratio < own["ratio"] or found.score > own["score"]:
        return clear(KIND, "the mean of the fakes stays, settles, or moves with a period", **numbers)
    where = path(table, rows)
    if median(np.sqrt(np.mean(where**2, axis=0))) > own["inside"] or crossings(where) < own["crossings"]:
        return clear(KIND, "the mean of the fakes leaves the data, or moves one way", **numbers)
    onset, last = int(table.first[rows[0]]), int(table.last[rows[-1]])
    spell = Spell(onset, last, slice(0, len(rows)), len(rows), len(rows), strong=True, ongoing=True)
    proof = (
        Evidence("drift against noise", onset, last, found.drift),
        Evidence("cycle score", onset, last, found.score),
    )
    reason, beside = (
        "the mean of the fakes wanders as far as from mode to mode, without a period",
        _on_no_mode(table, own),
    )
    if beside:
        reason += "; next to no sample lies on a mode"
    severity: Severity = "warn" if beside else "error"
    return fired(KIND, reason, spell, severity=severity, form="from the log", evidence=proof, **numbers)


DETECTOR: Final = Detector(
    KIND,
    "generator",
    check,
    needs=("evaluations.mode_histogram|fake_mean_0",),
    null="0 modes beyond those held; from the log, drift 1 (sampling noise alone)",
    false_positives=(
        "early learning moves too: the first fifth of the plan is left out, and modes must be lost as well as gained",
        "few samples an evaluation: modes seem to come and go",
        "from the log alone, a data set whose order changes the batches' mean",
    ),
)
