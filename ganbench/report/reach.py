"""How far a numeric axis, such as a learning rate, can be moved before runs fail."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ganbench.report.axes import axes_of, is_number
from ganbench.report.cell import Cell
from ganbench.report.section import Arena
from ganbench.stats.intervals import wilson
from ganbench.stats.rates import Count

STABLE: Final = 0.8  # share of healthy runs


@dataclass(frozen=True, slots=True)
class Reach:
    """Cells that differ in one numeric axis alone. counts: failed runs by label, its values ascending.

    name: their labels on the other axes.
    """

    name: str
    counts: Mapping[str, Count]

    @property
    def largest(self) -> str | None:
        """The largest value at which at least the share `STABLE` is healthy; None: at none."""
        return self._last({label: 1 - count.rate for label, count in self.counts.items()})

    @property
    def shown(self) -> str | None:
        """The largest at which all of Wilson's 95 % interval does."""
        return self._last({label: _healthy(count)[0] for label, count in self.counts.items()})

    @property
    def possible(self) -> str | None:
        """The largest at which some of the interval does."""
        return self._last({label: _healthy(count)[1] for label, count in self.counts.items()})

    def _last(self, shares: Mapping[str, float]) -> str | None:
        stable = [label for label, share in shares.items() if share >= STABLE]
        return stable[-1] if stable else None


def reaches(arena: Arena) -> dict[str, tuple[Reach, ...]]:
    """By numeric axis, one for each combination of labels on the others, in the order of the suite."""
    cells = [cell for cell in arena.cells if cell.n]
    numeric = [axis for axis, labels in axes_of(cells).items() if all(map(is_number, labels))]
    return {axis: _reaches(cells, axis) for axis in numeric}


def farthest(found: Sequence[Reach]) -> tuple[Reach, Reach]:
    """Whose largest value is the least, the first of them, and whose is the greatest; no value is less than any."""
    least, greatest = (pick(_value(one) for one in found) for pick in (min, max))
    first, last = (next(one for one in found if _value(one) == end) for end in (least, greatest))
    return first, last


def _reaches(cells: Sequence[Cell], axis: str) -> tuple[Reach, ...]:
    groups: dict[tuple[str, ...], dict[str, Count]] = {}
    for cell in cells:
        if axis in cell.labels:
            others = tuple(label for name, label in cell.labels.items() if name != axis)
            groups.setdefault(others, {}).setdefault(cell.labels[axis], cell.count)
    return tuple(
        Reach("/".join(others) or axis, dict(sorted(counts.items(), key=lambda one: float(one[0]))))
        for others, counts in groups.items()
    )


def _value(one: Reach) -> float:
    return -math.inf if one.largest is None else float(one.largest)


def _healthy(count: Count) -> tuple[float, float]:
    return wilson(count.n - count.failed, count.n)
