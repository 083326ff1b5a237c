"""Signals over time, from the windows of many runs: median, band, and where runs failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ganbench.report.cell import Cell
from ganbench.report.section import Section
from ganbench.report.source import Source

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

POINTS: Final = 80  # of a curve; longer traces are averaged over neighbouring windows
BAND: Final = (0.1, 0.9)


@dataclass(frozen=True, eq=False)
class Course:
    """Window means of one signal: values [n, points] of the runs, NaN where a run has ended; steps [points]."""

    runs: tuple[str, ...]
    steps: Floats
    values: Floats

    @property
    def median(self) -> Floats:
        return self.quantile(0.5)

    def quantile(self, share: float) -> Floats:
        """Over the runs that are still there."""
        return np.asarray(np.nanquantile(self.values, share, axis=0))

    def at(self, run: str, step: float) -> float:
        """The value of a run in the last window that begins before `step`."""
        row = self.values[self.runs.index(run)]
        found = np.flatnonzero(np.isfinite(row) & (self.steps <= step))
        return float(row[found[-1]]) if found.size else float("nan")


@dataclass(frozen=True, slots=True)
class Onset:
    """A failed run: where it failed, and the signal there."""

    step: float
    value: float


Courses = dict[tuple[str, str], Course]
"""By cell and signal."""


def courses(section: Section, cells: Sequence[Cell], signals: Sequence[str]) -> Courses:
    """The course of each signal in each cell; a signal that a cell has not is not there.

    Raises InputError for damaged or missing traces.
    """
    import pandas as pd

    wanted = {run for cell in cells for run in cell.runs["run_id"]}
    frames = [
        frame for place in range(len(section.sources)) for frame in _frames(section, place, wanted, signals)
    ]
    if not frames:
        return {}
    joined = pd.concat(frames, ignore_index=True)
    named = dict(zip(section.runs["run_id"], section.runs["cell"], strict=True))
    found: Courses = {}
    for name, rows in joined.groupby(joined["run_id"].map(named), sort=False):
        for signal in signals:
            course = _course(rows, signal) if signal in rows else None
            if course is not None:
                found[str(name), signal] = course
    return found


def onsets(course: Course, cell: Cell) -> list[Onset]:
    """One for each failed run, in the order of the seeds."""
    failed = cell.runs[cell.runs["status"] == "failed"]
    pairs = zip(failed["run_id"], failed["failed_at"], strict=True)
    return [Onset(float(step), course.at(run, float(step))) for run, step in pairs if run in course.runs]


def _frames(section: Section, place: int, wanted: set[str], signals: Sequence[str]) -> Iterator[pd.DataFrame]:
    """The windows of each population of a folder, of the wanted runs."""
    mine = section.runs[(section.runs["place"] == place) & section.runs["run_id"].isin(wanted)]
    for population, runs in mine.groupby("population", sort=False):
        yield _windows(section.sources[place], str(population), list(runs["run_id"]), signals)


def _windows(source: Source, population: str, runs: list[str], signals: Sequence[str]) -> pd.DataFrame:
    """Means by run and block of windows; columns run_id, block, step and the signals that are there."""
    from ganbench.store.tables import read_columns

    names = ["run_id", "window", "last_step", *(f"{signal}.mean" for signal in signals)]
    arrow = read_columns("windows", source.layout.windows(population), names)
    frame: pd.DataFrame = arrow.to_pandas()
    kept = frame[frame["run_id"].isin(runs)]
    windows = int(kept["window"].max()) + 1 if len(kept) else 1
    block = (kept["window"] // -(-windows // POINTS)).rename("block")
    values = [name for name in kept.columns if str(name).endswith(".mean")]
    grouped = kept.groupby([kept["run_id"], block], sort=False)
    means = grouped.agg({"last_step": "max"} | dict.fromkeys(values, "mean")).reset_index()
    return means.rename(
        columns={"last_step": "step"} | {name: str(name).removesuffix(".mean") for name in values}
    )


def _course(rows: pd.DataFrame, signal: str) -> Course | None:
    """None where no run has a finite value."""
    table: Any = rows.pivot(index="run_id", columns="block", values=signal)
    values = np.asarray(table.to_numpy(dtype=float))
    there = np.isfinite(values).any(axis=0)
    if not there.any():
        return None
    steps = rows.groupby("block")["step"].max().sort_index().to_numpy(dtype=float)
    values = np.where(np.isfinite(values), values, np.nan)
    return Course(tuple(map(str, table.index)), steps[there], values[:, there])
