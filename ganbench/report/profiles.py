"""Performance profiles: the share of runs that are as good as every value of a metric."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from ganbench.report.canvas import BLUE, INK, Columns, Drawing, panels, titled
from ganbench.report.cell import Cell
from ganbench.report.counts import of_runs
from ganbench.report.metric import Metric
from ganbench.report.slug import slug
from ganbench.stats.checks import Better
from ganbench.stats.profiles import performance_profile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

POINTS: Final = 201
DECADES: Final = 100.0  # values that are farther apart get a logarithmic axis


def profiles(arena: str, cells: Sequence[Cell], metric: Metric, *, columns: Columns) -> Drawing | None:
    """One panel for each cell, with the first cell's profile beside it; None where no healthy run has a finite value."""
    scores = {cell.name: _scores(cell, metric) for cell in cells}
    finite = np.concatenate([values[np.isfinite(values)] for values in scores.values()])
    if not finite.size:
        return None
    thresholds, logarithmic = _thresholds(finite, metric.better)
    worse = np.nextafter(
        thresholds, -np.inf if metric.better == "higher" else np.inf
    )  # beyond it: as good, or better
    reference = performance_profile(scores[cells[0].name], worse, better=metric.better)

    def draw(index: int, axes: Axes) -> None:
        one = performance_profile(scores[cells[index].name], worse, better=metric.better)
        axes.fill_between(thresholds, 100 * one.low, 100 * one.high, color=BLUE, alpha=0.2, linewidth=0)
        if index:
            axes.plot(thresholds, 100 * reference.share, color=INK, linewidth=0.7, linestyle=":")
        axes.plot(thresholds, 100 * one.share, color=BLUE)
        axes.set_xscale("log" if logarithmic else "linear")
        axes.set(ylim=(-3, 103), xlim=(thresholds[0], thresholds[-1]))
        axes.set_title(titled(cells[index].name))
        _few_ticks(axes, logarithmic=logarithmic)

    figure = panels(len(cells), draw, columns=columns, share_y=True)
    figure.supylabel("runs as good or better, %", fontsize=7)
    away = "" if np.isinf(metric.ideal) else f", distance from {metric.ideal:.3g}"
    figure.supxlabel(f"{metric.label} at the end{away} ({metric.better} is better)", fontsize=7)
    caption = (
        f"Performance profiles on {arena}: the share of runs that are healthy and whose {metric.label} at the end is as good "
        f"as each value or better, with a 95 % band that holds for all values at once (Massart); dotted, {cells[0].name}. A "
        f"failed run is as good as none; {of_runs(cells)}."
    )
    return Drawing(f"profiles-{slug(arena)}", f"Performance profiles: {arena}", caption, figure, columns)


def _scores(cell: Cell, metric: Metric) -> Floats:
    """The metric of healthy runs; of failed ones the worst there is, [n]."""
    worst = -np.inf if metric.better == "higher" else np.inf
    failed = (cell.runs["status"] == "failed").to_numpy()
    return np.where(failed, worst, metric.scores(cell))


def _thresholds(finite: Floats, better: Better) -> tuple[Floats, bool]:
    """From just beyond the worst value to the best, ascending; whether by equal factors."""
    low, high = float(finite.min()), float(finite.max())
    below, above = (1, 0) if better == "higher" else (0, 1)
    if low > 0 and high > DECADES * low:
        return np.geomspace(low / 1.1**below, high * 1.1**above, POINTS), True
    room = 0.04 * (high - low) or 0.04 * max(abs(high), 1e-9)
    return np.linspace(low - below * room, high + above * room, POINTS), False


def _few_ticks(axes: Axes, *, logarithmic: bool) -> None:
    from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

    if logarithmic:
        axes.xaxis.set_major_locator(LogLocator(numticks=4))
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        axes.xaxis.set_major_locator(MaxNLocator(3))
