"""Figures of how runs ended: covered modes, survival, best against final."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ganbench.report.canvas import (
    BLUE,
    INK,
    LINE,
    RED,
    Columns,
    Drawing,
    blank,
    panels,
    plain_steps,
    rows_of_cells,
    titled,
)
from ganbench.report.cell import Cell
from ganbench.report.landmarks import of_one_mode, of_real_samples
from ganbench.report.metric import Metric
from ganbench.stats.survival import kaplan_meier

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW: Final = 0.19  # inches


def of_runs(cells: Sequence[Cell]) -> str:
    """Such as `n = 10 runs in each of 16 cells`."""
    counts = [cell.n for cell in cells] or [0]
    each = f"{counts[0]}" if len(set(counts)) == 1 else f"{min(counts)} to {max(counts)}"
    if len(cells) < 2:
        return f"n = {each} run{'s' if max(counts) != 1 else ''}"
    return f"n = {each} run{'s' if max(counts) != 1 else ''} in each of {len(cells)} cells"


def modes(cells: Sequence[Cell], *, columns: Columns) -> Drawing:
    """Runs by covered modes at the end: a strip for each cell; dark is many."""
    figure = blank(columns, 0.6 + ROW * len(cells))
    axes = figure.subplots()
    for row, cell in enumerate(cells):
        covered = cell.column("final.covered_modes").to_numpy(dtype=float)
        total = cell.modes or int(max(covered, default=1))
        _strip(axes, row, covered / total, n=cell.n, bins=min(total, 25) + 1)
        axes.text(1.01, row, f"of {total}", va="center", fontsize=6)
    rows_of_cells(axes, [cell.name for cell in cells])
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1], ["none", "half", "all"])
    axes.set_xlabel("modes covered at the end")
    axes.spines["left"].set_visible(False)
    caption = (
        f"Histogram of the modes that a run covers at its last evaluation, as a strip for each cell: the darker, the "
        f"more runs; {of_runs(cells)}. A run that diverged has no value there."
    )
    return Drawing("modes", "Covered modes", caption, figure, columns)


def survival(cells: Sequence[Cell], *, columns: Columns) -> Drawing:
    """Kaplan-Meier, one panel for each cell."""

    def draw(index: int, axes: Axes) -> None:
        cell = cells[index]
        curve = kaplan_meier(*times_of(cell))
        x = np.append(curve.times, cell.steps)
        low, high = (100 * np.append(side, side[-1]) for side in (curve.low, curve.high))
        axes.fill_between(x, low, high, step="post", color=BLUE, alpha=0.2, linewidth=0)
        axes.step(x, 100 * np.append(curve.share, curve.share[-1]), where="post", color=BLUE)
        axes.set(ylim=(-3, 103), xlim=(0, cell.steps))
        axes.set_title(titled(cell.name))
        plain_steps(axes)

    figure = panels(len(cells), draw, columns=columns, share_y=True)
    figure.supylabel("still healthy, %", fontsize=7)
    figure.supxlabel("generator steps", fontsize=7)
    caption = (
        f"Share of runs that have not failed yet (Kaplan-Meier, pointwise 95 % interval); runs that ended healthy are "
        f"censored at their last step; {of_runs(cells)}. A failure counts from the first step of its streak, so that "
        "steps which a criterion leaves out show none."
    )
    return Drawing("survival", "Time to failure", caption, figure, columns)


def best_final(cells: Sequence[Cell], metric: Metric, *, columns: Columns) -> Drawing:
    """For each run a line from its best value to its final one, one row for each cell."""
    figure = blank(columns, 0.5 + 1.3 * ROW * len(cells))
    axes = figure.subplots()
    for row, cell in enumerate(cells):
        runs = cell.runs.reset_index(drop=True)
        place = row + _spread(len(runs))
        best, final = (
            runs[f"{when}.{metric.name}"].to_numpy(dtype=float, na_value=np.nan) for when in ("best", "final")
        )
        failed = (runs["status"] == "failed").to_numpy()
        axes.hlines(place, best, final, color=LINE, linewidth=0.8)
        for chosen, colour in ((~failed, BLUE), (failed, RED)):
            axes.plot(best[chosen], place[chosen], "|", color=colour, markersize=3.5, markeredgewidth=0.8)
            axes.plot(final[chosen], place[chosen], "o", color=colour, markersize=2, markeredgewidth=0)
    for value in _landmarks(cells, metric):
        axes.axvline(value, color=INK, linewidth=0.7, linestyle=":", zorder=0)
    rows_of_cells(axes, [cell.name for cell in cells])
    axes.set_xlabel(f"{metric.label} ({metric.direction})")
    axes.grid(axis="x")
    _legend(figure)
    caption = (
        f"{metric.label.capitalize()} of every run: its best evaluation (bar) and its last one (dot), joined by a line, "
        f"the collapse gap; {of_runs(cells)}. Who reports the best checkpoint reports the bars; a bar without a dot is a run that diverged.{_said(cells, metric)}"
    )
    return Drawing("best-final", "Best against final", caption, figure, columns)


def _landmarks(cells: Sequence[Cell], metric: Metric) -> list[float]:
    """Of real samples and of one mode, where they are the same for all cells."""
    real = {of_real_samples([cell], metric.name) for cell in cells}
    one = {of_one_mode(cell).get(metric.name, math.nan) for cell in cells}
    return [value for values in (real, one) if len(values) == 1 for value in values if math.isfinite(value)]


def _said(cells: Sequence[Cell], metric: Metric) -> str:
    values = " and ".join(f"{value:.3g}" for value in _landmarks(cells, metric))
    return f" Dotted: real samples, and one mode alone where it is known ({values})." if values else ""


def times_of(cell: Cell) -> tuple[Any, Any]:
    """Time of failure, or the length of the run, [n]; and which runs failed, [n]."""
    failed = (cell.runs["status"] == "failed").to_numpy()
    times = cell.runs["failed_at"].to_numpy(dtype=float, na_value=np.nan)
    return np.where(failed, times, cell.runs["steps"].to_numpy(dtype=float)), failed


def _strip(axes: Axes, row: int, shares: Any, *, n: int, bins: int) -> None:
    """Counts over [0, 1] in so many bins, none on the left and all on the right."""
    counts = np.bincount(np.round(shares * (bins - 1)).astype(int), minlength=bins)
    width = 1 / bins
    axes.barh(row, 1, left=0, height=0.72, color=LINE, alpha=0.25, linewidth=0)
    for index in np.flatnonzero(counts):
        shade = 0.15 + 0.85 * counts[index] / n
        axes.barh(row, width, left=index * width, height=0.72, color=BLUE, alpha=shade, linewidth=0)


def _spread(n: int) -> Any:
    """Places within a row, from top to bottom."""
    return np.linspace(-0.32, 0.32, n) if n > 1 else np.zeros(1)


def _legend(figure: Figure) -> None:
    from matplotlib.lines import Line2D

    def mark(colour: str, marker: str, label: str) -> Line2D:
        return Line2D([], [], color=colour, marker=marker, linestyle="", markersize=3.5, label=label)

    handles = [mark(INK, "|", "best"), mark(BLUE, "o", "final, healthy"), mark(RED, "o", "final, failed")]
    figure.legend(handles=handles, loc="outside upper center", ncols=3)
