"""Thresholds chosen on the tuning part: one knob after the other, on a small grid. The test part is never seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from ganbench.detect import KINDS
from ganbench.detect.diagnose import CERTIFICATE
from ganbench.detect.signals import Bools
from ganbench.detect.thresholds import limits, thresholds_hash
from ganbench.validation.answers import Panel, Thresholds, healthy, state
from ganbench.validation.knobs import FACTORS, KNOBS, Knob
from ganbench.validation.scores import LEFT_OUT, Floats, f1

PRICE: Final = 5.0  # of the share of healthy runs with a false error: 1 % of them costs .05 of macro-F1
SWEEPS: Final = 2
LEAST_GAIN: Final = 1e-3  # a change that gains less is noise of the tuning part


@dataclass(frozen=True, slots=True)
class Change:
    section: str
    name: str
    shipped: float
    value: float


@dataclass(frozen=True, slots=True)
class Tuned:
    """Thresholds by section, what was changed, and the objective by the shipped ones and by these."""

    limits: Mapping[str, Mapping[str, float]]
    changes: tuple[Change, ...]
    before: float
    after: float
    runs: int
    hash: str


@dataclass(frozen=True)
class Objective:
    """macro-F1 - PRICE x share of healthy runs with a false error, of the examples of a panel.

    rows: [runs], those that count; all by default. Higher is better.
    """

    panel: Panel
    rows: Bools | None = None
    _truth: Floats = field(init=False, repr=False)
    _healthy: Bools = field(init=False, repr=False)

    def __post_init__(self) -> None:
        codes = {"absent": 0.0, "present": 1.0}
        examples = self.panel.examples
        truth = [[codes.get(state(one, kind), LEFT_OUT) for one in examples] for kind in KINDS]
        object.__setattr__(self, "_truth", np.array(truth, float).reshape(len(KINDS), len(examples)))
        object.__setattr__(self, "_healthy", np.array([healthy(one) for one in examples], bool))

    def __call__(self, given: Thresholds) -> float:
        columns = [self.panel.ask(kind, given) for kind in KINDS]
        fired, grave = (np.array([getattr(one, name) for one in columns]) for name in ("fired", "grave"))
        # No certificate beside an error, as `diagnose_table` has it.
        fired[KINDS.index(CERTIFICATE)] &= ~grave.any(axis=0)
        rows = np.ones(len(self._healthy), bool) if self.rows is None else self.rows
        codes = np.where(self._truth == LEFT_OUT, LEFT_OUT, self._truth + 2 * fired)[:, rows]
        each = f1(codes)
        sound = rows & self._healthy
        false = float(grave[:, sound].any(axis=0).mean()) if sound.any() else 0.0
        return (float(np.nanmean(each)) if np.isfinite(each).any() else 0.0) - PRICE * false


def tune(
    panel: Panel,
    *,
    rows: Bools | None = None,
    knobs: Sequence[Knob] = KNOBS,
    start: Thresholds | None = None,
) -> Tuned:
    """Coordinate search from the shipped thresholds, SWEEPS times over all knobs in their order.

    Of each knob the best factor is taken if it gains LEAST_GAIN; of equally good ones the first in `FACTORS`.
    panel: of the tuning part; a panel that has been asked before answers faster, and the same. Deterministic.
    """
    shipped = {section: dict(values) for section, values in (start or limits()).items()}
    objective = Objective(panel, rows)
    best, before = shipped, objective(shipped)
    value = before
    for _ in range(SWEEPS):
        for knob in knobs:
            best, value = _turned(objective, best, value, knob=knob, shipped=shipped)
    changes = tuple(
        Change(knob.section, knob.name, old, new)
        for knob in knobs
        if (new := best[knob.section][knob.name]) != (old := shipped[knob.section][knob.name])
    )
    count = len(panel.examples) if rows is None else int(rows.sum())
    return Tuned(best, changes, before, value, count, thresholds_hash(best))


Nested = dict[str, dict[str, float]]


def _turned(
    objective: Objective, best: Nested, value: float, *, knob: Knob, shipped: Nested
) -> tuple[Nested, float]:
    tried = [
        with_value(best, knob, knob.turned(shipped[knob.section][knob.name], factor)) for factor in FACTORS
    ]
    found = [objective(one) for one in tried]
    first = int(np.argmax(found))
    return (tried[first], found[first]) if found[first] >= value + LEAST_GAIN else (best, value)


def with_value(given: Nested, knob: Knob, value: float) -> Nested:
    """A copy with one threshold changed."""
    return given | {knob.section: given[knob.section] | {knob.name: value}}
