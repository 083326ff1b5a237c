"""`ganbench status`: what is done, running, failed, missing and damaged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ganbench.cli.output import aligned, echo_json, format_option

if TYPE_CHECKING:
    from ganbench.errors import InputError
    from ganbench.store.damage import Examination

STATES: Final = ("healthy", "failed", "crashed", "missing")


@click.command()
@click.argument("results", type=click.Path(path_type=Path))
@format_option
def status(results: Path, form: str) -> None:
    """Say what is done, running, failed, missing and damaged in the folder RESULTS."""
    facts = inspect(results)
    if form == "json":
        echo_json(facts)
    else:
        click.echo("\n".join(_lines(facts)))


def inspect(path: Path) -> dict[str, Any]:
    """The facts: suite, who writes now (or None), runs by state, cells by state in the order of the suite.

    `damaged` lists the files that are not as they were written, each with what is wrong and what to do;
    the runs are then those that can be read. Raises InputError for a path that is no results folder.
    """
    from dataclasses import asdict

    from ganbench.store.damage import examine
    from ganbench.store.layout import Layout
    from ganbench.store.lock import holder
    from ganbench.store.snapshot import is_there

    layout = Layout(path)
    is_there(layout)
    writer = holder(layout)
    found = examine(layout)
    cells = _cells(found)
    return {
        "results": str(path),
        "suite": found.suite,
        "running": asdict(writer) if writer else None,
        "runs": {state: sum(cell[state] for cell in cells.values()) for state in ("planned", *STATES)},
        "cells": [{"cell": name, **counts} for name, counts in cells.items()],
        "damaged": [_damage(damage.error, path) for damage in found.damages],
    }


def _damage(error: InputError, root: Path) -> dict[str, str]:
    name = Path(error.where).relative_to(root)
    return {"file": name.as_posix(), "what": error.what, "do": error.hint}


def _cells(found: Examination) -> dict[str, dict[str, int]]:
    """The planned runs, and any other that has ended, by cell and state."""
    planned = {run["run_id"]: run["cell"] for run in found.planned}
    ended = found.held.runs.select(["run_id", "cell", "status"]).to_pylist()
    state = {run["run_id"]: run["status"] for run in ended}
    cells: dict[str, dict[str, int]] = {}
    for run, cell in (planned | {run["run_id"]: run["cell"] for run in ended}).items():
        counts = cells.setdefault(cell, dict.fromkeys(("planned", *STATES), 0))
        counts["planned"] += 1
        counts[state.get(run, "missing")] += 1
    return cells


def _lines(facts: Mapping[str, Any]) -> Iterator[str]:
    runs = facts["runs"]
    summary = ", ".join(f"{runs[state]} {state}" for state in STATES)
    yield f"results  {facts['results']}"
    yield f"suite    {facts['suite'] or 'unknown'}"
    yield f"running  {_running(facts['running'])}"
    yield f"runs     {runs['planned']} planned: {summary}"
    if facts["cells"]:
        yield ""
        head = ("cell", "planned", *STATES)
        rows = [tuple(str(cell[key]) for key in head) for cell in facts["cells"]]
        yield from aligned([head, *rows], right=range(1, len(head)))
    for damage in facts["damaged"]:
        yield f"\ndamaged  {damage['file']}: {damage['what']}\n  {damage['do']}"
    if (runs["missing"] or runs["crashed"]) and not facts["running"]:
        yield "\nRun the same command again: it does what is missing or crashed, and nothing else."


def _running(writer: Mapping[str, Any] | None) -> str:
    from ganbench.store.lock import Holder

    return str(Holder(**writer)) if writer else "no"
