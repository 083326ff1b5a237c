"""`ganbench status`: what is done, running, failed and missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click

from ganbench.cli.output import aligned, echo_json, format_option

STATES: Final = ("healthy", "failed", "crashed", "missing")


@click.command()
@click.argument("results", type=click.Path(path_type=Path))
@format_option
def status(results: Path, form: str) -> None:
    """Say what is done, running, failed and missing in the folder RESULTS."""
    facts = inspect(results)
    if form == "json":
        echo_json(facts)
    else:
        click.echo("\n".join(_lines(facts)))


def inspect(path: Path) -> dict[str, Any]:
    """The facts: suite, who writes now (or None), runs by state, cells by state in the order of the suite.

    Raises InputError for a path that is no results folder.
    """
    from dataclasses import asdict

    from ganbench.store.layout import Layout
    from ganbench.store.lock import holder
    from ganbench.store.snapshot import environment, opened

    layout = opened(Layout(path))
    writer = holder(layout)
    cells = _cells(layout)
    return {
        "results": str(path),
        "suite": environment(layout)["suite"],
        "running": asdict(writer) if writer else None,
        "runs": {state: sum(cell[state] for cell in cells.values()) for state in ("planned", *STATES)},
        "cells": [{"cell": name, **counts} for name, counts in cells.items()],
    }


def _cells(layout: Any) -> dict[str, dict[str, int]]:
    """The planned runs, and any other that has ended, by cell and state."""
    from ganbench.store.snapshot import plan, snapshot

    planned = {run["run_id"]: run["cell"] for run in plan(layout)}
    ended = snapshot(layout).runs.select(["run_id", "cell", "status"]).to_pylist()
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
    yield f"suite    {facts['suite']}"
    yield f"running  {_running(facts['running'])}"
    yield f"runs     {runs['planned']} planned: {summary}"
    if facts["cells"]:
        yield ""
        head = ("cell", "planned", *STATES)
        rows = [tuple(str(cell[key]) for key in head) for cell in facts["cells"]]
        yield from aligned([head, *rows], right=range(1, len(head)))
    if (runs["missing"] or runs["crashed"]) and not facts["running"]:
        yield "\nRun the same command again: it does what is missing or crashed, and nothing else."


def _running(writer: Mapping[str, Any] | None) -> str:
    from ganbench.store.lock import Holder

    return str(Holder(**writer)) if writer else "no"
