"""Figures of where samples are: the true modes of data in the plane, and how many samples are near each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ganbench.report.canvas import BLUE, INK, Columns, Drawing, panels, titled
from ganbench.report.cell import Cell
from ganbench.report.section import Section

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray


def typical(section: Section, cells: Sequence[Cell], *, columns: Columns) -> Drawing | None:
    """For each cell the run at its median of covered modes; None where no cell's modes lie in a plane."""
    looks = [(cell, *found) for cell in cells if (found := _typical(section, cell)) is not None]
    if not looks:
        return None

    def draw(index: int, axes: Axes) -> None:
        cell, means, counts = looks[index]
        bubbles(axes, means, counts)
        axes.set_title(f"{titled(cell.name)}: {np.count_nonzero(counts)} of {len(means)}")

    figure = panels(len(looks), draw, columns=columns, height=1.7)
    caption = (
        "Where samples are at the last evaluation: the true modes (crosses) and the share of samples near each (area of "
        "the disc), samples near no mode not drawn; of each cell one run, that at the median of its covered modes (the "
        "lower of two, then the first seed). Samples themselves are not stored for these data."
    )
    return Drawing("samples", "Samples by mode", caption, figure, columns)


def _typical(section: Section, cell: Cell) -> tuple[Any, NDArray[np.float64]] | None:
    means = means_of(dict(cell.runs.iloc[0]))
    covered = cell.column("final.covered_modes").sort_values(kind="stable")
    if means is None or covered.empty:
        return None
    run = cell.runs.loc[covered.index[(len(covered) - 1) // 2], "run_id"]
    rows = section.evaluations[section.evaluations["run_id"] == run].dropna(subset=["mode_histogram"])
    return (means, np.asarray(rows.iloc[-1]["mode_histogram"], dtype=float)) if len(rows) else None


def bubbles(axes: Axes, means: Any, counts: Any) -> None:
    """A disc at each true mode, its area the share of samples there."""
    total = max(float(np.sum(counts)), 1.0)
    area = 900 * np.asarray(counts) / total
    axes.scatter(means[:, 0], means[:, 1], s=area, color=BLUE, alpha=0.45, linewidths=0)
    axes.plot(*means.T, "x", color=INK, markersize=3, markeredgewidth=0.6)
    reach = 1.3 * float(np.abs(means).max())
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xticks=[], yticks=[])


def means_of(row: Mapping[str, Any]) -> Any:
    """The true modes [K, 2] of a run's data; None where they are not Gaussians in the plane."""
    from ganbench import registry
    from ganbench.errors import GanbenchError

    content = dict(json.loads(row["content"]).get("data", {}))
    try:
        options = registry.entry("dataset", content["name"]).options
        law: Any = registry.load("dataset", options(**content))(options(**content))
    except (GanbenchError, KeyError, ValueError):  # a user's own data set may not be here
        return None
    means = getattr(law, "means", None)
    return means if means is not None and means.ndim == 2 and means.shape[1] == 2 else None
