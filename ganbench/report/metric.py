"""The metric that cells are compared by, and which way is better."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ganbench.metrics.direction import IDEAL
from ganbench.stats.checks import Better

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ganbench.report.cell import Cell

PREFERRED: Final = ("covered_share", "distance", "energy_distance", "sliced_wasserstein")


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of evaluations with a known direction. ideal: infinite, or the value that is best."""

    name: str
    ideal: float

    @property
    def label(self) -> str:
        return self.name.replace("_", " ")

    @property
    def better(self) -> Better:
        """Of what `scores` gives."""
        return "higher" if self.ideal == math.inf else "lower"

    @property
    def direction(self) -> str:
        return f"{self.better} is better" if math.isinf(self.ideal) else f"{self.ideal:.3g} is best"

    def away(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values, or their distances from a finite ideal."""
        return values if math.isinf(self.ideal) else abs(values - self.ideal)

    def scores(self, cell: Cell) -> NDArray[np.float64]:
        """One value for each run, [n]: the metric at the end, or its distance from a finite ideal.

        A run whose metric is not finite, such as one that diverged, has the worst value there is.
        """
        import numpy as np

        found = cell.runs[f"final.{self.name}"].to_numpy(dtype=float, na_value=np.nan)
        worst = -math.inf if self.better == "higher" else math.inf
        return np.where(np.isfinite(found), self.away(found), worst)


def main_metric(cells: Collection[Cell]) -> Metric | None:
    """Covered share where the data have modes, else the first of the distances that every cell has; None: none.

    A cell all of whose runs diverged or were stopped has no values at the end, and stands in no metric's way.
    """
    names = {str(name).removeprefix("final.") for cell in cells for name in cell.runs if _is_final(str(name))}
    ended = [cell for cell in cells if not cell.runs[["diverged_at", "stopped_at"]].notna().any(axis=1).all()]
    known = [name for name in names if ended and all(len(cell.column(f"final.{name}")) for cell in ended)]
    others = sorted(name for name in known if name in IDEAL)
    chosen = next((name for name in (*PREFERRED, *others) if name in known), None)
    return None if chosen is None else Metric(chosen, IDEAL[chosen])


def _is_final(column: str) -> bool:
    return column.startswith("final.")
