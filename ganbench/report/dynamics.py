"""Figures of training over time: medians and bands over runs, failures marked at their onset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ganbench.report import counts
from ganbench.report.canvas import BLUE, INK, ORANGE, Columns, Drawing, panels, plain_steps, titled, unjudged
from ganbench.report.cell import Cell
from ganbench.report.counts import of_runs
from ganbench.report.traces import BAND, Course, Courses, onsets

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINEAR_TO: Final = 100.0  # logits


@dataclass(frozen=True, slots=True)
class Plot:
    """Two signals in one panel. scale: of the axis; said: of the signals, in the caption."""

    name: str
    title: str
    scale: str
    unit: str
    signals: tuple[str, str]
    labels: tuple[str, str]
    said: str


PLOTS: Final = (
    Plot(
        "gradients",
        "Gradient norms",
        "log",
        "gradient norm",
        ("gradient_norm_d", "gradient_norm_g"),
        ("discriminator", "generator"),
        "Norms of the gradient of each player's loss by all of its weights, on a logarithmic axis.",
    ),
    Plot(
        "outputs",
        "Discriminator outputs",
        "symlog",
        "mean output of D",
        ("real_logit_mean", "fake_logit_mean"),
        ("real", "fake"),
        "The output before any sigmoid, mean over a batch: a logit for the losses that have one, else a score.",
    ),
)
SIGNALS: Final = tuple(signal for plot in PLOTS for signal in plot.signals)


def over_time(plot: Plot, cells: Sequence[Cell], courses: Courses, *, columns: Columns) -> Drawing | None:
    """One panel for each cell; None where no cell has the signals."""
    there = [cell for cell in cells if any((cell.name, signal) in courses for signal in plot.signals)]
    if not there:
        return None

    def draw(index: int, axes: Axes) -> None:
        cell = there[index]
        for signal, colour in zip(plot.signals, (BLUE, ORANGE), strict=True):
            if (cell.name, signal) in courses:
                _course(axes, courses[cell.name, signal], cell, colour)
        _scale(axes, plot)
        unjudged(axes, cell.unjudged)
        axes.set_xlim(0, cell.steps)
        axes.set_title(titled(cell.name))
        plain_steps(axes)

    figure = panels(len(there), draw, columns=columns)
    figure.supylabel(plot.unit, fontsize=7)
    figure.supxlabel("generator steps", fontsize=7)
    _legend(figure, plot)
    low, high = (round(100 * share) for share in BAND)
    caption = (
        f"{plot.title} over training: median over the runs that are still there and the band from the {low} % to the "
        f"{high} % quantile, of window means; a cross is a failed run at the step of its failure; {of_runs(there)}. {plot.said} "
        f"Every panel has its own range.{counts.unjudged(there)}"
    )
    return Drawing(plot.name, plot.title, caption, figure, columns)


def _course(axes: Axes, course: Course, cell: Cell, colour: str) -> None:
    low, high = (course.quantile(share) for share in BAND)
    axes.fill_between(course.steps, low, high, color=colour, alpha=0.22, linewidth=0)
    axes.plot(course.steps, course.median, color=colour)
    marks = onsets(course, cell)
    if marks:
        x, y = zip(*((mark.step, mark.value) for mark in marks), strict=True)
        (drawn,) = axes.plot(
            x, y, "x", color=colour, markersize=3, markeredgewidth=0.7, alpha=0.9, clip_on=False
        )
        drawn.set_in_layout(False)  # a norm of 0 has no place on a logarithmic axis, and would take all room


def _scale(axes: Axes, plot: Plot) -> None:
    """Decades for norms; for outputs linear up to 100, decades of either sign beyond."""
    from matplotlib.ticker import FixedLocator, LogLocator, MaxNLocator, NullLocator

    if plot.scale == "log":
        axes.set_yscale("log")
        low, high = axes.get_ylim()
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 3.0) if high < 100 * low else (1.0,), numticks=5))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_locator(NullLocator())
        return
    axes.axhline(0, color=INK, linewidth=0.4, alpha=0.5)
    reach = max(map(abs, axes.dataLim.intervaly))
    if reach <= LINEAR_TO:
        axes.yaxis.set_major_locator(MaxNLocator(4))
        return
    top = 10.0 ** np.floor(np.log10(reach))
    axes.set_yscale("symlog", linthresh=1.0)
    axes.yaxis.set_major_locator(FixedLocator([-top, 0.0, top]))


def _legend(figure: Figure, plot: Plot) -> None:
    from matplotlib.lines import Line2D

    handles = [
        *(
            Line2D([], [], color=colour, label=label)
            for colour, label in zip((BLUE, ORANGE), plot.labels, strict=True)
        ),
        Line2D([], [], color=INK, marker="x", linestyle="", markersize=3, label="failed here"),
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=3)
