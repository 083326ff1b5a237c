"""The one writer of a results folder. What it has committed survives a kill at any moment."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganbench.environment import to_json
from ganbench.errors import InputError, StorageError
from ganbench.records import Provenance
from ganbench.store.atomic import storing, sync_folder, write_bytes, write_pieces, write_table
from ganbench.store.damage import complete
from ganbench.store.layout import Layout, remove
from ganbench.store.lock import locked
from ganbench.store.mend import Tell, take_up
from ganbench.store.progress import members
from ganbench.store.schema import SCHEMA_VERSION, Table
from ganbench.store.snapshot import SEQUENTIAL, environment, plan, snapshot
from ganbench.store.tables import Row, concatenate, from_columns, from_rows

if TYPE_CHECKING:
    import pyarrow as pa

Columns = Mapping[str, Any]  # sequences or arrays of equal length


@dataclass(frozen=True, slots=True)
class Results:
    """A results folder to write to. It holds nothing but its layout, so it travels to other processes."""

    layout: Layout

    def finished(self) -> set[str]:
        """The ids of the runs that ended healthy or failed and of which nothing is missing."""
        return complete(self.layout, snapshot(self.layout))

    def fingerprints(self) -> dict[str, str]:
        """The environments of the runs that `finished` names, by run id."""
        held = snapshot(self.layout)
        whole = complete(self.layout, held)
        pairs = zip(held.runs["run_id"].to_pylist(), held.runs["fingerprint"].to_pylist(), strict=True)
        return {run: fingerprint for run, fingerprint in pairs if run in whole}

    def commit(
        self,
        population: str,
        *,
        runs: Iterable[Row],
        evaluations: Iterable[Row] = (),
        findings: Iterable[Row] = (),
        windows: Iterable[Columns] = (),
        bursts: Iterable[Columns] = (),
        geometry: Iterable[Columns] = (),
        plane: Columns | None = None,
        samples: Mapping[str, bytes] | None = None,
    ) -> None:
        """Keep what a population left; all of it shows at once, by one rename.

        `runs`, `evaluations`, `findings` are rows, as `ganbench.store.schema` says, less the column `population`;
        `windows`, `bursts` and `geometry` come piece by piece, each the columns of some of the runs, and one
        at a time is in memory; `plane` is a table of columns, which makes no file where there are none;
        `samples` are files by name below samples/. Raises StorageError, also for a population that was committed
        before, and ValueError for what the schema does not allow; then nothing shows, and what was committed
        before stays.
        """
        self._refuse_committed(population)
        kept = from_rows("runs", _tagged(runs, population))
        judged = from_rows("evaluations", _tagged(evaluations, population))
        explained = from_rows("findings", _tagged(findings, population))
        traced = {"windows": windows, "bursts": bursts, "geometry": geometry}
        for name, content in (samples or {}).items():
            write_bytes(self.layout.sample(name), content)
        for table, path in self.layout.traces_of(population).items():
            write_pieces(path, _tables(table, traced[table]))
        if plane:
            write_table(self.layout.plane(population), from_columns("plane", plane))
        with self._new_part(population) as part:
            write_table(part.runs, kept)
            write_table(part.evaluations, judged)
            write_table(part.findings, explained)

    def explain(self, rows: Iterable[Row], root_causes: Mapping[str, str | None]) -> None:
        """Add findings to merged runs that have none: rows of the findings table, root causes by run id."""
        import pyarrow as pa

        now = snapshot(self.layout)
        held = dict(zip(*(now.runs[name].to_pylist() for name in ("run_id", "root_cause")), strict=True))
        causes = pa.array([root_causes.get(run, cause) for run, cause in held.items()], pa.string())
        place = now.runs.column_names.index("root_cause")
        added = from_rows("findings", rows)
        # Findings last: a run counts as explained once it has some.
        write_table(self.layout.runs, now.runs.set_column(place, "root_cause", causes))
        write_table(self.layout.findings, concatenate("findings", [now.findings, added]))

    def forget(self, population: str) -> None:
        """Delete the progress of a population that will not go on, and the checkpoints that it kept.

        Raises StorageError, also for a population that was committed.
        """
        self._refuse_committed(population)
        with storing(self.layout.work):
            remove(self.layout.progress(population))
            remove(self.layout.kept(population, 0).parent)

    def merge(self) -> None:
        """Move all parts into the top tables. A kill in between loses nothing and doubles nothing."""
        committed = self.layout.committed()
        if not committed:
            return
        now = snapshot(self.layout)
        write_table(self.layout.findings, now.findings)
        write_table(self.layout.evaluations, now.evaluations)
        write_table(self.layout.runs, now.runs)
        for population in committed:
            self._retire(population)

    def sweep(self) -> None:
        """Delete what a killed writer left half-made, and the progress of populations that have since ended."""
        folders = [path for path in self.layout.work.glob("*") if path.is_dir()]
        finished = self.finished() if folders else set()
        for folder in folders:
            if self.layout.is_scrap(folder) or not finished.isdisjoint(members(self.layout, folder.name)):
                with storing(folder):
                    remove(folder)

    def _refuse_committed(self, population: str) -> None:
        part = self.layout.part(population).root
        if part.exists():
            hint = "run the same command again: it takes up what is there"
            raise StorageError("this population was committed already", where=str(part), hint=hint)

    @contextlib.contextmanager
    def _new_part(self, population: str) -> Iterator[Any]:
        unfinished, part = self.layout.unfinished(population), self.layout.part(population)
        with storing(part.root):
            remove(unfinished.root)
            try:
                yield unfinished
                self.layout.parts.mkdir(exist_ok=True)
                unfinished.root.rename(part.root)
            except BaseException:
                remove(unfinished.root)
                raise
            sync_folder(self.layout.parts)
            remove(self.layout.progress(population))

    def _retire(self, population: str) -> None:
        part, merged = self.layout.part(population).root, self.layout.merged(population)
        with storing(part):
            self.layout.work.mkdir(exist_ok=True)
            remove(merged)
            remove(self.layout.progress(population))  # left where a kill came right after the commit
            part.rename(merged)
            remove(merged)


@contextlib.contextmanager
def open_results(
    root: str | Path,
    *,
    suite_text: str,
    suite_identity: str,
    provenance: Provenance,
    planned: Iterable[Mapping[str, Any]],
    fresh: bool = False,
    tell: Tell = lambda _: None,
) -> Iterator[Results]:
    """Make the folder, or go on with the one that is there, and hold its lock.

    `suite_identity` says in words what is run: name, version, overrides; a folder holds results of one.
    `planned` are the runs asked for, each as in `snapshot.plan`; they join those of earlier calls. `fresh`
    deletes the results that are there, and nothing else. What is damaged is set aside, and its runs do not
    count as finished; `tell` is given a text for each. Raises InputError for a folder with other content
    (which is not touched), another suite or a newer schema; ResultsLocked; StorageError.
    """
    layout, wanted = Layout(Path(root)), [dict(run) for run in planned]
    asked = {run["run_id"] for run in wanted}
    with storing(layout.root):
        _refuse_foreign(layout)
        layout.root.mkdir(parents=True, exist_ok=True)
    with locked(layout):
        if layout.is_results():
            _discard(layout) if fresh else take_up(layout, suite_identity, asked=asked, tell=tell)
        with storing(layout.root):
            layout.discard_asides()
        earlier = _earlier(layout, fresh=fresh)
        _inscribe(layout, suite_text, suite_identity, earlier | _by_fingerprint(provenance), wanted)
        results = Results(layout)
        results.merge()
        results.sweep()
        yield results


def _refuse_foreign(layout: Layout) -> None:
    where = str(layout.root)
    if layout.root.exists() and not layout.root.is_dir():
        raise InputError("is a file, expected a folder for results", where=where, hint="choose another --out")
    if not layout.is_results() and not layout.is_vacant():
        raise InputError(
            "holds other files and no results, and is left as it is",
            where=where,
            hint="choose an empty or a new folder with --out",
        )


def _discard(layout: Layout) -> None:
    with storing(layout.root):
        layout.discard()


def _inscribe(
    layout: Layout,
    text: str,
    identity: str,
    provenance: Mapping[str, Any],
    planned: Iterable[dict[str, Any]],
) -> None:
    """`provenance`: each environment that wrote here, by the fingerprint that runs carry."""
    # environment.json first: from then on the folder is known as ours, whatever happens.
    content = {"schema_version": SCHEMA_VERSION, "suite": identity, "provenance": provenance}
    _write_json(layout.environment, content)
    # Where the plan was lost, the runs that are there are all that is known of it.
    ended = snapshot(layout).runs.select(["run_id", "cell", "seed"]).to_pylist()
    runs: dict[str, dict[str, Any]] = {}
    for run in (*plan(layout), *planned, *ended):
        # A run came into the sample as it was asked for first.
        first = runs.get(run["run_id"], run)
        runs[run["run_id"]] = run | {SEQUENTIAL: bool(first.get(SEQUENTIAL))}
    _write_json(layout.plan, list(runs.values()))
    write_bytes(layout.suite, text.encode())


def _earlier(layout: Layout, *, fresh: bool) -> dict[str, Any]:
    """The environments of the results that are there."""
    found: dict[str, Any] = {} if fresh or not layout.is_results() else environment(layout)["provenance"]
    return found


def _by_fingerprint(provenance: Provenance) -> dict[str, Any]:
    return {provenance.fingerprint: to_json(provenance)}


def _write_json(path: Path, content: Any) -> None:
    write_bytes(path, (json.dumps(content, indent=1) + "\n").encode())


def _tables(table: Table, pieces: Iterable[Columns]) -> Iterator[pa.Table]:
    """Those with columns; if there are none, one without rows."""
    filled = (columns for columns in pieces if columns)
    for columns in itertools.chain([next(filled, {})], filled):
        yield from_columns(table, columns)


def _tagged(rows: Iterable[Row], population: str) -> list[Row]:
    return [{**row, "population": population} for row in rows]
