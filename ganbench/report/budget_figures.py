"""Figures of what effort buys: the best of k settings, and soundness over cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ganbench.report.canvas import (
    BLUE,
    INK,
    LINE,
    ROW,
    Columns,
    Drawing,
    Mark,
    blank,
    marks,
    panels,
    rows_of_cells,
    share_over,
    titled,
)
from ganbench.report.costs import Ledger, Spending
from ganbench.report.counts import extent, of_runs, or_stopped
from ganbench.report.slug import slug
from ganbench.report.tuning import Contest
from ganbench.stats.intervals import wilson

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def tuning(arena: str, found: Contest, *, columns: Columns) -> Drawing:
    """From one setting at random to the best of k, one row for each label of an axis."""
    methods = [one for one in found.methods if one.best.get(1)]
    figure = blank(columns, 0.75 + 1.3 * ROW * len(methods))
    axes = figure.subplots()
    for row, one in enumerate(methods):
        alone, best = one.best[1], one.best.get(found.k)
        if alone is not None:
            axes.plot(100 * alone.share, row, "o", color=INK, markersize=4, markerfacecolor="none", zorder=3)
        if alone is not None and best is not None:
            low, high = best.interval
            axes.hlines(row, 100 * low, 100 * high, color=BLUE, linewidth=1.4, alpha=0.55)
            axes.hlines(row, 100 * alone.share, 100 * best.share, color=LINE, linewidth=0.8, zorder=0)
            axes.plot(100 * best.share, row, "o", color=BLUE, markersize=4)
    rows_of_cells(axes, [one.label for one in methods])
    axes.set_xlim(-2, 102)
    axes.grid(axis="x")
    axes.set_xlabel("healthy runs, %")
    marks(
        figure,
        Mark("a setting at random", "o", INK, hollow=True),
        Mark(f"best of {found.k}", "o", BLUE),
        size=4,
    )
    each = extent([one.runs for one in methods])
    caption = (
        f"Share of healthy runs on {arena}, by {found.axis}: of one setting at random (ring), and of the best of "
        f"{found.k} (disc, with Wilson's 95 % interval at the runs that score it), settings differing in "
        f"{' and '.join(found.tuned)}; one half of the seeds chooses, the other scores; n = {each} runs of each "
        f"{found.axis}. A label with fewer settings has no disc."
    )
    name = f"tuning-{slug(arena)}-{slug(found.axis)}"
    return Drawing(name, f"Equal tuning budget, by {found.axis}: {arena}", caption, figure, columns)


def costs(found: Ledger, cells: Sequence[Spending], *, columns: Columns) -> Drawing:
    """Share of sound runs over gradient evaluations, one panel for each cell."""

    def draw(index: int, axes: Axes) -> None:
        one = cells[index]
        n = one.at_end.n
        low, high = np.array([wilson(int(k), n) for k in one.sound]).T
        share_over(axes, one.costs, one.sound / n, (low, high), until=1.02 * one.total)
        axes.axvline(found.budget, color=INK, linewidth=0.7, linestyle="--")
        axes.set_title(titled(one.cell.name))

    figure = panels(len(cells), draw, columns=columns, share_y=True)
    figure.supylabel("within all bounds, %", fontsize=7)
    figure.supxlabel("gradient evaluations of a run", fontsize=7)
    caption = (
        f"Share of runs on {found.arena.name} that are neither {' nor '.join(found.bounds)} nor diverged{or_stopped([one.cell for one in cells])} at an evaluation, over "
        f"what they had spent, with Wilson's pointwise 95 % interval; the dashed line is the equal budget, "
        f"{found.budget:,.0f} gradient evaluations; {of_runs([one.cell for one in cells])}. Every panel ends where its cell's runs do."
    )
    arena = found.arena.name
    return Drawing(f"costs-{slug(arena)}", f"Equal cost: {arena}", caption, figure, columns)
