"""Runs in one order: by outcome, then by the metric that cells are compared by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ganbench.report.cell import Cell
    from ganbench.report.metric import Metric

LOSES: Final = "a failed run loses to every healthy one, and among healthy runs, and among failed ones, the metric decides"


def ranks(cells: Sequence[Cell], metric: Metric) -> dict[str, NDArray[np.float64]]:
    """The place of each run among all of these cells, [n] by cell; higher is better, equals share a place.

    Every healthy run is above every failed one, whatever their values: a metric such as covered share says
    nothing of what else the failure criteria ask for. Within an outcome the better value of the metric is above,
    and a run without a finite value is below all others of its outcome.
    """
    up = 1 if metric.better == "higher" else -1
    values = np.concatenate([up * metric.scores(cell) for cell in cells])
    healthy = np.concatenate([cell.runs["status"].to_numpy() != "failed" for cell in cells])
    _, places = np.unique(np.column_stack([healthy, values]), axis=0, return_inverse=True)
    ends = np.cumsum([cell.n for cell in cells])[:-1]
    parts = np.split(places.ravel().astype(np.float64), ends)
    return {cell.name: part for cell, part in zip(cells, parts, strict=True)}
