"""The failed runs that tell most, each with what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ganbench.detect.compose import Cause
from ganbench.errors import GanbenchError
from ganbench.report.cell import Cell
from ganbench.report.plane import Look, looks
from ganbench.report.section import Arena, Section
from ganbench.report.slug import slug
from ganbench.report.source import Source
from ganbench.store.schema import Table

if TYPE_CHECKING:
    import pandas as pd

PAGES: Final = 6
RULE: Final = (
    "of each cell and criterion the run that lost most of its best value, those with the greatest loss first"
)


@dataclass(frozen=True, eq=False)
class Suspect:
    """One failed run. windows, bursts, evaluations: its own rows; causes: what the detectors say, composed.

    undiagnosed: why the detectors were not asked; empty where they were. looks: at its samples in the plane; none
    where these were not stored.
    """

    row: Mapping[str, Any]
    arena: Arena
    windows: pd.DataFrame
    bursts: pd.DataFrame
    evaluations: pd.DataFrame
    causes: tuple[Cause, ...]
    undiagnosed: str = ""
    looks: tuple[Look, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.row['cell']}:{self.row['seed']}"

    @property
    def cell(self) -> Cell:
        return next(cell for cell in self.arena.cells if cell.name == self.row["cell"])

    @property
    def file(self) -> str:
        """Where its page is, from the report's folder; no other run's."""
        cell, content = (slug(str(self.row[key])) for key in ("cell", "cell_id"))
        return f"runs/{cell}-{self.row['seed']}-{content[:6]}.html"


def suspects(section: Section, *, most: int = PAGES) -> tuple[Suspect, ...]:
    """At most so many. Raises InputError for damaged or missing traces."""
    chosen = []
    for arena in section.arenas:
        for cell in arena.cells:
            failed = cell.runs[cell.runs["status"] == "failed"]
            loss = _loss(failed, arena)
            for _, alike in failed.groupby("criterion", sort=False):
                row = alike.iloc[int(loss[alike.index].argmax())]
                chosen.append((float(loss[alike.index].max()), arena, row))
    chosen.sort(key=lambda one: -one[0])  # stable: else in the order of the suite
    return tuple(_suspect(section, arena, row) for _, arena, row in chosen[:most])


def _loss(failed: pd.DataFrame, arena: Arena) -> pd.Series[float]:
    """Best less final value, in multiples of the best; a final value that is not finite is a loss of all."""
    import pandas as pd

    if arena.metric is None:
        return pd.Series(0.0, index=failed.index)
    best, final = (failed[f"{when}.{arena.metric.name}"].astype(float) for when in ("best", "final"))
    return ((best - final).abs() / best.abs().clip(lower=1e-12)).fillna(1.0).clip(upper=1e6)


def _suspect(section: Section, arena: Arena, row: pd.Series[Any]) -> Suspect:
    source: Source = section.sources[int(row["place"])]
    run, population = str(row["run_id"]), str(row["population"])
    windows = _rows("windows", source.layout.windows(population), run)
    bursts = _rows("bursts", source.layout.bursts(population), run)
    mine = section.evaluations[section.evaluations["run_id"] == run].reset_index(drop=True)
    try:
        causes, undiagnosed = _causes(row, windows, bursts, mine), ""
    except GanbenchError as error:  # a loss of the user's own may not be there any more
        causes, undiagnosed = (), error.what
    return Suspect(
        dict(row), arena, windows, bursts, mine, causes, undiagnosed, looks(source, population, run)
    )


def _rows(table: Table, path: Path, run: str) -> pd.DataFrame:
    import pyarrow.compute as pc

    from ganbench.store.tables import read_columns

    found = read_columns(table, path)
    frame: pd.DataFrame = found.filter(pc.equal(found["run_id"], run)).to_pandas()
    return frame


def _causes(
    row: pd.Series[Any], windows: pd.DataFrame, bursts: pd.DataFrame, evaluations: pd.DataFrame
) -> tuple[Cause, ...]:
    from ganbench.detect.compose import compose
    from ganbench.detect.diagnose import diagnose_table
    from ganbench.detect.facts import facts_of_run
    from ganbench.detect.reading import from_windows

    table = from_windows(
        _columns(windows),
        facts=facts_of_run(dict(row)),
        bursts=_columns(bursts[bursts["burst"] >= 0]),
        evaluations=_columns(evaluations),
    )
    return compose(diagnose_table(table), steps=int(row["steps"]))


def _columns(frame: pd.DataFrame) -> dict[str, Any]:
    """Numbers with NaN for what is empty."""
    return {str(name): frame[name].to_numpy() for name in frame} if len(frame) else {}
