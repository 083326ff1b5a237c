"""`ganbench status`: what is done, running, failed, missing and damaged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ganbench.cli.causes import HEAD, root_causes, short
from ganbench.cli.output import aligned, echo_json, format_option

if TYPE_CHECKING:
    from ganbench.errors import InputError
    from ganbench.store.damage import Examination

ENDED: Final = ("healthy", "failed", "crashed")
STATES: Final = (*ENDED, "missing")
STOPPED: Final = "stopped"  # no state: a failed run that was stopped


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

    `root_causes` counts the failed runs of a cell by what the detectors found; those without are not in it.
    `environments` counts ended runs once more, by environment: these share no rate. `differs` names the
    facts in which one differs from the others. `damaged` lists the files that are not as they were written,
    each with what is wrong and what to do; the runs are then those that can be read. Raises InputError for
    a path that is no results folder. `stopped` counts failed runs that --stop-failed ended.
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
    cells, causes = _cells(found), _causes(found.held.runs.to_pylist())
    return {
        "results": str(path),
        "suite": found.suite,
        "running": asdict(writer) if writer else None,
        "runs": {
            state: sum(cell[state] for cell in cells.values()) for state in ("planned", *STATES, STOPPED)
        },
        "cells": [
            {"cell": name, **counts, "root_causes": causes.get(name, {})} for name, counts in cells.items()
        ],
        "environments": _environments(found, list(cells)),
        "damaged": [_damage(damage.error, path) for damage in found.damages],
    }


def _damage(error: InputError, root: Path) -> dict[str, str]:
    name = Path(error.where).relative_to(root)
    return {"file": name.as_posix(), "what": error.what, "do": error.hint}


def _cells(found: Examination) -> dict[str, dict[str, int]]:
    """The planned runs, and any other that has ended, by cell and state."""
    planned = {run["run_id"]: run["cell"] for run in found.planned}
    ended = found.held.runs.select(["run_id", "cell", "status", "stopped_at"]).to_pylist()
    state = {run["run_id"]: run["status"] for run in ended}
    stopped = Counter(run["cell"] for run in ended if run["stopped_at"] is not None)
    cells: dict[str, dict[str, int]] = {}
    for run, cell in (planned | {run["run_id"]: run["cell"] for run in ended}).items():
        counts = cells.setdefault(cell, dict.fromkeys(("planned", *STATES), 0))
        counts["planned"] += 1
        counts[state.get(run, "missing")] += 1
    return {cell: counts | {STOPPED: stopped[cell]} for cell, counts in cells.items()}


def _environments(found: Examination, order: Iterable[str]) -> list[dict[str, Any]]:
    """One for each fingerprint, in the order in which they first wrote; its cells as in `order`."""
    from ganbench.store.environments import differences

    ended = found.held.runs.select(["fingerprint", "cell", "status", "root_cause"]).to_pylist()
    counts = Counter((run["fingerprint"], run["cell"], run["status"]) for run in ended)
    there = {(key, cell) for key, cell, _ in counts}
    differing = differences(found.provenance, {key for key, _ in there})
    listed = []
    for key, differs in differing.items():
        causes = _causes(run for run in ended if run["fingerprint"] == key)
        cells = [
            {
                "cell": cell,
                **{state: counts[key, cell, state] for state in ENDED},
                "root_causes": causes.get(cell, {}),
            }
            for cell in order
            if (key, cell) in there
        ]
        listed.append({"fingerprint": key, "differs": differs, "cells": cells})
    return listed


def _causes(ended: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Root causes of the failed runs of each cell that has some."""
    found: dict[str, list[str | None]] = {}
    for run in ended:
        if run["status"] == "failed":
            found.setdefault(run["cell"], []).append(run["root_cause"])
    return {cell: root_causes(causes) for cell, causes in found.items()}


def _lines(facts: Mapping[str, Any]) -> Iterator[str]:
    runs = facts["runs"]
    summary = ", ".join(f"{runs[state]} {state}" for state in STATES)
    yield f"results  {facts['results']}"
    yield f"suite    {facts['suite'] or 'unknown'}"
    yield f"running  {_running(facts['running'])}"
    yield f"runs     {runs['planned']} planned: {summary}"
    if stopped := runs[STOPPED]:
        yield f"stopped  {stopped} of the failed, once nothing could change that: they have no final metrics"
    apart = len(facts["environments"]) > 1
    if facts["cells"]:
        yield ""
        yield from _table(facts["cells"], ("planned", "missing") if apart else ("planned", *STATES))
    if apart:
        yield from _blocks(facts["environments"])
    for damage in facts["damaged"]:
        yield f"\ndamaged  {damage['file']}: {damage['what']}\n  {damage['do']}"
    if (runs["missing"] or runs["crashed"]) and not facts["running"]:
        yield "\nRun the same command again: it does what is missing or crashed, and nothing else."


def _blocks(environments: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What has ended in each of several environments."""
    from ganbench.store.environments import names

    named = names({one["fingerprint"]: one["differs"] for one in environments})
    for one in environments:
        yield f"\n{named[one['fingerprint']]}:"
        yield from _table(one["cells"], ENDED)


def _table(cells: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[str]:
    head = ("cell", *columns)
    rows = [tuple(str(cell[key]) for key in head) for cell in cells]
    right = range(1, len(head))
    if "failed" in columns and any(cell["root_causes"] for cell in cells):
        head = (*head, HEAD)
        causes = (short(cell["root_causes"], cell["failed"]) for cell in cells)
        rows = [(*row, cause) for row, cause in zip(rows, causes, strict=True)]
    yield from aligned([head, *rows], right=right)


def _running(writer: Mapping[str, Any] | None) -> str:
    from ganbench.store.lock import Holder

    return str(Holder(**writer)) if writer else "no"
