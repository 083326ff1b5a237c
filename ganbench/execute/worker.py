"""Train one population, whatever becomes of it: done, crashed, out of memory, or asked to stop."""

from __future__ import annotations

import traceback
from dataclasses import replace
from typing import Final

from ganbench.errors import GanbenchError
from ganbench.execute.course import Course
from ganbench.execute.rows import common_row
from ganbench.execute.task import Finished, Paused, Report, Stopping, Task, never
from ganbench.records import Outcome, Population

# What torch says on a CPU, in a plain RuntimeError: on Linux and macOS, and on Windows.
_NO_MEMORY: Final = ("DefaultCPUAllocator: can't allocate memory", "DefaultCPUAllocator: not enough memory")


def execute(task: Task, report: Report, stopping: Stopping = never) -> None:
    """Train, measure, commit. What training raises is recorded as the result of these runs.

    Out of memory halves the population and goes on. Raises GanbenchError: a full disk, or data that are
    not there, is not the fault of the runs; and Paused once `stopping` says so and a checkpoint is written.
    """
    if not _attempt(task, report, stopping):
        # Only now is the traceback gone, and with it the memory of the attempt.
        for half in _halves(task.population):
            execute(replace(task, population=half), report, stopping)


def _attempt(task: Task, report: Report, stopping: Stopping) -> bool:
    """False where memory did not suffice for so many replicas; then nothing is recorded."""
    try:
        Course(task, report, stopping).run()
    except (GanbenchError, Paused):
        raise
    except Exception as error:
        if _is_out_of_memory(error) and len(task.population.runs) > 1:
            return False
        _record_crash(task, report)
    return True


def _is_out_of_memory(error: Exception) -> bool:
    import torch

    known = isinstance(error, torch.OutOfMemoryError | MemoryError)
    return known or (isinstance(error, RuntimeError) and any(text in str(error) for text in _NO_MEMORY))


def _halves(population: Population) -> tuple[Population, Population]:
    middle = len(population.runs) // 2
    first, second = population.runs[:middle], population.runs[middle:]
    return Population(first, f"{population.id}a"), Population(second, f"{population.id}b")


def _record_crash(task: Task, report: Report) -> None:
    message = traceback.format_exc()
    crashed = Outcome("crashed")
    unknown = {"strategy": "", "samples_seen": 0, "gradient_evaluations": 0, "message": message}
    rows = [common_row(task, run, crashed, seconds=0.0) | unknown for run in task.population.runs]
    task.results.commit(task.population.id, runs=rows)
    outcomes = {run.id: crashed for run in task.population.runs}
    report(Finished(task.population.id, 0.0, outcomes))
