"""Figures of differences: every pair of cells, and the cliff over two numeric axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ganbench.report.axes import Grid
from ganbench.report.canvas import Columns, Drawing, blank, titled
from ganbench.report.counts import counted
from ganbench.report.metric import Metric
from ganbench.report.ranking import LOSES
from ganbench.report.slug import slug
from ganbench.report.verdicts import Pair

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEW: Final = 8  # cells, whose squares would be broader than `BROADEST` times their height
BROADEST: Final = 2.5
_DARK, _LIGHT = "#000001", "#fffffe"  # text on a filled square, the same on every page
_EVEN = 0.05**0.5 * 1.05**0.5 - 0.05  # the luminance from which black and white stand out alike


def improvement(
    arena: str, names: Sequence[str], pairs: Sequence[Pair], metric: Metric, *, n: str, columns: Columns
) -> Drawing:
    """The probability that a run of the row beats one of the column."""
    values = np.full((len(names), len(names)), np.nan)
    told = np.zeros_like(values, dtype=bool)
    place = {name: index for index, name in enumerate(names)}
    for pair in pairs:
        i, j = place[pair.ours], place[pair.theirs]
        values[i, j], values[j, i] = pair.improvement.value, 1 - pair.improvement.value
        told[i, j] = told[j, i] = pair.told
    figure = blank(columns, 0.9 + 0.26 * len(names))
    axes = figure.subplots()
    if len(names) < FEW:
        axes.set_box_aspect(1 / BROADEST)
    squares = _squares(axes, 100 * values, cmap="RdBu", low=0, high=100)
    for i, j in np.argwhere(np.isfinite(values)):
        _number(axes, squares[i, j], (j, i), f"{100 * values[i, j]:.0f}{'*' if told[i, j] else ''}")
    labels = [titled(name) for name in names]
    axes.set_xticks(range(len(names)), labels, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), labels)
    caption = (
        f"Share of pairs of runs on {arena}, in %, in which that of the row's cell is ahead: {LOSES}, here {metric.label} at "
        f"the end ({metric.direction}; a tie counts half; a run without a finite value is last). Blue: the row is ahead more "
        f"often than not, red: less often; * where Mann and Whitney's test has p < 0.05 after Holm over "
        f"{counted(len(pairs), 'pair')}; {n}."
    )
    return Drawing(
        f"improvement-{slug(arena)}", f"Probability of improvement: {arena}", caption, figure, columns
    )


def heat_map(arena: str, grid: Grid, *, columns: Columns) -> Drawing:
    """Share of healthy runs over two numeric axes."""
    xs, ys = grid.xs, grid.ys
    values = np.full((len(ys), len(xs)), np.nan)
    for (x, y), count in grid.counts.items():
        values[ys.index(y), xs.index(x)] = 100 * (1 - count.rate)
    figure = blank(columns, 0.9 + 0.26 * len(ys))
    axes = figure.subplots()
    squares = _squares(axes, values, cmap="cividis", low=0, high=100)
    for i, j in np.argwhere(np.isfinite(values)):
        _number(axes, squares[i, j], (j, i), f"{values[i, j]:.0f}")
    axes.set_xticks(range(len(xs)), [f"{x:g}" for x in xs])
    axes.set_yticks(range(len(ys)), [f"{y:g}" for y in ys])
    axes.set(xlabel=titled(grid.x), ylabel=titled(grid.y))
    counts = sorted({count.n for count in grid.counts.values()})
    each = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    caption = (
        f"Share of healthy runs, in %, over {grid.x} and {grid.y} on {arena}; n = {each} runs a square, over "
        "which all other axes are summed."
    )
    name = f"cliff-{slug(arena)}-{slug(grid.x)}-{slug(grid.y)}"
    return Drawing(name, f"Healthy over {grid.x} and {grid.y}: {arena}", caption, figure, columns)


def _squares(axes: Axes, values: Any, *, cmap: str, low: float, high: float) -> Any:
    mesh = axes.pcolormesh(
        np.arange(values.shape[1] + 1) - 0.5,
        np.arange(values.shape[0] + 1) - 0.5,
        np.ma.masked_invalid(values),
        cmap=cmap,
        vmin=low,
        vmax=high,
        edgecolors="none",
    )
    axes.invert_yaxis()
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0)
    return mesh.to_rgba(values)[..., :3]


def _number(axes: Axes, square: Any, place: tuple[int, int], text: str) -> None:
    """In the ink that stands out more from the colour of its square."""
    ink = _DARK if luminance(square) > _EVEN else _LIGHT
    axes.text(*place, text, ha="center", va="center", fontsize=6, color=ink)


def luminance(rgb: Any) -> float:
    """Relative luminance in [0, 1] of a colour in sRGB, each part in [0, 1] (WCAG 2.2, definitions)."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))
