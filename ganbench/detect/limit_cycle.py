"""limit-cycle: the players circle, and the circle does not shrink."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ganbench.detect.cycles import LEAST, Motion
from ganbench.detect.detector import Detector, clear, fired, insufficient
from ganbench.detect.facts import Facts
from ganbench.detect.movement import burst_motion, is_point, known_features, last_half, path_motion
from ganbench.detect.quality import covered_share
from ganbench.detect.signals import Ints, Table
from ganbench.detect.spells import Spell
from ganbench.detect.thresholds import Limits
from ganbench.records import Evidence, Finding, Severity

KIND: Final = "limit-cycle"


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    """Slow cycles from the windows of the last half, fast ones from its bursts."""
    own = limits[KIND]
    rows = last_half(table, after=own["after"])
    if len(rows) < LEAST:
        return insufficient(KIND, f"fewer than {LEAST} windows in the last half of the run")
    slow = path_motion(table, rows)
    period = slow.period * _steps_per_row(table, rows)
    if _cycles(slow, table, own) and not _by_design(period, table.facts, own):
        return _found(table, rows, slow, period=period, own=own)
    # A cycle that windows show is judged by them: within a burst hardly any circle has the time to shrink.
    fast = [] if slow.score > own["score"] else _fast(table, rows, own)
    if len(fast) >= own["bursts"]:
        period = float(np.median([steps for _, steps in fast]))
        return _found(table, rows, fast[-1][0], period=period, own=own)
    return clear(KIND, _why_not(slow, table, own), **_numbers(slow, own))


def _cycles(motion: Motion, table: Table, own: Limits) -> bool:
    """Data without spread, as the Dirac-GAN's, have no noise and another unit: see `movement.excursion`."""
    lasts = motion.ratio >= own["closed" if is_point(table) else "kept"]
    return _far(motion, table, own) and lasts and motion.score > own["score"]


def _far(motion: Motion, table: Table, own: Limits) -> bool:
    return motion.amplitude > own["still" if is_point(table) else "amplitude"]


def _fast(table: Table, rows: Ints, own: Limits) -> list[tuple[Motion, float]]:
    """Bursts of the last half in which the means cycle: their motion and its period, in steps."""
    found = []
    begun = int(table.first[rows[0]])
    bins = int(own["bin"])
    for burst in table.bursts:
        if burst.step[0] < begun or len(burst.step) < LEAST * bins or not _whole(burst.values, table):
            continue
        motion = burst_motion(table, burst, bins=bins)
        period = motion.period * bins * float(np.median(np.diff(burst.step)))
        if _cycles(motion, table, own) and not _by_design(period, table.facts, own):
            found.append((motion, period))
    return found


def _whole(values: Mapping[str, Any], table: Table) -> bool:
    names = [f"fake_mean_{k}" for k in known_features(table)]
    return all(name in values and bool(np.isfinite(values[name]).all()) for name in names)


def _by_design(period: float, facts: Facts, own: Limits) -> bool:
    """A period that the run was given: an epoch, a learning-rate cycle, a lazy penalty, or a multiple of one."""
    return any(
        abs(period / known - round(period / known)) * known < own["period_match"] * period
        for known in facts.periods
        if 0.5 * known < period and known > own["period_match"] * period
    )


def _steps_per_row(table: Table, rows: Ints) -> float:
    return float(np.median(table.last[rows] + 1 - table.first[rows]))


def _found(table: Table, rows: Ints, motion: Motion, *, period: float, own: Limits) -> Finding:
    onset, last = int(table.first[rows[0]]), int(table.last[rows[-1]])
    spell = Spell(onset, last, slice(0, len(rows)), len(rows), len(rows), strong=True, ongoing=True)
    growing = motion.ratio > own["growing"]
    proof = (
        Evidence("period, steps", onset, last, period),
        Evidence("drift against noise", onset, last, motion.drift),
        Evidence("amplitude, standard deviations of the data", onset, last, motion.amplitude),
        Evidence("amplitude over that before", onset, last, motion.ratio),
    )
    reason = f"the mean of the fakes circles with a period of about {period:.0f} steps, and the circle "
    return fired(
        KIND,
        reason + ("grows" if growing else "stays"),
        spell,
        severity=_severity(table, onset, own, growing=growing),
        form="diverging spiral" if growing else "limit cycle",
        evidence=proof,
        **_numbers(motion, own),
    )


def _severity(table: Table, onset: int, own: Limits, *, growing: bool) -> Severity:
    """An error where the cycle grows, or shows in the quality of the samples."""
    chosen = table.evaluations.step >= onset
    shares = [covered_share(table), table.evaluations.values.get("high_quality")]
    swings = [
        float(np.nanstd(one[chosen])) for one in shares if one is not None and np.isfinite(one[chosen]).any()
    ]
    return "error" if growing or max(swings, default=0.0) > own["swing"] else "warn"


def _numbers(motion: Motion, own: Limits) -> dict[str, Any]:
    return {"statistic": "cycle score", "value": motion.score, "null": 0.0, "threshold": own["score"]}


def _why_not(motion: Motion, table: Table, own: Limits) -> str:
    if not _far(motion, table, own):
        return "the mean of the fakes hardly moves, beyond what sampling lets it"
    if motion.score <= own["score"]:
        return "the mean of the fakes moves, without a period"
    return "the mean of the fakes circles inwards, or with a period that the run was given"


DETECTOR: Final = Detector(
    KIND,
    "both",
    check,
    needs=("fake_mean_0",),
    facts=("batch", "real_std"),
    null="amplitude 0 beyond sampling noise, cycle score 0; red noise scores above .5 in at most .5 % of series",
    false_positives=(
        "a period that the run was given: an epoch, a cyclic learning rate, a lazy penalty (facts: periods)",
        "a converged game whose tiny noise looks periodic: without amplitude nothing fires",
        "a spiral that shrinks is convergence: the amplitude has to be kept",
    ),
)
