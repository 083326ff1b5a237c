"""The figure of health: how many runs of each cell are healthy, and the root causes of those that fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from ganbench.report.canvas import BLUE, INK, ORANGE, RED, ROW, Columns, Drawing, blank, rows_of_cells
from ganbench.report.cell import Cell
from ganbench.report.counts import of_runs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito, as in the canvas; the most frequent kinds have a colour of their own.
COLOURS: Final = (RED, ORANGE, BLUE, "#009e73", "#cc79a7", "#56b4e9")
OTHERS: Final = "others"
UNEXPLAINED: Final = "unexplained"
GREY: Final = "#8c959f"


def health(cells: Sequence[Cell], *, explained: bool, columns: Columns) -> Drawing:
    """Share of healthy runs with its interval, one row for each cell; with root causes beside it if `explained`."""
    failed = explained and any(cell.failed for cell in cells)
    kinds = _kinds(cells) if failed else {}
    figure = blank(columns, (0.5 if not failed else 0.9) + ROW * len(cells))
    axes, *beside = figure.subplots(1, 2 if failed else 1, squeeze=False, sharey=True)[0]
    _shares(axes, cells)
    caption = f"Share of healthy runs, those that did not fail by the suite's criteria, with Wilson's 95 % interval; {of_runs(cells)}."
    if failed:
        _causes(beside[0], cells, kinds)
        _legend(figure, kinds, columns)
        caption += (
            " Beside it the failed runs by the first root cause among their findings, in % of all runs of the cell; "
            "findings explain failures and never define them."
        )
    return Drawing("health", "Share of healthy runs", caption, figure, columns)


def _shares(axes: Axes, cells: Sequence[Cell]) -> None:
    place = np.arange(len(cells))
    low, high = np.array([cell.interval for cell in cells]).T
    axes.hlines(place, 100 * low, 100 * high, color=BLUE, linewidth=1.4, alpha=0.55)
    axes.plot([100 * cell.share for cell in cells], place, "o", color=BLUE, markersize=4, clip_on=False)
    rows_of_cells(axes, [cell.name for cell in cells])
    axes.set_xlim(-2, 102)
    axes.grid(axis="x")
    axes.set_xlabel("healthy\nruns, %")


def _causes(axes: Axes, cells: Sequence[Cell], kinds: Mapping[str, str]) -> None:
    for row, cell in enumerate(cells):
        left = 0.0
        for kind, count in _counts(cell, kinds).items():
            width = 100 * count / cell.n
            edge = (
                {"edgecolor": INK, "linewidth": 0.5, "fill": False}
                if kind == UNEXPLAINED
                else {"linewidth": 0}
            )
            axes.barh(row, width, left=left, height=0.62, color=kinds[kind], **edge)
            left += width
    axes.set_xlim(0, 102)
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0, labelleft=False)
    axes.set_xlabel("failed runs by\nroot cause, %")


def _kinds(cells: Sequence[Cell]) -> dict[str, str]:
    """Colours of the kinds that there are, the most frequent first."""
    found: dict[str, int] = {}
    for cell in cells:
        for kind, count in cell.roots.items():
            found[kind] = found.get(kind, 0) + count
    ordered = sorted(found, key=lambda kind: (-found[kind], kind))
    named = dict(zip(ordered, COLOURS, strict=False))
    named |= {OTHERS: GREY} if len(ordered) > len(COLOURS) else {}
    return named | ({UNEXPLAINED: INK} if any(cell.unexplained for cell in cells) else {})


def _counts(cell: Cell, kinds: Mapping[str, str]) -> dict[str, int]:
    """In the order of the kinds; those without a colour are together."""
    found = {kind: cell.roots.get(kind, 0) for kind in kinds}
    found |= {OTHERS: sum(count for kind, count in cell.roots.items() if kind not in kinds)}
    found |= {UNEXPLAINED: cell.unexplained}
    return {kind: count for kind, count in found.items() if count}


def _legend(figure: Figure, kinds: Mapping[str, str], columns: Columns) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(facecolor="none", edgecolor=INK, linewidth=0.5, label=kind)
        if kind == UNEXPLAINED
        else Patch(facecolor=colour, label=kind)
        for kind, colour in kinds.items()
    ]
    figure.legend(
        handles=handles, loc="outside upper right", ncols=2 * columns, handlelength=1.2, columnspacing=1.2
    )
