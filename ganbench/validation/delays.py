"""How long after its onset a trouble is seen, by a detector that looks while the run goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from ganbench.detect import KINDS
from ganbench.detect.diagnose import CERTIFICATE, detector
from ganbench.detect.signals import Ints, Table
from ganbench.stats.survival import Survival, kaplan_meier, median_time
from ganbench.validation.answers import Thresholds
from ganbench.validation.examples import Example
from ganbench.validation.share import Share

LOOKS: Final = 40  # over a run without evaluations
ROUNDING: Final = 1e-12  # of a product of shares


class Wait(NamedTuple):
    """Generator steps from the onset to the first look at which the detector fired, else to the last look."""

    steps: int
    fired: bool


@dataclass(frozen=True, slots=True)
class Delay:
    """Of one kind, over the runs where it is present with a known onset.

    median, lower, upper (quartiles): generator steps from the true onset to the first look at which the detector
    fires. censored: runs in which it never does; they were watched to their last look, so the quartiles are those of
    Kaplan and Meier's curve, and None where it does not come down that far. low, high: interval of the median, high
    None where it is not reached. early: runs in which it fired at the last look before the onset.
    """

    kind: str
    runs: int
    censored: int
    median: float | None
    lower: float | None
    upper: float | None
    low: float | None
    high: float | None
    early: Share


def delays(examples: Sequence[Example], given: Thresholds) -> list[Delay]:
    """Kinds without such a run are left out."""
    found = (_delay(kind, examples, given) for kind in KINDS if kind != CERTIFICATE)
    return [one for one in found if one.runs]


def looks(table: Table) -> Ints:
    """Generator steps at which a live detector looks: the evaluations, else so many over the run."""
    if len(table.evaluations):
        return np.unique(table.evaluations.step)
    return np.unique(np.linspace(table.start, table.end, LOOKS + 1).astype(np.int64)[1:])


def _delay(kind: str, examples: Sequence[Example], given: Thresholds) -> Delay:
    dated = [
        (one.table, label.onset)
        for one in examples
        if (label := one.truth.get(kind)) and label.state == "present" and label.onset is not None
    ]
    early = Share.of(_early(kind, table, onset, given) for table, onset in dated)
    waits = [_wait(kind, table, onset, given) for table, onset in dated]
    censored = sum(not wait.fired for wait in waits)
    return Delay(kind, len(dated), censored, **_quartiles(waits), early=early)


def _fires(kind: str, table: Table, stop: int, given: Thresholds) -> bool:
    return detector(kind)(table.until(stop), given).status == "fired"


def _wait(kind: str, table: Table, onset: int, given: Thresholds) -> Wait:
    stops = [int(stop) for stop in looks(table) if stop >= onset]
    first = next((stop for stop in stops if _fires(kind, table, stop, given)), None)
    if first is not None:
        return Wait(first - onset, fired=True)
    return Wait(stops[-1] - onset if stops else 0, fired=False)


def _early(kind: str, table: Table, onset: int, given: Thresholds) -> bool:
    before = [int(stop) for stop in looks(table) if stop < onset]
    return bool(before) and _fires(kind, table, before[-1], given)


def _quartiles(waits: Sequence[Wait]) -> dict[str, float | None]:
    """By field of `Delay`."""
    if not waits:
        return dict.fromkeys(("median", "lower", "upper", "low", "high"))
    curve = kaplan_meier([wait.steps for wait in waits], [wait.fired for wait in waits])
    lower, middle, upper = (_reached(curve, share) for share in (0.75, 0.5, 0.25))
    interval = median_time(curve).interval
    return {
        "median": middle,
        "lower": lower,
        "upper": upper,
        "low": interval.low,
        "high": interval.high if np.isfinite(interval.high) else None,
    }


def _reached(curve: Survival, share: float) -> float | None:
    """The first time at which at most so many are left."""
    below = np.flatnonzero(curve.share <= share + ROUNDING)
    return float(curve.times[below[0]]) if below.size else None
