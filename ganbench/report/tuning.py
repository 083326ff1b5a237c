"""Equal tuning budgets: the best of k settings of each label of an axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ganbench.report.axes import axes_of
from ganbench.report.cell import Cell
from ganbench.report.section import Arena
from ganbench.stats.budget import Halves, Tuned, tuned_share
from ganbench.stats.intervals import Interval
from ganbench.stats.rates import Count, difference_of

BUDGETS: Final = (1, 2, 3, 5, 10, 20, 50)  # settings tried


@dataclass(frozen=True, slots=True)
class Method:
    """A label of an axis; its settings are the cells that have it. best: by the number of settings tried.

    None in `best`: a setting has fewer than two seeds, so that no other runs could choose it than score it.
    """

    label: str
    settings: int
    runs: int
    best: Mapping[int, Tuned | None]


@dataclass(frozen=True, slots=True)
class Contest:
    """The labels of an axis under equal tuning budgets.

    tuned: the axes over which settings differ. k: the largest budget, that every label with a choice can spend.
    """

    axis: str
    tuned: tuple[str, ...]
    methods: tuple[Method, ...]
    k: int

    @property
    def ranked(self) -> list[tuple[Method, Tuned]]:
        """Those that have a best of k, the best first."""
        found = [(one, best) for one in self.methods if (best := one.best.get(self.k)) is not None]
        return sorted(found, key=lambda pair: (-pair[1].share, -pair[1].interval.low))

    @property
    def reference(self) -> Method | None:
        """The first label that has a best of k."""
        return next((one for one in self.methods if one.best.get(self.k)), None)

    def gain(self, method: Method) -> tuple[float, Interval] | None:
        """The best of k less that of the reference, with its 95 % interval; None for the reference and without one."""
        ours = method.best.get(self.k)
        theirs = self.reference.best.get(self.k) if self.reference else None
        if ours is None or theirs is None or method is self.reference:
            return None
        interval = difference_of(ours.share, theirs.share, ours.interval, theirs.interval)
        return ours.share - theirs.share, interval


def contests(arena: Arena) -> tuple[Contest, ...]:
    """One for each axis of which two labels have a choice of settings; none for cells that share all their labels."""
    cells = [cell for cell in arena.cells if cell.n]
    axes = axes_of(cells)
    if len({tuple(sorted(cell.labels.items())) for cell in cells if cell.labels}) < sum(
        bool(cell.labels) for cell in cells
    ):
        return ()
    half = _half(cells)
    found = (_contest(axis, labels, cells, half) for axis, labels in axes.items())
    return tuple(one for one in found if one is not None)


def budgets(most: int) -> tuple[int, ...]:
    """Numbers of settings to report: up to `most`, and that."""
    return (*(k for k in BUDGETS if k < most), most)


def _contest(
    axis: str, labels: Sequence[str], cells: Sequence[Cell], half: Mapping[int, int]
) -> Contest | None:
    groups = {label: [cell for cell in cells if cell.labels.get(axis) == label] for label in labels}
    choices = [len(group) for group in groups.values() if len(group) > 1]
    if len(choices) < 2:
        return None
    k = min(choices)
    tuned = tuple(
        one for one in axes_of([cell for group in groups.values() for cell in group]) if one != axis
    )
    return Contest(axis, tuned, tuple(_method(*group, half, k) for group in groups.items()), k)


def _method(label: str, cells: Sequence[Cell], half: Mapping[int, int], most: int) -> Method:
    settings = [_halves(cell, half) for cell in cells]
    split = all(count.n for both in settings for count in both)
    best = {
        k: tuned_share(settings, k) if split or k == 1 else None for k in budgets(most) if k <= len(settings)
    }
    return Method(label, len(settings), sum(cell.n for cell in cells), best)


def _half(cells: Sequence[Cell]) -> dict[int, int]:
    """Every other seed is in the second half: of all cells alike, because equal seeds see equal data."""
    seeds = sorted({int(seed) for cell in cells for seed in cell.runs["seed"]})
    return {seed: place % 2 for place, seed in enumerate(seeds)}


def _halves(cell: Cell, half: Mapping[int, int]) -> Halves:
    failed = (cell.runs["status"] == "failed").to_numpy()
    side = cell.runs["seed"].map(half).to_numpy()
    first, second = (Count(int(failed[side == one].sum()), int((side == one).sum())) for one in (0, 1))
    return first, second
