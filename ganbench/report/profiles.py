"""Performance profiles: the share of runs beyond every value of a metric."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from ganbench.report.canvas import BLUE, INK, Columns, Drawing, panels, titled
from ganbench.report.cell import Cell
from ganbench.report.counts import of_runs, or_stopped
from ganbench.report.metric import Metric
from ganbench.report.slug import slug
from ganbench.stats.profiles import performance_profile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

POINTS: Final = 201
DECADES: Final = 100.0  # values that are farther apart get a logarithmic axis


def profiles(arena: str, cells: Sequence[Cell], metric: Metric, *, columns: Columns) -> Drawing | None:
    """One panel for each cell, with the first cell's profile beside it; None where no value is finite."""
    scores = {cell.name: metric.scores(cell) for cell in cells}
    finite = np.concatenate([values[np.isfinite(values)] for values in scores.values()])
    if not finite.size:
        return None
    thresholds, logarithmic = _thresholds(finite)
    reference = performance_profile(scores[cells[0].name], thresholds, better=metric.better)

    def draw(index: int, axes: Axes) -> None:
        one = performance_profile(scores[cells[index].name], thresholds, better=metric.better)
        axes.fill_between(thresholds, 100 * one.low, 100 * one.high, color=BLUE, alpha=0.2, linewidth=0)
        if index:
            axes.plot(thresholds, 100 * reference.share, color=INK, linewidth=0.7, linestyle=":")
        axes.plot(thresholds, 100 * one.share, color=BLUE)
        axes.set_xscale("log" if logarithmic else "linear")
        axes.set(ylim=(-3, 103), xlim=(thresholds[0], thresholds[-1]))
        axes.set_title(titled(cells[index].name))
        _few_ticks(axes, logarithmic=logarithmic)

    figure = panels(len(cells), draw, columns=columns, share_y=True)
    figure.supylabel("runs beyond, %", fontsize=7)
    away = "" if np.isinf(metric.ideal) else f", distance from {metric.ideal:.3g}"
    figure.supxlabel(f"{metric.label} at the end{away} ({metric.better} is better)", fontsize=7)
    caption = (
        f"Performance profiles on {arena}: the share of runs whose {metric.label} at the end is better than each value, "
        f"with a 95 % band that holds for all values at once (Massart); dotted, {cells[0].name}. A run without a finite "
        f"value, such as one that diverged{or_stopped(cells)}, is beyond none; {of_runs(cells)}."
    )
    return Drawing(f"profiles-{slug(arena)}", f"Performance profiles: {arena}", caption, figure, columns)


def _thresholds(finite: Floats) -> tuple[Floats, bool]:
    """From just below the least value to just above the greatest; whether by equal factors."""
    low, high = float(finite.min()), float(finite.max())
    if low > 0 and high > DECADES * low:
        return np.geomspace(low / 1.1, high * 1.1, POINTS), True
    room = 0.04 * (high - low) or 0.04 * max(abs(high), 1e-9)
    return np.linspace(low - room, high + room, POINTS), False


def _few_ticks(axes: Axes, *, logarithmic: bool) -> None:
    from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

    if logarithmic:
        axes.xaxis.set_major_locator(LogLocator(numticks=4))
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        axes.xaxis.set_major_locator(MaxNLocator(3))
