"""Figures of where samples are: samples in the plane, or how many of them are near each true mode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ganbench.report.canvas import BLUE, INK, Columns, Drawing, panels, titled
from ganbench.report.cell import Cell
from ganbench.report.metric import Metric
from ganbench.report.plane import Look, looks
from ganbench.report.scatter import legend, scatter
from ganbench.report.section import Section
from ganbench.report.truth import Truth, truth_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

NOT_STORED: Final = "the samples themselves were not stored in these results"
LEAST_DISC: Final = 9.0  # square points, so that a mode with a single sample is seen
BUBBLES: Final = (
    "crosses: the true modes; discs: the share of samples near each (area, small ones enlarged), samples near no mode not "
    "drawn"
)


@dataclass(frozen=True, eq=False)
class Typical:
    """One run of a cell at its end. by: the metric at whose median it is. look: None where its samples were not stored; counts: by mode, None without any."""

    name: str
    by: str
    truth: Truth | None
    look: Look | None
    counts: NDArray[np.float64] | None

    @property
    def title(self) -> str:
        covered = "" if self.counts is None else f": {np.count_nonzero(self.counts)} of {len(self.counts)}"
        return f"{titled(self.name)}{covered}"

    def draw(self, axes: Axes) -> None:
        if self.look is not None:
            scatter(axes, self.look, self.truth)
        elif self.truth is not None and self.counts is not None:
            bubbles(axes, self.truth.means, self.counts)
        axes.set_title(self.title)


def typical(section: Section, cells: Sequence[Cell], *, columns: Columns) -> Drawing | None:
    """A panel for each cell; None where the data of none lie in the plane, or nothing is known of their samples."""
    metrics = {cell.name: arena.metric for arena in section.arenas for cell in arena.cells}
    found = [one for cell in cells if (one := _typical(section, cell, metrics[cell.name])) is not None]
    if not found:
        return None
    figure = panels(len(found), lambda index, axes: found[index].draw(axes), columns=columns, height=1.85)
    return Drawing("samples", "Samples at the end", _caption(found), figure, columns)


def _caption(found: Sequence[Typical]) -> str:
    stored = [one.look for one in found if one.look is not None]
    counted = any(one.counts is not None for one in found)
    of = " or ".join(dict.fromkeys(one.by for one in found))
    said = [
        f"At the last evaluation, of each cell the run at the median of its {of} (the lower of two, then the first seed); "
        "n = 1 run a panel."
    ]
    if stored:
        most = max(len(look.samples) for look in stored)
        said.append(f"{most} samples of it. {legend(stored, [one.truth for one in found])}")
    if any(look.logits is None for look in stored):
        said.append("Panels without colours: D does not judge samples one by one.")
    if len(stored) < len(found):
        said.append(f"Where {NOT_STORED}: {BUBBLES}.")
    if counted:
        said.append("Above each panel: covered modes, by all samples of the evaluation.")
    return " ".join(said)


def _typical(section: Section, cell: Cell, metric: Metric | None) -> Typical | None:
    chosen = _median_run(cell, metric)
    if chosen is None:
        return None
    place, by = chosen
    run: dict[str, Any] = dict(cell.runs.loc[place])
    kept = looks(section.sources[int(run["place"])], str(run["population"]), str(run["run_id"]))
    look = next((one for one in kept if one.step == run["steps"]), None)
    counts = _counts(section, str(run["run_id"]))
    truth = truth_of(run) if look is not None or counts is not None else None
    if look is None and (counts is None or truth is None or not len(truth.means)):
        return None
    return Typical(cell.name, by.replace("_", " "), truth, look, counts)


def _median_run(cell: Cell, metric: Metric | None) -> tuple[Any, str] | None:
    """Its place in the table, and the metric; None where no run has a finite value at its end."""
    names = ["covered_modes", *([metric.name] if metric else [])]
    for name in names:
        values = cell.column(f"final.{name}").sort_values(kind="stable")
        if len(values):
            return values.index[(len(values) - 1) // 2], name
    return None


def _counts(section: Section, run: str) -> NDArray[np.float64] | None:
    """Samples by mode at the last evaluation."""
    rows = section.evaluations[section.evaluations["run_id"] == run].dropna(subset=["mode_histogram"])
    return np.asarray(rows.iloc[-1]["mode_histogram"], dtype=float) if len(rows) else None


def bubbles(axes: Axes, means: Any, counts: Any) -> None:
    """A disc at each true mode, its area the share of samples there."""
    total = max(float(np.sum(counts)), 1.0)
    shares = np.asarray(counts) / total
    area = np.where(shares > 0, np.maximum(900 * shares, LEAST_DISC), 0.0)
    axes.scatter(means[:, 0], means[:, 1], s=area, color=BLUE, alpha=0.45, linewidths=0)
    axes.plot(*means.T, "x", color=INK, markersize=3, markeredgewidth=0.6)
    reach = 1.3 * float(np.abs(means).max())
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xticks=[], yticks=[])
