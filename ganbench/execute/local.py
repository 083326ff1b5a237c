"""Run a suite on this machine: expand, skip what is done, train the rest, merge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ganbench.environment import describe
from ganbench.errors import InputError, Interrupted
from ganbench.execute.keeper import in_progress
from ganbench.execute.plan import Plan, device_of, plan
from ganbench.execute.pool import Pool
from ganbench.execute.stop import stopping
from ganbench.execute.task import CHECKPOINT_EVERY, Advanced, Finished, Paused, Report, Stopping, Task
from ganbench.execute.worker import execute
from ganbench.records import Outcome, Population, Provenance, Run
from ganbench.store.atomic import storing
from ganbench.store.layout import Layout
from ganbench.store.snapshot import plan as planned_runs
from ganbench.store.tables import Damaged
from ganbench.store.writer import Results, open_results
from ganbench.suite.expand import expand
from ganbench.suite.suite import Suite


class Progress(Protocol):
    """Who is told how far it is; `ganbench.cli.progress` shows it."""

    def started(self, plan: Sequence[Population], /) -> None: ...

    def advanced(
        self,
        population: str,
        /,
        *,
        done: int,
        total: int,
        replicas: int,
        healthy_by_cell: Mapping[str, tuple[int, int]],
    ) -> None: ...

    def finished(self, population: str, /, *, seconds: float, outcomes: Mapping[str, Outcome]) -> None: ...

    def stopping(self) -> None: ...

    def told(self, text: str, /) -> None: ...

    def closed(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked for. workers and replicas: None lets the machine decide.

    checkpoint_every: seconds. command: what a user types to go on after an interruption.
    """

    suite: Suite
    out: Path
    tier: str = "standard"
    seeds: Sequence[int] | None = None
    only: Sequence[str] = ()
    device: str = "auto"
    workers: int | None = None
    replicas: int | None = None
    fresh: bool = False
    checkpoint_every: float = CHECKPOINT_EVERY
    command: str = ""

    @property
    def identity(self) -> str:
        """What a results folder holds: suite, tier and overrides, in words."""
        parts = [self.suite.version, f"tier {self.tier}", *(f"--set {a}" for a in self.suite.assignments)]
        return ", ".join(parts)

    def runs(self) -> list[Run]:
        return expand(self.suite, tier=self.tier, seeds=self.seeds, only=self.only)

    def missing(self, runs: Sequence[Run]) -> list[Run]:
        """Of these runs, those that the results folder does not hold yet."""
        layout = Layout(self.out)
        if self.fresh or not layout.is_results():
            return list(runs)
        finished = Results(layout).finished()
        return [run for run in runs if run.id not in finished]

    def plan(self, runs: Sequence[Run], begun: Sequence[Population] = ()) -> Plan:
        """How `runs` are trained; populations that were `begun` go on as they are."""
        return plan(runs, begun, device=device_of(self.device), workers=self.workers, replicas=self.replicas)


def run_job(job: Job, progress: Progress) -> list[Run]:
    """Train what is missing in `job.out`; all runs that were asked for.

    Raises what `open_results` raises, DeviceError, StorageError, CrashedRuns for a worker that died, and
    Interrupted for Ctrl-C; populations that had finished are kept.
    """
    runs = job.runs()
    device = device_of(job.device)
    _foresee(job, runs)  # what does not fit is refused before anything is written or deleted
    _refuse_changed(job, runs)
    provenance = describe(device, 1)
    with open_results(
        job.out,
        suite_text=job.suite.text,
        suite_identity=job.identity,
        provenance=provenance,
        planned=[{"run_id": run.id, "cell": run.cell.name, "seed": run.seed} for run in runs],
        fresh=job.fresh,
        tell=progress.told,
    ) as results:
        finished = results.finished()
        missing = [run for run in runs if run.id not in finished]
        if missing:
            try:
                _train(job, missing, results=results, provenance=provenance, progress=progress)
            except (KeyboardInterrupt, Paused):
                raise _interrupted(job, runs, results.finished()) from None
    return runs


def _foresee(job: Job, runs: Sequence[Run]) -> None:
    """Raises what `Job.missing` and `Job.plan` raise, and StorageError for a closed folder; writes nothing."""
    with storing(job.out):
        try:
            missing = job.missing(runs)
            begun = [] if job.fresh else in_progress(Layout(job.out), missing)
        except Damaged:  # to be set aside once the folder is locked, and told then
            missing, begun = list(runs), []
    if missing:
        job.plan(missing, begun)


def _refuse_changed(job: Job, runs: Sequence[Run]) -> None:
    """One name must not stand for two cells in one folder: raises InputError where the suite has changed."""
    layout = Layout(job.out)
    if job.fresh or not layout.is_results():
        return
    try:
        planned = planned_runs(layout)
    except Damaged:
        return  # set aside, and told, once the folder is locked
    cells = {run.cell.name: run.cell.id for run in runs}
    for entry in planned:
        held = str(entry["run_id"]).rpartition("-")[0]
        if cells.get(entry["cell"], held) != held:
            raise InputError(
                f"holds runs of cell '{entry['cell']}' with other content: the suite has changed since",
                where=str(job.out),
                hint="choose another --out, or delete these results with --fresh; a changed suite wants a new version",
            )


def _interrupted(job: Job, runs: Sequence[Run], finished: Set[str]) -> Interrupted:
    kept = sum(run.id in finished for run in runs)
    return Interrupted(
        f"interrupted; {kept} of {len(runs)} runs have finished and are kept",
        where=str(job.out),
        hint=f"go on with: {job.command}" if job.command else "the same job without fresh goes on",
    )


def _train(
    job: Job, missing: Sequence[Run], *, results: Results, provenance: Provenance, progress: Progress
) -> None:
    planned = job.plan(missing, in_progress(results.layout, missing))
    suite = job.suite
    tasks = [
        Task(p, suite.name, suite.version, job.tier, results, provenance, job.checkpoint_every)
        for p in planned.populations
    ]
    progress.started(planned.populations)

    def on(message: Advanced | Finished) -> None:
        if isinstance(message, Finished):
            progress.finished(message.population, seconds=message.seconds, outcomes=message.outcomes)
            return
        progress.advanced(
            message.population,
            done=message.done,
            total=message.total,
            replicas=message.replicas,
            healthy_by_cell=message.health,
        )

    try:
        with stopping(progress.stopping) as stop:
            if planned.workers > 1:
                Pool(planned.workers).run(tasks, on, stop)
            else:
                _here(tasks, on, stop, threads=planned.threads)
            if stop.asked:
                raise Paused
    finally:
        progress.closed()
        results.merge()


def _here(tasks: Sequence[Task], on: Report, stop: Stopping, *, threads: int) -> None:
    from ganbench.execute.host import prepared

    with prepared(threads):
        for task in tasks:
            if not stop():
                execute(task, on, stop)
