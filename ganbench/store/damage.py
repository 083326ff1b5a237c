"""What is damaged or missing in a results folder, and what of it can be read. Nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Set
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ganbench.errors import InputError
from ganbench.store.keepsakes import (
    WITHOUT_CHECKPOINT,
    WITHOUT_GRID,
    WITHOUT_PLANE,
    check_checkpoint,
    check_grid,
    check_plane,
    missing_checkpoints,
    missing_grids,
    missing_planes,
)
from ganbench.store.layout import Layout
from ganbench.store.mark import check_journal, marked
from ganbench.store.progress import members
from ganbench.store.snapshot import Snapshot, environment, latest, merged_findings, part_of, plan
from ganbench.store.tables import AGAIN, Damaged, from_rows, read, run_ids
from ganbench.store.zipped import check

if TYPE_CHECKING:
    import pyarrow as pa

_T = TypeVar("_T")

RUNS_AGAIN: Final = "its runs are computed again"
_ANEW: Final = "it is written anew"
_EXPLAINED: Final = "findings are made again from the traces"
_RESTART: Final = "its population starts again from the first step"


@dataclass(frozen=True, slots=True)
class Damage:
    """One file or part that is not as it was written. `error` says where, what, and what to do.

    means: what follows once it has been set aside; empty where nothing can be set aside.
    """

    path: Path
    error: InputError
    means: str = RUNS_AGAIN

    @property
    def mendable(self) -> bool:
        """Whether running the suite again makes it good; else it is to be refused."""
        return isinstance(self.error, Damaged)


@dataclass(frozen=True, slots=True)
class Examination:
    """suite: None if environment.json does not say. provenance: what it says of each environment, by fingerprint.

    planned, held: as far as they can be read.
    """

    suite: str | None
    provenance: dict[str, Any]
    planned: list[dict[str, Any]]
    held: Snapshot
    damages: tuple[Damage, ...]


def examine(layout: Layout, asked: Collection[str] = ()) -> Examination:
    """Read everything once. `asked`: ids of runs that belong here although no plan names them yet.

    Safe while a writer is at work. Raises nothing for damage, a newer schema or files of another suite:
    they are listed.
    """
    return _Examiner(layout, asked).examine()


def complete(layout: Layout, held: Snapshot) -> set[str]:
    """The runs that ended healthy or failed and left evaluations and traces: nothing of them is missing."""
    judged = set(held.evaluations["run_id"].to_pylist())
    traced = {p for p in held.populations() if all(map(Path.exists, layout.traces_of(p).values()))}
    return {run for p, runs in held.populations().items() if p in traced for run in runs if run in judged}


def _lasting(held: Snapshot) -> set[str]:
    """The runs that did not diverge at their first step."""
    columns = held.runs.column_names
    diverged = (
        held.runs["diverged_at"].to_pylist() if "diverged_at" in columns else [None] * held.runs.num_rows
    )
    return {run for run, at in zip(held.runs["run_id"].to_pylist(), diverged, strict=True) if at != 0}


class _Examiner:
    def __init__(self, layout: Layout, asked: Collection[str]) -> None:
        self.layout = layout
        self.asked = set(asked)
        self.known: set[str] = set()
        self.damages: list[Damage] = []

    def examine(self) -> Examination:
        layout = self.layout
        said = self.attempt(layout.environment, partial(environment, layout), dict[str, Any](), means=_ANEW)
        # The parts before the top tables, as `snapshot` has it, and after both the plan, which only grows.
        parts, top = self.parts(), self.top()
        planned = self.attempt(layout.plan, partial(plan, layout), list[dict[str, Any]](), means=_ANEW)
        self.known = {run["run_id"] for run in planned} | self.asked if planned else set()
        held = latest([top, *parts.values()])
        self.check_plan(planned, held)
        self.check_whose(layout.runs, top.runs)
        self.check_whose(layout.evaluations, top.evaluations)
        self.check_whose(layout.findings, top.findings)
        for path, part in parts.items():
            self.check_whose(path, part.runs, part.evaluations, part.findings)
        self.check_evaluations(held)
        lasting = _lasting(held)
        for population, runs in held.populations().items():
            self.check_traces(population, runs, lasting=lasting)
        self.check_checkpoints()
        self.check_keepsakes(held)
        provenance = said.get("provenance", {})
        return Examination(said.get("suite"), provenance, planned, held, tuple(self.damages))

    def attempt(self, path: Path, look: Callable[[], _T], instead: _T, *, means: str = RUNS_AGAIN) -> _T:
        """What `look` finds; where it cannot, `path` is listed."""
        try:
            return look()
        except FileNotFoundError:
            self.damages.append(Damage(path, Damaged("missing", where=str(path), hint=AGAIN), means))
        except InputError as error:
            self.damages.append(Damage(path, error, means))
        return instead

    def parts(self) -> dict[Path, Snapshot]:
        found = {}
        for population in self.layout.committed():
            part, before = self.layout.part(population), len(self.damages)
            one = self.attempt(part.root, partial(part_of, part), None)
            if not part.root.exists():  # merged just now: its rows are in the top tables
                del self.damages[before:]
            elif one is not None:
                found[part.root] = one
        return found

    def top(self) -> Snapshot:
        """Runs before the others, as `snapshot` has it."""
        runs, judged, explained = self.layout.runs, self.layout.evaluations, self.layout.findings
        return Snapshot(
            self.attempt(runs, partial(read, "runs", runs), from_rows("runs", [])),
            self.attempt(judged, partial(read, "evaluations", judged), from_rows("evaluations", [])),
            self.attempt(
                explained, partial(merged_findings, self.layout), from_rows("findings", []), means=_EXPLAINED
            ),
        )

    def check_whose(self, path: Path, *tables: pa.Table) -> None:
        self.refuse_strangers(path, {run for table in tables for run in table["run_id"].to_pylist()})

    def refuse_strangers(self, path: Path, runs: Iterable[str]) -> bool:
        """Whether there are runs that no plan names; without a plan nobody is a stranger."""
        strangers = sorted(set(runs) - self.known) if self.known else []
        if strangers:
            what = f"of another suite: this folder's plan has no run {strangers[0]}"
            more = f", and {len(strangers) - 1} more" if len(strangers) > 1 else ""
            hint = "move it out of this folder, or choose another folder with --out"
            self.damages.append(Damage(path, InputError(what + more, where=str(path), hint=hint), ""))
        return bool(strangers)

    def check_plan(self, planned: Collection[Any], held: Snapshot) -> None:
        path = self.layout.plan
        if not planned and held.runs.num_rows and all(damage.path != path for damage in self.damages):
            hint = "run the suite again: that writes it anew and keeps the results"
            error = Damaged("missing: the runs that were asked for", where=str(path), hint=hint)
            self.damages.append(Damage(path, error, _ANEW))

    def check_evaluations(self, held: Snapshot) -> None:
        path, judged = self.layout.evaluations, set(held.evaluations["run_id"].to_pylist())
        without = sum(run not in judged for runs in held.populations().values() for run in runs)
        if without and all(damage.path != path for damage in self.damages):
            what = f"missing: the evaluations of {without} finished {'run' if without == 1 else 'runs'}"
            again = "run the suite again: that computes these runs again"
            self.damages.append(Damage(path, Damaged(what, where=str(path), hint=again), ""))

    def check_traces(self, population: str, runs: Set[str], *, lasting: Set[str]) -> None:
        """`lasting`: the runs that cannot be without windows."""
        for table, path in self.layout.traces_of(population).items():
            found = self.attempt(path, partial(run_ids, table, path), None)
            if found is None:
                continue
            expected = found or (table == "windows" and runs & lasting)
            if not self.refuse_strangers(path, found) and expected and found.isdisjoint(runs):
                error = Damaged("holds none of the runs of its population", where=str(path), hint=AGAIN)
                self.damages.append(Damage(path, error))

    def check_checkpoints(self) -> None:
        layout = self.layout
        for path in sorted(layout.work.glob("*/checkpoint.pt")):
            self.attempt_if_there(path, partial(check, path), _RESTART)
            self.check_journal(path.parent.name)
        for path in sorted(layout.work.glob("*/runs.json")):
            self.attempt_if_there(path, partial(members, layout, path.parent.name), _RESTART)

    def check_keepsakes(self, held: Snapshot) -> None:
        layout = self.layout
        for path in sorted(layout.checkpoints.glob("*/*.pt")):
            self.attempt_if_there(path, partial(check_checkpoint, path), WITHOUT_CHECKPOINT)
        for path in sorted(layout.samples.rglob("*.png")):
            self.attempt_if_there(path, partial(check_grid, path), WITHOUT_GRID)
        for path in sorted(layout.traces.glob(layout.plane("*").name)):
            whose = self.attempt(path, partial(check_plane, path), set[str](), means=WITHOUT_PLANE)
            self.refuse_strangers(path, whose)
        for look in (missing_checkpoints, missing_grids, missing_planes):
            if (gone := look(layout, held.runs)) is not None:
                self.damages.append(Damage(Path(gone.where), gone, gone.hint))

    def check_journal(self, population: str) -> None:
        """The journal and its mark, as long as a checkpoint counts on them."""
        layout, before = self.layout, len(self.damages)
        if self.attempt(layout.mark(population), partial(marked, layout, population), None, means=_ANEW):
            look = partial(check_journal, layout, population)
            self.attempt(layout.journal(population), look, None, means=_RESTART)
        if not layout.checkpoint(population).exists():
            del self.damages[before:]

    def attempt_if_there(self, path: Path, look: Callable[[], object], means: str) -> None:
        """A population in progress may end meanwhile."""
        before = len(self.damages)
        self.attempt(path, look, None, means=means)
        if not path.exists():
            del self.damages[before:]
