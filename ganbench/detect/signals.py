"""The table that a detector sees: columns of one run up to now, whoever recorded them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ganbench.detect.facts import Facts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Series:
    """A signal over W windows, of its finite values: how many, mean, standard deviation, least, greatest.

    A window without a finite value has count 0 and NaN.
    """

    count: Floats
    mean: Floats
    sd: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Burst:
    """Raw values of consecutive rows, [n] by signal."""

    step: Ints
    values: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Evaluations:
    """Metrics of one generator, [E] by name, in the order of their steps.

    histogram: [E, K], high-quality samples of each mode, NaN where nothing was measured; None where the
    data have no known modes.
    """

    step: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    values: Mapping[str, Floats] = field(default_factory=dict)
    histogram: Floats | None = None

    def __len__(self) -> int:
        return len(self.step)


@dataclass(frozen=True)
class Table:
    """One run: windows [W] of steps `first` to `last` (inclusive), bursts, evaluations, facts.

    Rows are in order of time. Columns may be missing: a detector that needs one says so.
    """

    first: Ints
    last: Ints
    signals: Mapping[str, Series]
    facts: Facts = field(default_factory=Facts)
    bursts: tuple[Burst, ...] = ()
    evaluations: Evaluations = field(default_factory=Evaluations)

    def __len__(self) -> int:
        return len(self.first)

    @property
    def start(self) -> int:
        """The first generator step."""
        starts = [int(found[0]) for found in (self.first, self.evaluations.step) if len(found)]
        return min(starts, default=0)

    @property
    def end(self) -> int:
        """The last generator step that the table knows of."""
        ends = [int(found[-1]) for found in (self.last, self.evaluations.step) if len(found)]
        return max(ends, default=0)

    @property
    def plan(self) -> int:
        """Planned generator steps; what there is where no plan is known."""
        return self.facts.steps or max(1, self.end + 1 - self.start)

    def age(self, steps: Ints) -> Floats:
        """Share of the planned steps that has passed at the end of each step."""
        return (steps + 1 - self.start) / self.plan

    @cached_property
    def features(self) -> tuple[int, ...]:
        """Numbers of the features of fakes whose mean is on record."""
        found = (name.removeprefix("fake_mean_") for name in self.signals if name.startswith("fake_mean_"))
        return tuple(sorted(int(number) for number in found))

    def until(self, step: int) -> Table:
        """The rows that were complete at generator step `step`: what a live detector had seen."""
        kept = self.last <= step
        evaluated = self.evaluations.step <= step
        return Table(
            self.first[kept],
            self.last[kept],
            {name: _rows(series, kept) for name, series in self.signals.items()},
            self.facts,
            tuple(cut for burst in self.bursts if len((cut := _cut(burst, step)).step)),
            _evaluated(self.evaluations, evaluated),
        )


def _rows(series: Series, kept: Bools) -> Series:
    return Series(series.count[kept], series.mean[kept], series.sd[kept], series.low[kept], series.high[kept])


def _cut(burst: Burst, step: int) -> Burst:
    kept = burst.step <= step
    return Burst(burst.step[kept], {name: values[kept] for name, values in burst.values.items()})


def _evaluated(evaluations: Evaluations, kept: Bools) -> Evaluations:
    counts = evaluations.histogram
    return Evaluations(
        evaluations.step[kept],
        {name: values[kept] for name, values in evaluations.values.items()},
        None if counts is None else counts[kept],
    )
