"""A results folder as pandas frames. Reading is safe while a writer is at work."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganbench.errors import InputError
from ganbench.store.layout import Layout
from ganbench.store.schema import Table, column, ordered
from ganbench.store.snapshot import Snapshot, opened, plan, snapshot
from ganbench.store.tables import AGAIN, Damaged, read, read_file

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def load_results(path: str | Path) -> pd.DataFrame:
    """One row for each run that has ended, in the order of the suite.

    The columns are those of `ganbench.store.schema.RUNS`; integers that may be empty are Int64. Raises
    InputError for a path that is no results folder, a damaged file, or a newer schema.
    """
    layout = opened(Layout(Path(path)))
    return _in_order(layout, _frame("runs", snapshot(layout).runs), ["run_id"])


def load_evaluations(path: str | Path) -> pd.DataFrame:
    """One row for each evaluation of each run that has ended: `schema.EVALUATIONS`. Raises as `load_results`."""
    layout = opened(Layout(Path(path)))
    frame = _frame("evaluations", snapshot(layout).evaluations)
    return _in_order(layout, frame, ["run_id", "of", "step"])


def load_findings(path: str | Path) -> pd.DataFrame:
    """What the detectors say of each run that has ended, one row for each kind: `schema.FINDINGS`.

    Of a run first its root causes, each with its consequences after it, in the order of explanation; then
    what did not fire. Raises as `load_results`.
    """
    layout = opened(Layout(Path(path)))
    return _in_order(layout, _frame("findings", snapshot(layout).findings), ["run_id"])


def load_windows(path: str | Path, run_id: str | None = None) -> pd.DataFrame:
    """The windows of all runs, or of one: `schema.WINDOWS`. Raises as `load_results`, and for an unknown run."""
    return _traces("windows", Path(path), run_id)


def load_bursts(path: str | Path, run_id: str | None = None) -> pd.DataFrame:
    """The bursts of all runs, or of one: `schema.BURSTS`. Raises as `load_windows`."""
    return _traces("bursts", Path(path), run_id)


def load_geometry(path: str | Path, run_id: str | None = None) -> pd.DataFrame:
    """The game's geometry of all runs, or of one: `schema.GEOMETRY`. Raises as `load_windows`."""
    return _traces("geometry", Path(path), run_id)


def load_plane(path: str | Path, run_id: str | None = None) -> pd.DataFrame:
    """Samples in the plane, and D's logits around the data, of all runs or of one: `schema.PLANE`.

    A run has none whose data do not lie in a plane, or that was made before these were kept. Raises as `load_windows`.
    """
    return _traces("plane", Path(path), run_id)


def _traces(table: Table, path: Path, run_id: str | None) -> pd.DataFrame:
    import pandas as pd

    layout = opened(Layout(path))
    frames = [
        _frame(table, _rows_of(_trace(layout, table, population), runs))
        for population, runs in _runs_by_population(layout, snapshot(layout), run_id).items()
    ]
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    joined = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=ordered(table, []))
    return joined[ordered(table, map(str, joined.columns))]


def _runs_by_population(layout: Layout, found: Snapshot, run_id: str | None) -> dict[str, set[str]]:
    """Whose traces to read where: a killed or repeated population may have left traces that do not count."""
    pairs = list(zip(found.runs["run_id"].to_pylist(), found.runs["population"].to_pylist(), strict=True))
    if run_id is not None and run_id not in dict(pairs):
        raise InputError(f"no run '{run_id}'", where=str(layout.root), hint="load_results lists the run ids")
    runs: dict[str, set[str]] = {}
    for run, population in pairs:
        if run_id in (None, run):
            runs.setdefault(population, set()).add(run)
    return runs


def _trace(layout: Layout, table: Table, population: str) -> pa.Table:
    if table == "plane":
        return read(table, layout.plane(population))
    path = layout.traces_of(population)[table]
    try:
        return read_file(table, path)
    except FileNotFoundError as error:
        raise Damaged("missing: the traces of a finished population", where=str(path), hint=AGAIN) from error


def _rows_of(table: pa.Table, runs: Iterable[str]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    return table.filter(pc.is_in(table["run_id"], pa.array(sorted(runs), pa.string())))


def _frame(table: Table, arrow: pa.Table) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa

    # One dtype whatever the values: by itself, an integer column with an empty value comes as floats.
    frame: pd.DataFrame = arrow.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    documented = ((name, column(table, str(name))) for name in frame.columns)
    full = [name for name, c in documented if c.type == "integer" and not c.nullable]
    return frame.astype(dict.fromkeys(full, "int64"))


def _in_order(layout: Layout, frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Sorted by run as planned, then by the other columns; runs that no plan names come last."""
    place = {planned["run_id"]: index for index, planned in enumerate(plan(layout))}

    def key(values: pd.Series[Any]) -> pd.Series[Any]:
        return values.map(lambda run: place.get(run, len(place))) if values.name == "run_id" else values

    return frame.sort_values(by, key=key, kind="stable", ignore_index=True)
