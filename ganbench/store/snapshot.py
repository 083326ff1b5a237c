"""What a results folder holds at one moment, while a writer may be at work.

Rows are in the top tables, in the parts that are not yet merged into them, or, if the writer was killed
between writing the one and deleting the other, in both. Where a run is in several, the last that did
not crash counts, together with the evaluations and findings that stand beside it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ganbench.errors import InputError
from ganbench.store.layout import Layout, Part
from ganbench.store.schema import Table
from ganbench.store.tables import AGAIN, Damaged, check_version, concatenate, read, read_file, reading

if TYPE_CHECKING:
    import pyarrow as pa

SEQUENTIAL: Final = "sequential"

_ATTEMPTS: Final = 100
_WHOSE: Final = (
    "this is not a results folder, or the file is damaged: the same suite again mends it, if it can"
)

_FROM_TRACES: Final = "run the suite again: that sets it aside and makes findings again from the traces"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Each run once, and the evaluations and findings of these runs."""

    runs: pa.Table
    evaluations: pa.Table
    findings: pa.Table

    def populations(self) -> dict[str, set[str]]:
        """The runs that ended healthy or failed, by the population that left them."""
        found: dict[str, set[str]] = {}
        columns = (self.runs[name].to_pylist() for name in ("run_id", "population", "status"))
        for run, population, status in zip(*columns, strict=True):
            if status != "crashed":
                found.setdefault(population, set()).add(run)
        return found


def snapshot(layout: Layout) -> Snapshot:
    """What is there now. Raises InputError for a damaged file or one of a newer schema."""
    parts = _parts(layout)
    # The parts first and runs before the others, the reverse of how they are merged: whatever leaves
    # the parts meanwhile is in the top tables when these are read.
    top = Snapshot(
        read("runs", layout.runs),
        read("evaluations", layout.evaluations),
        merged_findings(layout),
    )
    return latest([top, *parts])


def merged_findings(layout: Layout) -> pa.Table:
    """Those in the top table. Raises as `read`; what is lost with them can be made again from the traces."""
    try:
        return read("findings", layout.findings)
    except Damaged as error:
        raise Damaged(error.what, where=error.where, hint=_FROM_TRACES) from error


def latest(sources: Sequence[Snapshot]) -> Snapshot:
    """One out of several, in the order they were written."""
    home = _homes([source.runs for source in sources])
    return Snapshot(
        _joined("runs", [source.runs for source in sources], home),
        _joined("evaluations", [source.evaluations for source in sources], home),
        _joined("findings", [source.findings for source in sources], home),
    )


def environment(layout: Layout) -> dict[str, Any]:
    """What environment.json says. Raises InputError if it is not one, or of a newer schema."""
    try:
        with reading(layout.environment):
            found = json.loads(layout.environment.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("schema_version"), int):
        raise Damaged("not an environment.json of ganbench", where=str(layout.environment), hint=_WHOSE)
    check_version(found["schema_version"], layout.environment)
    if not isinstance(found.get("suite"), str) or not isinstance(found.get("provenance"), dict):
        raise Damaged("does not say what the results are of", where=str(layout.environment), hint=_WHOSE)
    return found


def plan(layout: Layout) -> list[dict[str, Any]]:
    """The planned runs, each {run_id, cell, seed, sequential}, in the order of the suite; none without a plan.

    sequential: whether a test asked for the run that looks after each seed; plans of earlier versions do not say.
    """
    if not layout.plan.exists():
        return []
    try:
        with reading(layout.plan):
            found = json.loads(layout.plan.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(map(_is_planned, found)):
        raise Damaged(
            "is no list of planned runs",
            where=str(layout.plan),
            hint="run the suite again: that writes it anew and keeps the results",
        )
    return found


def _is_planned(run: Any) -> bool:
    types = {"run_id": str, "cell": str, "seed": int}
    return isinstance(run, dict) and all(isinstance(run.get(name), type_) for name, type_ in types.items())


def opened(layout: Layout) -> Layout:
    """The layout, if its root is a results folder that this ganbench can read; else InputError."""
    is_there(layout)
    environment(layout)
    return layout


def is_there(layout: Layout) -> None:
    """Raise InputError unless the layout's root is a results folder, in whatever state."""
    where = str(layout.root)
    with reading(layout.root):
        there, folder, results = layout.root.exists(), layout.root.is_dir(), layout.is_results()
    if not there:
        raise InputError("no such folder", where=where, hint="`ganbench run` makes results folders")
    if not folder:
        raise InputError("is a file, expected a results folder", where=where)
    if not results:
        raise InputError(
            f"not a results folder: it has no {layout.environment.name}",
            where=where,
            hint="name the folder that was given to `ganbench run --out`",
        )


def _parts(layout: Layout) -> list[Snapshot]:
    for _ in range(_ATTEMPTS):
        try:
            return [part_of(layout.part(population)) for population in layout.committed()]
        except FileNotFoundError:  # merged just now: look again
            continue
    raise Damaged("parts without their tables", where=str(layout.parts), hint=AGAIN)


def part_of(part: Part) -> Snapshot:
    """What a finished population left. Raises FileNotFoundError, and InputError as `snapshot`."""
    return Snapshot(
        read_file("runs", part.runs),
        read_file("evaluations", part.evaluations),
        read_file("findings", part.findings),
    )


def _homes(tables: Sequence[pa.Table]) -> dict[str, int]:
    """The index of the table that counts, for each run."""
    home: dict[str, int] = {}
    crashed: dict[str, bool] = {}
    for index, table in enumerate(tables):
        pairs = zip(table["run_id"].to_pylist(), table["status"].to_pylist(), strict=True)
        for run, status in pairs:
            if status != "crashed" or crashed.get(run, True):
                home[run], crashed[run] = index, status == "crashed"
    return home


def _joined(table: Table, sources: Sequence[pa.Table], home: dict[str, int]) -> pa.Table:
    return concatenate(table, [_at_home(source, home, index) for index, source in enumerate(sources)])


def _at_home(table: pa.Table, home: dict[str, int], index: int) -> pa.Table:
    import pyarrow as pa

    return table.filter(pa.array([home.get(run) == index for run in table["run_id"].to_pylist()], pa.bool_()))
