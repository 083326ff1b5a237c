"""`ganbench run`: train every run of a suite, measure, store, print the result."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ganbench.cli.output import echo_json, format_option

if TYPE_CHECKING:
    from ganbench.execute.local import Job
    from ganbench.records import Run


@click.command(
    epilog="""\b
Examples:
  ganbench run mog
  ganbench run suites/mog.yaml --tier smoke --out results/try
  ganbench run mog --only 'ring/*' --seeds 0-4
  ganbench run mog --set batch=128 --set optimizers.generator.lr=5e-4
  ganbench run mog --dry-run
"""
)
@click.argument("suite", metavar="SUITE")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Results folder; default results/VERSION."
)
@click.option(
    "--tier", default="standard", show_default=True, metavar="smoke|standard|full", help="Size of the suite."
)
@click.option(
    "--set", "assignments", multiple=True, metavar="a.b=v", help="Change a value of the suite; repeatable."
)
@click.option("--only", multiple=True, metavar="EXPR", help="Cells by glob, or axis=glob,...; repeatable.")
@click.option("--seeds", metavar="0-9,12", help="Seeds in place of the suite's.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@click.option(
    "--workers", type=click.IntRange(min=1), metavar="N", help="Processes on a CPU; default one a core."
)
@click.option("--replicas", type=click.IntRange(min=1), metavar="N", help="Most runs in one population.")
@click.option("--dry-run", is_flag=True, help="List cells, runs, populations and memory; train nothing.")
@click.option("--fresh", is_flag=True, help="Delete the results in the folder first.")
@format_option
@click.pass_context
def run(
    ctx: click.Context,
    suite: str,
    *,
    out: Path | None,
    tier: str,
    assignments: Sequence[str],
    only: Sequence[str],
    seeds: str | None,
    device: str,
    workers: int | None,
    replicas: int | None,
    dry_run: bool,
    fresh: bool,
    form: str,
) -> None:
    """Train every run of SUITE (a file, or a name such as mog), measure, store, print the result.

    Runs that the results folder already holds are not trained again.
    """
    from ganbench.execute.local import Job, run_job
    from ganbench.suite.find import find
    from ganbench.suite.load import load
    from ganbench.suite.seeds import seeds as parse_seeds

    loaded = load(find(suite), assignments)
    job = Job(
        loaded,
        out or Path("results") / _folder(loaded.version, tier),
        tier=tier,
        seeds=None if seeds is None else parse_seeds(seeds),
        only=only,
        device=device,
        workers=workers,
        replicas=replicas,
        fresh=fresh,
    )
    if dry_run:
        _show_plan(job, form)
        return
    from ganbench.cli.progress import reporter

    runs = run_job(job, reporter(sys.stderr))
    ctx.exit(_show_results(job.out, runs, form))


def _folder(version: str, tier: str) -> str:
    return version if tier == "standard" else f"{version}-{tier}"


def _show_plan(job: Job, form: str) -> None:
    from ganbench.cli.output import aligned

    runs = job.runs()
    plan = job.plan(runs)
    cells = {run.cell.name: sum(other.cell.name == run.cell.name for other in runs) for run in runs}
    facts = {
        "suite": job.identity,
        "cells": cells,
        "runs": len(runs),
        "populations": len(plan.populations),
        "replicas": [len(population.runs) for population in plan.populations],
        "device": plan.device,
        "workers": plan.workers,
        "memory_bytes": plan.memory,
        "out": str(job.out),
    }
    if form == "json":
        echo_json(facts)
        return
    click.echo(
        "\n".join(aligned([("cell", "runs"), *((name, str(n)) for name, n in cells.items())], right=[1]))
    )
    click.echo(
        f"\n{len(runs)} runs of {len(cells)} cells in {len(plan.populations)} populations, "
        f"{plan.workers} at a time on {plan.device}; about {plan.memory / 1e9:.1f} GB of memory; to {job.out}"
    )


def _show_results(out: Path, runs: Sequence[Run], form: str) -> int:
    """Print the table of these runs; the exit code."""
    from ganbench.store.reader import load_results

    frame = load_results(out)
    frame = frame[frame["run_id"].isin([run.id for run in runs])]
    if form == "json":
        import json

        echo_json(json.loads(frame.drop(columns="content").to_json(orient="records")))
    else:
        _print_table(frame)
    crashed = int((frame["status"] == "crashed").sum())
    click.echo(f"\nresults in {out}", err=True)
    click.echo(f"next: ganbench status {out}", err=True)
    if crashed:
        click.echo(
            f"{crashed} runs crashed: their tracebacks are in the column 'message' of the runs", err=True
        )
    return 4 if crashed else 0


def _print_table(frame: object) -> None:
    import shutil

    from ganbench.cli.table import closing_table, closing_text

    width = shutil.get_terminal_size((100, 24)).columns
    if not sys.stdout.isatty():
        click.echo(closing_text(frame, width=100))  # type: ignore[arg-type]
        return
    from rich.console import Console

    Console().print(closing_table(frame, width=width))  # type: ignore[arg-type]
