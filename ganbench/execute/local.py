"""Run a suite on this machine: expand, skip what is done, train the rest, merge."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from ganbench.environment import describe
from ganbench.errors import InputError, Interrupted
from ganbench.execute.afterwards import explain_ended
from ganbench.execute.fit import fitted
from ganbench.execute.gpu import GpuMemory
from ganbench.execute.job import Job
from ganbench.execute.plan import Plan, device_of
from ganbench.execute.pool import Pool
from ganbench.execute.progress import Progress, telling
from ganbench.execute.rehearsal import rehearse
from ganbench.execute.stop import stopping
from ganbench.execute.task import Paused, Report, Stopping, Task
from ganbench.execute.worker import execute
from ganbench.plugins import Plug
from ganbench.records import Population, Provenance, Run
from ganbench.store.atomic import storing
from ganbench.store.code import keep_code
from ganbench.store.environments import differences, names
from ganbench.store.layout import Layout
from ganbench.store.snapshot import environment
from ganbench.store.snapshot import plan as planned_runs
from ganbench.store.tables import Damaged
from ganbench.store.writer import Results, open_results


def run_job(job: Job, progress: Progress) -> list[Run]:
    """Train what is missing in `job.out`; all runs that were asked for.

    Raises what `open_results` raises, DeviceError, StorageError, CrashedRuns for a worker that died, and
    Interrupted for Ctrl-C; populations that had finished are kept.
    """
    runs = job.runs()
    device = device_of(job.device)
    _foresee(job, runs)  # what does not fit is refused before anything is written or deleted
    _refuse_changed(job, runs)
    provenance = _with_graphs(_with_plugins(describe(device, 1), job.suite.plugins.plugs), graphs=job.graphs)
    with open_results(
        job.out,
        suite_text=job.suite.text,
        suite_identity=job.identity,
        provenance=provenance,
        planned=[job.planned(run) for run in runs],
        fresh=job.fresh,
        tell=progress.told,
    ) as results:
        for plug in job.suite.plugins.plugs:
            keep_code(results.layout, plug.code)
        explain_ended(results, progress.told)
        held = results.fingerprints()
        missing = [run for run in runs if run.id not in held]
        asked = [held[run.id] for run in runs if run.id in held]
        _tell_apart(results.layout, asked, here=provenance.fingerprint, progress=progress)
        if missing:
            try:
                begun = replace(job, fresh=False).begun(runs, missing)
                _train(job, missing, begun, results=results, provenance=provenance, progress=progress)
            except (KeyboardInterrupt, Paused):
                finished = results.finished()
                if any(run.id not in finished for run in runs):  # else it came when all was done
                    raise _interrupted(job, runs, finished) from None
    return runs


def _with_plugins(provenance: Provenance, plugs: Sequence[Plug]) -> Provenance:
    """The record with the content of the user's code, by name; which runs used it, their cells say."""
    if not plugs:
        return provenance
    return replace(
        provenance, notes={**provenance.notes, "plugins": {p.code.name: p.code.digest for p in plugs}}
    )


def _with_graphs(provenance: Provenance, *, graphs: bool) -> Provenance:
    """The record with what was asked for on a CUDA device; what became of it, runs say by `strategy`."""
    if provenance.device == "cpu":
        return provenance
    said = "where a first chunk equals its calls bit for bit" if graphs else "off"
    return replace(provenance, notes={**provenance.notes, "graphs": said})


def _foresee(job: Job, runs: Sequence[Run]) -> None:
    """Raises what `Job.missing`, `Job.plan` and `rehearse` raise, and StorageError for a closed folder; writes nothing."""
    with storing(job.out):
        try:
            missing = job.missing(runs)
            begun = job.begun(runs, missing)
        except Damaged:  # to be set aside once the folder is locked, and told then
            missing, begun = list(runs), []
    if missing:
        job.plan(missing, begun)
        rehearse([*missing, *_taken_along(begun, missing)], device_of(job.device))


def _taken_along(begun: Sequence[Population], missing: Sequence[Run]) -> list[Run]:
    """The runs of populations in progress that are not among the missing."""
    wanted = {run.id for run in missing}
    return [run for population in begun for run in population.runs if run.id not in wanted]


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


def _tell_apart(layout: Layout, held: Sequence[str], *, here: str, progress: Progress) -> None:
    """Say how many of the runs that are there come from another environment than `here`; fingerprints."""
    apart = [fingerprint for fingerprint in held if fingerprint != here]
    if not apart:
        return
    named = names(differences(environment(layout)["provenance"], {*apart, here}))
    others = ", ".join(f"{apart.count(key)} with {name}" for key, name in named.items() if key != here)
    one = len(apart) == 1
    runs, are = (
        ("1 run is", "it is kept, and shares")
        if one
        else (f"{len(apart)} runs are", "they are kept, and share")
    )
    progress.told(
        f"{runs} there from another environment: {others}; here: {named[here]}\n"
        f"  {are} no rate with runs of this one; another --out, or --fresh, trains {'it' if one else 'them'} here"
    )


def _interrupted(job: Job, runs: Sequence[Run], finished: Set[str]) -> Interrupted:
    kept = sum(run.id in finished for run in runs)
    noun = "run" if len(runs) == 1 else "runs"
    have = "has finished and is kept" if kept == 1 else "have finished and are kept"
    return Interrupted(
        f"interrupted; {kept} of {len(runs)} {noun} {have}",
        where=str(job.out),
        hint=f"go on with: {job.command}" if job.command else "the same job without fresh goes on",
    )


def _train(
    job: Job,
    missing: Sequence[Run],
    begun: Sequence[Population],
    *,
    results: Results,
    provenance: Provenance,
    progress: Progress,
) -> None:
    if along := len(_taken_along(begun, missing)):
        runs = "1 run was" if along == 1 else f"{along} runs were"
        progress.told(f"{runs} not asked for and trained all the same, in a population that is in progress")
    planned = job.plan(missing, begun)
    populations = _fitted(job, planned, begun, progress)
    tasks = [_task(job, population, results, provenance) for population in populations]
    progress.started(populations)
    on = telling(progress)
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


def _task(job: Job, population: Population, results: Results, provenance: Provenance) -> Task:
    return Task(
        population,
        job.suite.name,
        job.suite.version,
        job.tier,
        results,
        provenance,
        job.checkpoint_every,
        job.suite.plugins.plugs,
        job.stop_failed,
        job.graphs,
    )


def _fitted(job: Job, planned: Plan, begun: Sequence[Population], progress: Progress) -> Sequence[Population]:
    """The populations of a plan, as large as the memory of a CUDA device allows; as planned where that was asked for."""
    if planned.device == "cpu" or job.replicas is not None:
        return planned.populations
    return fitted(
        planned.populations,
        GpuMemory(planned.device),
        device=planned.device,
        graphs=job.graphs,
        whole={population.id for population in begun},
        tell=progress.told,
    )


def _here(tasks: Sequence[Task], on: Report, stop: Stopping, *, threads: int) -> None:
    from ganbench.execute.host import prepared

    with prepared(threads):
        for task in tasks:
            if not stop():
                execute(task, on, stop)
