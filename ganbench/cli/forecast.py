"""What `ganbench run --dry-run` says: what there is to do, and what it will take."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from ganbench.cli.output import aligned, echo_json

if TYPE_CHECKING:
    from ganbench.execute.job import Job


def show_forecast(job: Job, form: str) -> None:
    """Print cells, runs and populations that are missing, and estimates of time, memory and disk."""
    facts = forecast(job)
    if form == "json":
        echo_json(facts)
        return
    cells = [(name, str(count)) for name, count in facts["cells"].items()]
    click.echo("\n".join(aligned([("cell", "runs"), *cells], right=[1])))
    click.echo(
        f"\n{_counted(facts['runs'], 'run')} of {_counted(len(cells), 'cell')}, {facts['finished']} finished; the rest in "
        f"{_counted(facts['populations'], 'population')}, {facts['workers']} at a time on {facts['device']}\n"
        f"about {_duration(facts['seconds'])} (measured on a few steps of each), "
        f"{facts['memory_bytes'] / 1e9:.1f} GB of memory, {facts['disk_bytes'] / 1e6:,.0f} MB on disk; "
        f"to {job.out}"
    )


def forecast(job: Job) -> dict[str, Any]:
    """The same as data; bytes and seconds."""
    from ganbench.execute.calibrate import seconds_of
    from ganbench.execute.estimate import disk_per_replica
    from ganbench.execute.rehearsal import rehearse
    from ganbench.suite.schema import Setting

    runs = job.runs()
    missing = job.missing(runs)
    plan = job.plan(missing)
    rehearse(missing, plan.device)
    settings = {run.cell.id: Setting.model_validate(run.cell.content) for run in missing}
    return {
        "suite": job.identity,
        "cells": Counter(run.cell.name for run in runs),
        "runs": len(runs),
        "finished": len(runs) - len(missing),
        "populations": len(plan.populations),
        "replicas": [len(population.runs) for population in plan.populations],
        "device": plan.device,
        "workers": plan.workers,
        "seconds": round(seconds_of(plan), 1),
        "memory_bytes": plan.memory,
        "disk_bytes": sum(disk_per_replica(settings[run.cell.id]) for run in missing),
        "out": str(job.out),
    }


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
