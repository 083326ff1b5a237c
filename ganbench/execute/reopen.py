"""A results folder as the job that made it: the suite that it keeps, its tier and its assignments."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ganbench.errors import InputError, UnknownName
from ganbench.execute.job import Job
from ganbench.plugins import Plugins
from ganbench.records import Cell
from ganbench.store.layout import Layout
from ganbench.store.snapshot import environment, opened
from ganbench.store.snapshot import plan as planned_runs
from ganbench.suite.expand import cells
from ganbench.suite.load import load

_TIER: Final = ", tier "
_SET: Final = ", --set "


def reopened(root: Path, *, plugins: Plugins) -> Job:
    """The job that more seeds can be asked of. plugins: the code that the suite may name.

    Raises InputError for what is no results folder, or one without its suite; SuiteError, PluginError and
    UsageError where the suite cannot be read any more.
    """
    layout = opened(Layout(root))
    if not layout.suite.is_file():
        raise InputError(
            "does not hold its suite", where=str(root), hint="the suite run again into this folder writes it"
        )
    tier, assignments = _typed(str(environment(layout)["suite"]))
    return Job(load(layout.suite, assignments, plugins=plugins), root, tier=tier)


def cell_named(job: Job, name: str) -> Cell:
    """A cell of the suite, trained or not.

    Raises UnknownName, and InputError where it is not what the runs in the folder were made with.
    """
    known = {cell.name: cell for cell in cells(job.suite, tier=job.tier)}
    if name not in known:
        raise UnknownName("cell", name, known)
    held = {_cell_id(run) for run in planned_runs(Layout(job.out)) if run["cell"] == name}
    if held - {known[name].id}:
        raise InputError(
            f"holds runs of cell '{name}' with other content: ganbench, or the suite, has changed since",
            where=str(job.out),
            hint="train both cells in a new folder with `ganbench run`",
        )
    return known[name]


def _typed(identity: str) -> tuple[str, tuple[str, ...]]:
    """Tier and assignments, of which `Job.identity` is made."""
    head, *assignments = identity.split(_SET)
    return head.partition(_TIER)[2], tuple(assignments)


def _cell_id(planned: dict[str, object]) -> str:
    return str(planned["run_id"]).rpartition("-")[0]
