"""`ganbench run`: train every run of a suite, measure, store, print the result."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ganbench.cli.causes import cause_lines
from ganbench.cli.output import echo_json, format_option
from ganbench.cli.remarks import remarks
from ganbench.cli.typed import typed

if TYPE_CHECKING:
    import pandas as pd

    from ganbench.records import Run

WIDTH = 110  # characters of a table that goes to a file


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
@click.option(
    "--checkpoint-every",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="What a kill can cost at most.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="List cells, runs, populations; estimate time, memory, disk; train nothing.",
)
@click.option(
    "--stop-failed",
    is_flag=True,
    help="Train a run no further once its failure is final; it counts in rates, and has no final metrics.",
)
@click.option("--no-graphs", is_flag=True, help="On a CUDA device, make no CUDA graphs: train call by call.")
@click.option("--fresh", is_flag=True, help="Delete the results in the folder first.")
@click.option(
    "--plugin",
    "plugins",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Python file that the suite may name, beside those in its folder; repeatable.",
)
@click.option("--no-plugins", is_flag=True, help="Refuse a suite that names code of its own.")
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
    checkpoint_every: float,
    dry_run: bool,
    stop_failed: bool,
    no_graphs: bool,
    fresh: bool,
    plugins: Sequence[Path],
    no_plugins: bool,
    form: str,
) -> None:
    """Train every run of SUITE (a file, or a name such as mog), measure, store, print the result.

    Runs that the results folder already holds are not trained again; those that another version of ganbench
    or torch left are shown apart. A suite can name losses, networks and data of its own as file.py:object; that
    code is run.
    """
    from ganbench.execute.job import Job
    from ganbench.execute.local import run_job
    from ganbench.plugins import Plugins
    from ganbench.suite.find import find
    from ganbench.suite.load import load
    from ganbench.suite.override import halves
    from ganbench.suite.seeds import seeds as parse_seeds

    path = find(suite)
    code = Plugins(path.parent, plugins, allowed=not no_plugins, tell=lambda text: click.echo(text, err=True))
    loaded = load(path, assignments, plugins=code)
    for remark in halves(loaded.overrides):
        click.echo(remark, err=True)
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
        stop_failed=stop_failed,
        graphs=not no_graphs,
        checkpoint_every=checkpoint_every,
        command=typed(ctx, less=["fresh"]),  # it goes on with what is missing
    )
    if dry_run:
        from ganbench.cli.forecast import show_forecast

        show_forecast(job, form)
        return
    from ganbench.cli.progress import reporter

    runs = run_job(job, reporter(sys.stderr))
    status = _show_results(job.out, runs, form)
    if tier == "smoke":
        click.echo("smoke: so few steps show that all works, not how a method ends", err=True)
    ctx.exit(status)


def _folder(version: str, tier: str) -> str:
    return version if tier == "standard" else f"{version}-{tier}"


def _show_results(out: Path, runs: Sequence[Run], form: str) -> int:
    """Print the table of these runs; the exit code."""
    from ganbench.store.environments import names

    frame = _results(out, runs)
    differing = _differing(out, frame)
    if form == "json":
        echo_json(_rows(frame, differing))
    else:
        _print_table(frame, names(differing))
        if lines := cause_lines(frame, names(differing)):
            click.echo("\n" + "\n".join(lines))
    click.echo(f"\nresults in {out}", err=True)
    for remark in remarks(frame, names(differing)):
        click.echo(remark, err=True)
    click.echo(f"next: ganbench report {shlex.quote(str(out))} -o report", err=True)
    if lacking := len(runs) - len(frame):
        click.echo(f"runs without a result: {lacking} of {len(runs)}", err=True)
    return 4 if lacking or (frame["status"] == "crashed").any() else 0


def _differing(out: Path, frame: pd.DataFrame) -> dict[str, dict[str, str]]:
    """The environments of these runs, by fingerprint: what differs between them."""
    from ganbench.store.environments import differences
    from ganbench.store.layout import Layout
    from ganbench.store.snapshot import environment

    return differences(environment(Layout(out))["provenance"], set(frame["fingerprint"]))


def _rows(frame: pd.DataFrame, differing: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    """One for each run; `environment` says in what its environment differs from the others here."""
    rows = json.loads(frame.drop(columns="content").to_json(orient="records"))
    return [row | {"environment": differing[row["fingerprint"]]} for row in rows]


def _results(out: Path, runs: Sequence[Run]) -> pd.DataFrame:
    """These runs in the order of the suite; the folder keeps that in which they were first asked for."""
    from ganbench.store.reader import load_results

    place = {run.id: index for index, run in enumerate(runs)}
    frame = load_results(out)
    asked = frame[frame["run_id"].isin(place)]
    return asked.sort_values("run_id", key=lambda ids: ids.map(place), ignore_index=True)


def _print_table(frame: pd.DataFrame, environments: Mapping[str, str]) -> None:
    import shutil

    from ganbench.cli.table import closing_table, closing_text

    if not sys.stdout.isatty():
        click.echo(closing_text(frame, width=WIDTH, environments=environments))
        return
    from rich.console import Console

    width = shutil.get_terminal_size((100, 24)).columns
    Console().print(closing_table(frame, width=width, environments=environments))
