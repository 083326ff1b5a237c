"""Train one population, whatever becomes of it: done, raised, out of memory, or asked to stop.

A population that raises is taken apart, so that only runs that raise are lost. Of its runs, `WITNESSES` are
tried alone first: where all of them raise the same at the same step, it is no matter of one run, and the
rest is recorded without being tried. Else the rest is halved, and the halves that raise again, until the
runs that raise are alone. Every piece starts from step 0, so a run of R is begun at most 2 + log2 R times.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ganbench.errors import DeviceError, GanbenchError, InputError, PluginError, StorageError
from ganbench.execute.course import Course
from ganbench.execute.raised import Raised, raised
from ganbench.execute.rows import common_row
from ganbench.execute.task import Advanced, Finished, Message, Paused, Report, Stopping, Task, Told, never
from ganbench.records import Outcome, Run
from ganbench.suite.populations import population

WITNESSES: Final = 3
NO_FAULT_OF_RUNS: Final = (StorageError, InputError, DeviceError, Paused)


class _Unheard(BaseException):  # no Exception: it must come through whatever catches those
    """What was reported to raised; that is its cause."""


def execute(task: Task, report: Report, stopping: Stopping = never) -> None:
    """Train, measure, commit. Runs that raise are recorded with their traceback; the others go on.

    Out of memory halves the population and goes on. Raises what is not the fault of the runs: StorageError,
    InputError for data that are not there, DeviceError, UsageError for what cannot be built, whatever `report`
    raises; and Paused once `stopping` says so and a checkpoint is written.
    """
    found = _settle(task, report, stopping)
    if found is None or _is_alone(task):
        return
    if not found.out_of_memory:
        _take_apart(task, found, report, stopping)
        return
    for half in _halves(task):
        execute(half, report, stopping)


def _settle(task: Task, report: Report, stopping: Stopping) -> Raised | None:
    """Train to the end. What raised instead, if anything did: of a single run it is recorded, else nothing is left."""
    found = _tried(task, report, stopping)
    if found is not None:
        gc.collect()  # the attempt refers to itself: only now its memory is free
        runs = task.population.runs
        task.results.forget(task.population.id)
        report(Advanced(task.population.id, 0, runs[0].cell.content["steps"], len(runs), {}))
        if _is_alone(task):
            report(Told(f"{runs[0].cell.name} with seed {runs[0].seed} crashed: {found.last_words}"))
            _record_crash(task, found.traceback, report)
    return found


def _tried(task: Task, report: Report, stopping: Stopping) -> Raised | None:
    course, unheard = None, None
    try:
        course = Course(task, _through(report), stopping)
        course.run()
    except _Unheard as error:
        unheard = error.__cause__
    except NO_FAULT_OF_RUNS:
        raise
    except (Exception, SystemExit) as error:  # code of the user's may call sys.exit
        if course is None and isinstance(error, GanbenchError) and not isinstance(error, PluginError):
            raise
        return raised(error, course.training.step if course else 0)
    if unheard is not None:
        raise unheard
    return None


def _through(report: Report) -> Report:
    """What `report` raises is not the fault of the runs, and told from it."""

    def tell(message: Message) -> None:
        try:
            report(message)
        except Exception as error:
            raise _Unheard from error

    return tell


def _take_apart(task: Task, found: Raised, report: Report, stopping: Stopping) -> None:
    """Find the runs that raise; the others are trained."""
    runs = list(task.population.runs)
    report(
        Told(f"{len(runs)} runs raised {found.last_words}; they are trained apart, to find which of them do")
    )
    for witness in _witnesses(runs):
        runs.remove(witness)
        alone = _settle(_of(task, [witness]), report, stopping)
        if alone is None or not alone.is_like(found):
            for half in _halves(_of(task, runs)):
                _narrow(half, report, stopping)
            return
    if runs:
        _condemn(_of(task, runs), found, report)


def _witnesses(runs: Sequence[Run]) -> list[Run]:
    """Spread evenly, both ends among them."""
    last, gaps = len(runs) - 1, WITNESSES - 1
    return [runs[index] for index in sorted({round(last * n / gaps) for n in range(WITNESSES)})]


def _narrow(task: Task, report: Report, stopping: Stopping) -> None:
    """Train, and halve what raises until it is alone."""
    if _settle(task, report, stopping) is not None and not _is_alone(task):
        for half in _halves(task):
            _narrow(half, report, stopping)


def _is_alone(task: Task) -> bool:
    return len(task.population.runs) == 1


def _halves(task: Task) -> list[Task]:
    """One of them where there is one run, none where there is none."""
    runs = task.population.runs
    middle = len(runs) // 2
    return [_of(task, half) for half in (runs[:middle], runs[middle:]) if half]


def _of(task: Task, runs: Sequence[Run]) -> Task:
    return replace(task, population=population(runs))


def _condemn(task: Task, found: Raised, report: Report) -> None:
    """Record runs as crashed that were not tried alone."""
    alike = f"{WITNESSES} of the runs trained together raised the same alone"
    report(
        Told(f"{len(task.population.runs)} more crashed: {alike}, so these were not tried; --replicas 1 does")
    )
    _record_crash(task, f"Not tried alone: {alike}.\n{found.traceback}", report)


def _record_crash(task: Task, message: str, report: Report) -> None:
    crashed = Outcome("crashed")
    unknown = {"strategy": "", "samples_seen": 0, "gradient_evaluations": 0, "message": message}
    rows = [common_row(task, run, crashed, seconds=0.0) | unknown for run in task.population.runs]
    task.results.commit(task.population.id, runs=rows)
    outcomes = {run.id: crashed for run in task.population.runs}
    report(Finished(task.population.id, 0.0, outcomes))
