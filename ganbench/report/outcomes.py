"""Figures of how runs ended: covered modes, survival, best against final."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ganbench.report import counts
from ganbench.report.canvas import (
    BLUE,
    INK,
    LINE,
    RED,
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
    unjudged,
)
from ganbench.report.cell import Cell
from ganbench.report.counts import of_runs, or_stopped
from ganbench.report.landmarks import of_one_mode, of_real_samples
from ganbench.report.metric import Metric
from ganbench.stats.survival import kaplan_meier

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHADES: Final = (0.1, 0.5, 1.0)  # of runs, in the legend


def modes(cells: Sequence[Cell], *, columns: Columns) -> Drawing:
    """Runs by covered modes at the end: a strip for each cell; dark is many."""
    figure = blank(columns, 0.8 + ROW * len(cells))
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
    _shades(figure)
    caption = (
        f"Histogram of the modes that a run covers at its last evaluation, as a strip for each cell: the darker, the "
        f"more of the cell's runs; {of_runs(cells)}. A run that diverged{or_stopped(cells)} has no value there."
    )
    return Drawing("modes", "Covered modes", caption, figure, columns)


def survival(cells: Sequence[Cell], *, columns: Columns) -> Drawing:
    """Kaplan-Meier, one panel for each cell."""

    def draw(index: int, axes: Axes) -> None:
        cell = cells[index]
        curve = kaplan_meier(*times_of(cell))
        x = np.append(curve.times, cell.steps)
        shares, low, high = (np.append(side, side[-1]) for side in (curve.share, curve.low, curve.high))
        share_over(axes, x, shares, (low, high), until=cell.steps, stepwise=True)
        unjudged(axes, cell.unjudged)
        axes.set_title(titled(cell.name))

    figure = panels(len(cells), draw, columns=columns, share_y=True)
    figure.supylabel("still healthy, %", fontsize=7)
    figure.supxlabel("generator steps", fontsize=7)
    caption = (
        f"Share of runs that have not failed yet (Kaplan-Meier, pointwise 95 % interval); healthy runs are "
        f"censored at their last step; {of_runs(cells)}. A run has failed from the first of the evaluations in a row that "
        f"break a criterion.{counts.unjudged(cells)}"
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
            axes.plot(final[chosen], place[chosen], "o", color=colour, markersize=2.6, markeredgewidth=0)
    for value in _landmarks(cells, metric).values():
        axes.axvline(value, color=INK, linewidth=0.7, linestyle=":", zorder=0)
    rows_of_cells(axes, [cell.name for cell in cells])
    axes.set_xlabel(f"{metric.label} ({metric.direction})")
    axes.grid(axis="x")
    marks(
        figure,
        Mark("best", "|", INK),
        Mark("final, healthy", "o", BLUE),
        Mark("final, failed", "o", RED),
        size=2.6,
    )
    caption = (
        f"{metric.label.capitalize()} of every run: its best evaluation (bar) and its last one (dot), joined by a line, "
        f"the collapse gap; {of_runs(cells)}. Who reports the best checkpoint reports the bars.{_diverged(cells)}{_without(cells)}"
        f" {metric.label.capitalize()} alone: a run may have failed by another criterion.{_said(cells, metric)}"
    )
    return Drawing("best-final", "Best against final", caption, figure, columns)


def _diverged(cells: Sequence[Cell]) -> str:
    """What a bar without a dot is; empty where there is none."""
    return (
        " A bar without a dot is a run that diverged."
        if any(len(cell.column("diverged_at")) for cell in cells)
        else ""
    )


def _without(cells: Sequence[Cell]) -> str:
    """Which runs are not drawn; empty where all are."""
    n = sum(cell.stopped for cell in cells)
    return f" {n} stopped run{'s have' if n > 1 else ' has'} neither." if n else ""


def _landmarks(cells: Sequence[Cell], metric: Metric) -> dict[str, float]:
    """Where they are the same for all cells, by name: of real samples, and of one mode."""
    found = {
        "real samples": {of_real_samples([cell], metric.name) for cell in cells},
        "one mode alone": {of_one_mode(cell).get(metric.name, math.nan) for cell in cells},
    }
    alike = {name: values.pop() for name, values in found.items() if len(values) == 1}
    return {name: value for name, value in alike.items() if math.isfinite(value)}


def _said(cells: Sequence[Cell], metric: Metric) -> str:
    told = " and ".join(f"{name} ({value:.3g})" for name, value in _landmarks(cells, metric).items())
    return f" Dotted: {told}." if told else ""


def times_of(cell: Cell) -> tuple[Any, Any]:
    """Time of failure, or the length of the run, [n]; and which runs failed, [n]."""
    failed = (cell.runs["status"] == "failed").to_numpy()
    times = cell.runs["failed_at"].to_numpy(dtype=float, na_value=np.nan)
    return np.where(failed, times, cell.runs["steps"].to_numpy(dtype=float)), failed


def _strip(axes: Axes, row: int, shares: Any, *, n: int, bins: int) -> None:
    """Counts over [0, 1] in so many bins, none on the left and all on the right."""
    found = np.bincount(np.round(shares * (bins - 1)).astype(int), minlength=bins)
    width = 1 / bins
    axes.barh(row, 1, left=0, height=0.72, color=LINE, alpha=0.25, linewidth=0)
    for index in np.flatnonzero(found):
        axes.barh(
            row,
            width,
            left=index * width,
            height=0.72,
            color=BLUE,
            alpha=_shade(found[index] / n),
            linewidth=0,
        )


def _shade(share: float) -> float:
    """The opacity of a share of the runs."""
    return 0.15 + 0.85 * share


def _shades(figure: Figure) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(color=BLUE, alpha=_shade(share), linewidth=0, label=f"{100 * share:.0f} % of the runs")
        for share in SHADES
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), handlelength=1.2)


def _spread(n: int) -> Any:
    """Places within a row, from top to bottom."""
    return np.linspace(-0.32, 0.32, n) if n > 1 else np.zeros(1)
