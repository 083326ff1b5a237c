"""What was kept of runs on data in the plane: samples, and D's logits around the data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganbench.report.source import Source

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Look:
    """A run after `step` generator steps. samples: [n, 2]. square: left, bottom and side of what is drawn.

    logits: [side, side], the first row at the bottom; None where D does not judge samples one by one. decision:
    the logit between real and fake; None where the loss has none.
    """

    step: int
    samples: Floats
    square: tuple[float, float, float]
    logits: Floats | None
    decision: float | None

    @property
    def inside(self) -> Floats:
        """The samples in the square, [m, 2]."""
        left, bottom, width = self.square
        away = np.abs(self.samples - [left + width / 2, bottom + width / 2]).max(axis=1, initial=0)
        found: Floats = self.samples[away <= width / 2]
        return found

    @property
    def outside(self) -> int:
        """Samples beyond the square, or not finite."""
        return len(self.samples) - len(self.inside)


def looks(source: Source, population: str, run: str) -> tuple[Look, ...]:
    """Those of a run, in the order of steps; none where nothing was kept. Raises InputError for a damaged file."""
    import pyarrow.compute as pc

    from ganbench.store.tables import read

    found = read("plane", source.layout.plane(population))
    rows = found.filter(pc.equal(found["run_id"], run)).to_pylist()
    return tuple(_look(row) for row in sorted(rows, key=lambda row: row["step"]))


def around(found: Sequence[Look], failed_at: int) -> tuple[Look | None, Look | None]:
    """The last look before the step of a failure, and the first from there on."""
    before = [one for one in found if one.step < failed_at]
    after = [one for one in found if one.step >= failed_at]
    return before[-1] if before else None, after[0] if after else None


def _look(row: Mapping[str, Any]) -> Look:
    flat, decision = row["logits"], row["decision"]
    side = math.isqrt(len(flat or ()))
    return Look(
        step=row["step"],
        samples=np.column_stack([row["x"], row["y"]]).astype(float),
        square=(row["left"], row["bottom"], row["width"]),
        logits=None if flat is None else np.asarray(flat, dtype=float).reshape(side, side),
        decision=decision,
    )
