"""Values of metrics that numbers stand beside: of real samples, and of a generator that knows one mode."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ganbench.report.cell import Cell


def of_real_samples(cells: Sequence[Cell], name: str) -> float:
    """Median over runs of the metric of real samples against real ones at the same n; NaN where there is none."""
    import pandas as pd

    found = pd.concat([cell.column(f"floor.{name}") for cell in cells])
    return float(found.median()) if len(found) else math.nan


def of_one_mode(cell: Cell) -> Mapping[str, float]:
    """Metrics of a generator that draws real samples of one mode alone; empty for data without modes.

    KL(point || weights) = ln K for K modes of equal weight; left out for other weights.
    """
    if cell.modes is None:
        return {}
    known = {"covered_modes": 1.0, "covered_modes_3": 1.0, "covered_share": 1 / cell.modes}
    data = cell.content.get("data", {})
    equal = "weights" in data and data["weights"] is None
    return known | ({"reverse_kl": math.log(cell.modes)} if equal else {})
