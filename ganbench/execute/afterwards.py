"""Findings for runs that ended without: of an earlier version, or whose findings were damaged."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import TYPE_CHECKING

from ganbench.execute.diagnosis import Columns, Record, Tell, explained, records, root_cause
from ganbench.store.snapshot import Snapshot, snapshot
from ganbench.store.tables import read_file
from ganbench.store.writer import Results

if TYPE_CHECKING:
    import pyarrow as pa


def explain_ended(results: Results, tell: Tell) -> None:
    """Make the findings that are not there from what is stored: the same as at the end of the training.

    Parts must have been merged. Raises InputError for a damaged trace, StorageError.
    """
    held = snapshot(results.layout)
    without = results.finished() - set(held.findings["run_id"].to_pylist())
    if not without:
        return
    tell(f"runs that have no findings yet: {len(without)}; these are made from their traces")
    found = explained(_stored(results, held, without), tell)
    home = dict(zip(*(held.runs[name].to_pylist() for name in ("run_id", "population")), strict=True))
    rows = [row | {"population": home[run]} for run, listed in found.items() for row in listed]
    results.explain(rows, {run: root_cause(listed) for run, listed in found.items()})


def _stored(results: Results, held: Snapshot, wanted: Set[str]) -> Iterator[Record]:
    """One population's traces at a time are in memory."""
    rows = {row["run_id"]: row for row in held.runs.to_pylist()}
    for population, runs in held.populations().items():
        if these := runs & wanted:
            paths = results.layout.traces_of(population)
            yield from records(
                [rows[run] for run in sorted(these)],
                windows=_columns(read_file("windows", paths["windows"])),
                bursts=_columns(read_file("bursts", paths["bursts"])),
                evaluations=[row for row in held.evaluations.to_pylist() if row["run_id"] in these],
            )


def _columns(table: pa.Table) -> Columns:
    return {name: values.to_numpy() for name, values in zip(table.column_names, table.columns, strict=True)}
