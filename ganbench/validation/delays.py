"""How long after its onset a trouble is seen, by a detector that looks while the run goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ganbench.detect import KINDS
from ganbench.detect.diagnose import CERTIFICATE, detector
from ganbench.detect.signals import Floats, Ints, Table
from ganbench.validation.answers import Thresholds
from ganbench.validation.examples import Example
from ganbench.validation.share import Share

LOOKS: Final = 40  # over a run without evaluations


@dataclass(frozen=True, slots=True)
class Delay:
    """Of one kind, over the runs where it is present with a known onset.

    median, lower, upper (quartiles): generator steps from the true onset to the first look at which the detector
    fires; censored runs, where it never does, count as longer than any, and a quartile among them is None. early:
    runs in which it fired at the last look before the onset.
    """

    kind: str
    runs: int
    censored: int
    median: float | None
    lower: float | None
    upper: float | None
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
    waited = np.array([_waited(kind, table, onset, given) for table, onset in dated])
    early = Share.of(_early(kind, table, onset, given) for table, onset in dated)
    lower, median, upper = _quartiles(waited)
    return Delay(kind, len(dated), int(np.isinf(waited).sum()), median, lower, upper, early)


def _fires(kind: str, table: Table, stop: int, given: Thresholds) -> bool:
    return detector(kind)(table.until(stop), given).status == "fired"


def _waited(kind: str, table: Table, onset: int, given: Thresholds) -> float:
    stops = (int(stop) for stop in looks(table) if stop >= onset)
    return next((float(stop - onset) for stop in stops if _fires(kind, table, stop, given)), np.inf)


def _early(kind: str, table: Table, onset: int, given: Thresholds) -> bool:
    before = [int(stop) for stop in looks(table) if stop < onset]
    return bool(before) and _fires(kind, table, before[-1], given)


def _quartiles(waited: Floats) -> list[float | None]:
    """The values at the ranks of the quartiles, so that censored ones need no value."""
    if not len(waited):
        return [None, None, None]
    found = np.quantile(waited, [0.25, 0.5, 0.75], method="inverted_cdf")
    return [float(one) if np.isfinite(one) else None for one in found]
