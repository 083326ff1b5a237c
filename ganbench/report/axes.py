"""What a label of an axis does: which failures it helps against, and the grids of numeric axes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ganbench.report.cell import Cell
from ganbench.report.section import Arena
from ganbench.stats.intervals import Interval
from ganbench.stats.rates import Count, newcombe

By = Literal["criterion", "root cause"]


@dataclass(frozen=True, slots=True)
class Effect:
    """Failures of one kind with a label of an axis, against the axis's first label.

    by: whether `failure` is the criterion that was broken first, or the root cause that the detectors name. Counts
    are of the cells that differ in this label alone. difference: of the rates, label less first; below 0, fewer
    runs fail. interval: Newcombe's, 95 %, for one comparison.
    """

    axis: str
    label: str
    first: str
    by: By
    failure: str
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
    """For each axis, each of its labels but the first, and each criterion and root cause of failures with or without."""
    cells = [cell for cell in arena.cells if cell.n]
    kinds = [*_kinds(cells, "criterion"), *_kinds(cells, "root cause")]
    return tuple(
        effect
        for axis, (first, *labels) in axes_of(cells).items()
        for label in labels
        for effect in _effects(list(_matched(cells, axis, label, first)), (axis, label, first), kinds)
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


def _kinds(cells: Sequence[Cell], by: By) -> Iterator[tuple[By, str]]:
    """Failures that there are, in the order in which cells have them."""
    yield from ((by, name) for name in dict.fromkeys(name for cell in cells for name in _counted(cell, by)))


def _effects(
    matched: Sequence[tuple[Cell, Cell]], of: tuple[str, str, str], kinds: Sequence[tuple[By, str]]
) -> Iterator[Effect]:
    """None where no cell has a partner, or no run failed in this way."""
    for by, failure in kinds if matched else ():
        ours, theirs = (_failed([pair[side] for pair in matched], by, failure) for side in (0, 1))
        if ours.failed or theirs.failed:
            yield Effect(*of, by, failure, ours, theirs, newcombe(ours, theirs))


def _counted(cell: Cell, by: By) -> Mapping[str, int]:
    return cell.causes if by == "criterion" else cell.roots


def _matched(cells: Sequence[Cell], axis: str, label: str, first: str) -> Iterator[tuple[Cell, Cell]]:
    """Cells with the label, each with the one that has the first label and else the same."""
    by_labels = {tuple(sorted(cell.labels.items())): cell for cell in cells}
    for cell in cells:
        if cell.labels.get(axis) == label:
            other = by_labels.get(tuple(sorted({**cell.labels, axis: first}.items())))
            if other is not None:
                yield cell, other


def _failed(cells: Sequence[Cell], by: By, failure: str) -> Count:
    return Count(sum(_counted(cell, by).get(failure, 0) for cell in cells), sum(cell.n for cell in cells))


def _counts(cells: Sequence[Cell], x: str, y: str) -> dict[tuple[float, float], Count]:
    found: dict[tuple[float, float], Count] = {}
    for cell in cells:
        if x in cell.labels and y in cell.labels:
            key = float(cell.labels[x]), float(cell.labels[y])
            before = found.get(key, Count(0, 0))
            found[key] = Count(before.failed + cell.failed, before.n + cell.n)
    return found
