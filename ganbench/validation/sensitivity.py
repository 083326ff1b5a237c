"""How much hangs on each threshold: halved and doubled, one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ganbench.detect import KINDS
from ganbench.detect.signals import Bools
from ganbench.validation.answers import Column, Panel, Thresholds, healthy
from ganbench.validation.knobs import KNOBS, Knob
from ganbench.validation.scores import coded, f1

HALVED: Final = 0.5
DOUBLED: Final = 2.0

Columns = Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class Effect:
    """At another value: the change of F1, None where no kind in question is present, and of the number of healthy runs
    with a false error of any kind.
    """

    value: float
    f1: float | None
    errors: int


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Of one threshold. kinds: whose detectors read it. F1 is that of the kind whose section it is in, and of a shared
    section the mean over the kinds that read it.
    """

    section: str
    name: str
    value: float
    kinds: tuple[str, ...]
    halved: Effect
    doubled: Effect


def sensitivity(panel: Panel, given: Thresholds) -> list[Sensitivity]:
    """Of every threshold that a detector reads for an example of the panel; nothing is tuned again.

    What `KNOBS` scales as a gap to 1 or an excess over 1 is scaled so here.
    """
    shipped = _Shipped.of(panel, given)
    reads = {kind: panel.reads(kind) for kind in KINDS}
    return [
        shipped.sensitivity(section, name, kinds)
        for section, values in given.items()
        for name in values
        if (kinds := tuple(kind for kind in KINDS if (section, name) in reads[kind]))
    ]


@dataclass(frozen=True)
class _Shipped:
    """A panel by thresholds as they are. sound: its healthy runs."""

    panel: Panel
    given: Thresholds
    columns: Columns
    sound: Bools

    @classmethod
    def of(cls, panel: Panel, given: Thresholds) -> _Shipped:
        columns = {kind: panel.ask(kind, given) for kind in KINDS}
        return cls(panel, given, columns, np.array([healthy(one) for one in panel.examples], bool))

    def sensitivity(self, section: str, name: str, kinds: tuple[str, ...]) -> Sensitivity:
        knob = next((one for one in KNOBS if (one.section, one.name) == (section, name)), Knob(section, name))
        value = self.given[section][name]
        halved, doubled = (self._effect(knob, knob.turned(value, by), kinds) for by in (HALVED, DOUBLED))
        return Sensitivity(section, name, value, kinds, halved, doubled)

    def _effect(self, knob: Knob, value: float, kinds: Sequence[str]) -> Effect:
        section = knob.section
        changed = {**self.given, section: {**self.given[section], knob.name: value}}
        after = {kind: self.panel.ask(kind, changed) for kind in kinds}
        scored = [section] if section in kinds else kinds
        gains = np.array([self._f1(kind, after) - self._f1(kind, self.columns) for kind in scored])
        known = gains[np.isfinite(gains)]
        errors = self._errors({**self.columns, **after}) - self._errors(self.columns)
        return Effect(value, float(known.mean()) if len(known) else None, errors)

    def _f1(self, kind: str, columns: Columns) -> float:
        return float(f1(coded(kind, self.panel.examples, columns[kind].fired)))

    def _errors(self, columns: Columns) -> int:
        grave = np.any([column.grave for column in columns.values()], axis=0)
        return int((grave & self.sound).sum())
