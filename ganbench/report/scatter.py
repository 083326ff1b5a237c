"""Samples in the plane: dots on what D says, and the true modes around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ganbench.report.canvas import BLUE, INK, ORANGE, RED
from ganbench.report.plane import Look
from ganbench.report.truth import Truth

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BANDS: Final = 3  # on each side of the decision
STRONGEST: Final = 0.5  # opacity of the last of them
DOT: Final = 1.4  # points
HARDLY: Final = 1e-5  # of the panel; where there is no length at all, PNG has no dot
SMALLEST: Final = 0.02  # radius of a ring, of the panel


def legend(looks: Sequence[Look], truths: Sequence[Truth | None]) -> str:
    """What there is to see in panels of these looks and truths, in sentences; at least one look."""
    return " ".join(["Dots: samples.", *_of_truths(truths), *_of_outputs(looks)])


def _of_truths(truths: Sequence[Truth | None]) -> Iterator[str]:
    known = [truth for truth in truths if truth is not None]
    if any(len(truth.means) for truth in known):
        yield (
            "Rings: the true modes, within which a sample is of high quality; none is drawn smaller than "
            f"{100 * SMALLEST:.0f} % of the panel."
        )
    if any(len(truth.points) for truth in known):
        yield "Pale dots: real samples, of data whose modes have no centre."


def _of_outputs(looks: Sequence[Look]) -> Iterator[str]:
    coloured = [look for look in looks if look.logits is not None]
    if not coloured:
        return
    yield "Colours: what D says, blue for real and orange for fake, in bands to the 95 % quantile of its distance from the middle."
    if any(look.decision is not None for look in coloured):
        yield "The line: where D decides, the middle of the bands."
    if any(look.decision is None for look in coloured):
        yield "A critic decides nowhere: its middle is the median, and it has no line."
    yield _grid(coloured)


def _grid(coloured: Sequence[Look]) -> str:
    sides = {len(look.logits) for look in coloured if look.logits is not None}
    steps = sorted(look.square[2] / (len(look.logits) - 1) for look in coloured if look.logits is not None)
    points = " or ".join(f"{side} x {side}" for side in sorted(sides))
    apart = " to ".join(dict.fromkeys(f"{step:.2g}" for step in (steps[0], steps[-1])))
    return (
        f"D was asked at {points} points, {apart} apart: what is smaller, such as a narrow mode that D takes for real, is "
        "not seen."
    )


def scatter(axes: Axes, look: Look, truth: Truth | None) -> None:
    """A square panel of one run at one step."""
    left, bottom, width = look.square
    if look.logits is not None:
        landscape(axes, look.logits, look.decision, square=look.square)
    if truth is not None:
        _truth(axes, truth, panel=width)
    dots(axes, look.inside, color=INK, panel=width)
    if look.outside:
        axes.set_xlabel(f"{look.outside} outside", fontsize=5.5, labelpad=1)
    for side in axes.spines.values():
        side.set(visible=True, linewidth=0.4)
    axes.set(xlim=(left, left + width), ylim=(bottom, bottom + width), aspect="equal", xticks=[], yticks=[])


def dots(axes: Axes, points: Any, *, color: str, panel: float, alpha: float = 1.0) -> None:
    """Points [n, 2] as round caps of lines of hardly any length: one path, a third of the size of as many markers."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    ends = np.stack([points, points + np.array([HARDLY * panel, 0.0])], axis=1).reshape(-1, 2)
    path = Path(ends, np.tile([Path.MOVETO, Path.LINETO], len(points)))
    path.should_simplify = False  # which would leave them out
    axes.add_patch(
        PathPatch(path, fill=False, edgecolor=color, alpha=alpha, linewidth=DOT, capstyle="round", snap=False)
    )


def landscape(axes: Axes, logits: Any, decision: float | None, *, square: tuple[float, float, float]) -> None:
    """Bands of logits [side, side] to both sides of the decision, or of their median, and a line at the decision."""
    known = logits[np.isfinite(logits)]
    middle = decision if decision is not None else float(np.median(known)) if known.size else 0.0
    reach = float(np.quantile(np.abs(known - middle), 0.95)) if known.size else 0.0
    if reach == 0:  # D says the same everywhere
        return
    left, bottom, width = square
    ticks = np.linspace(0, width, len(logits))
    height = np.ma.masked_invalid(logits - middle)
    axes.contourf(
        left + ticks,
        bottom + ticks,
        height,
        levels=reach * np.arange(-BANDS, BANDS + 1) / BANDS,
        colors=_colours(),
        extend="both",
    )
    if decision is not None and height.min() < 0 < height.max():
        axes.contour(left + ticks, bottom + ticks, height, levels=[0.0], colors=[INK], linewidths=0.7)


def _colours() -> list[tuple[str, float]]:
    """From the surest fake to the surest real; one more on each side for what lies beyond."""
    opacity = [STRONGEST * (band + 1) / (BANDS + 1) for band in range(BANDS + 1)]
    return [(ORANGE, value) for value in reversed(opacity)] + [(BLUE, value) for value in opacity]


def _truth(axes: Axes, truth: Truth, *, panel: float) -> None:
    from matplotlib.collections import EllipseCollection

    if len(truth.points):
        dots(axes, truth.points, color=RED, panel=panel, alpha=0.35)
    across, along = 2 * np.maximum(truth.radii, SMALLEST * panel).T
    rings = EllipseCollection(
        across,
        along,
        np.zeros(len(truth.means)),
        units="xy",
        offsets=truth.means,
        offset_transform=axes.transData,
        facecolors="none",
        edgecolors=RED,
        linewidths=0.7,
    )
    axes.add_collection(rings)
