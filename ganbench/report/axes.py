"""What a label of an axis does: which failures it helps against, and the grids of numeric axes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ganbench.report.cell import Cell
from ganbench.report.section import Arena
from ganbench.stats.intervals import Interval
from ganbench.stats.rates import Count, newcombe


@dataclass(frozen=True, slots=True)
class Effect:
    """Failures by one criterion with a label of an axis, against the axis's first label.

    Counts are of the cells that differ in this label alone. difference: of the rates, label less first; below 0,
    fewer runs fail. interval: Newcombe's, 95 %, for one comparison.
    """

    axis: str
    label: str
    first: str
    criterion: str
    failed: Count
    failed_first: Count
    interval: Interval

    @property
    def difference(self) -> float:
        return self.failed.rate - self.failed_first.rate


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells over two numeric axes. shares: of healthy runs by (x, y); what else varies is summed over."""

    x: str
    y: str
    counts: dict[tuple[float, float], Count]

    @property
    def xs(self) -> list[float]:
        return sorted({x for x, _ in self.counts})

    @property
    def ys(self) -> list[float]:
        return sorted({y for _, y in self.counts})


def axes_of(cells: Sequence[Cell]) -> dict[str, list[str]]:
    """Axes with at least two labels among these cells, labels in the order of the suite."""
    found: dict[str, dict[str, None]] = {}
    for cell in cells:
        for axis, label in cell.labels.items():
            found.setdefault(axis, {})[label] = None
    return {axis: [*labels] for axis, labels in found.items() if len(labels) > 1}


def effects(arena: Arena) -> tuple[Effect, ...]:
    """For each axis, each of its labels but the first, and each criterion that failed anywhere."""
    cells = [cell for cell in arena.cells if cell.n]
    criteria = list(dict.fromkeys(name for cell in cells for name in cell.causes))
    return tuple(
        effect
        for axis, (first, *labels) in axes_of(cells).items()
        for label in labels
        for criterion in criteria
        if (effect := _effect(cells, axis, label, first, criterion)) is not None
    )


def grids(arena: Arena) -> tuple[Grid, ...]:
    """One for each pair of numeric axes."""
    cells = [cell for cell in arena.cells if cell.n]
    numeric = [axis for axis, labels in axes_of(cells).items() if all(map(is_number, labels))]
    return tuple(Grid(x, y, _counts(cells, x, y)) for x, y in itertools.combinations(numeric, 2))


def is_number(label: str) -> bool:
    try:
        float(label)
    except ValueError:
        return False
    return True


def _effect(cells: Sequence[Cell], axis: str, label: str, first: str, criterion: str) -> Effect | None:
    matched = list(_matched(cells, axis, label, first))
    if not matched:
        return None
    ours, theirs = (_failed([pair[side] for pair in matched], criterion) for side in (0, 1))
    return Effect(axis, label, first, criterion, ours, theirs, newcombe(ours, theirs))


def _matched(cells: Sequence[Cell], axis: str, label: str, first: str) -> Iterator[tuple[Cell, Cell]]:
    """Cells with the label, each with the one that has the first label and else the same."""
    by_labels = {tuple(sorted(cell.labels.items())): cell for cell in cells}
    for cell in cells:
        if cell.labels.get(axis) == label:
            other = by_labels.get(tuple(sorted({**cell.labels, axis: first}.items())))
            if other is not None:
                yield cell, other


def _failed(cells: Sequence[Cell], criterion: str) -> Count:
    return Count(sum(cell.causes.get(criterion, 0) for cell in cells), sum(cell.n for cell in cells))


def _counts(cells: Sequence[Cell], x: str, y: str) -> dict[tuple[float, float], Count]:
    found: dict[tuple[float, float], Count] = {}
    for cell in cells:
        if x in cell.labels and y in cell.labels:
            key = float(cell.labels[x]), float(cell.labels[y])
            before = found.get(key, Count(0, 0))
            found[key] = Count(before.failed + cell.failed, before.n + cell.n)
    return found
