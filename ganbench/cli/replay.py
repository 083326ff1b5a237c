"""`ganbench replay`: a run again, from a checkpoint, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from ganbench.cli.output import echo_json, format_option
from ganbench.cli.plugin import plugin_option, plugins_named


@click.command(
    epilog="""\b
Examples:
  ganbench replay results/mog-v1 ring/hinge:3
  ganbench replay results/mog-v1 ring/hinge:3 --from-step 5000 --until 6000
"""
)
@click.argument("results", type=click.Path(path_type=Path))
@click.argument("run")
@click.option("--from-step", type=int, metavar="N", help="Default: the checkpoint before the failure.")
@click.option("--until", type=int, metavar="N", help="Default: a tenth of the run after the failure.")
@plugin_option
@format_option
def replay(
    results: Path,
    run: str,
    *,
    from_step: int | None,
    until: int | None,
    plugins: Sequence[Path],
    form: str,
) -> None:
    """Train RUN (a run id, or cell:seed) of the folder RESULTS again and keep every step's signals.

    It goes on from the last kept checkpoint at or before N, in the same population, so that the numbers
    are the same.
    """
    from ganbench.execute.archive import open_run
    from ganbench.execute.replay import replay as play

    archive = open_run(results, run)
    with plugins_named(plugins):
        found = play(archive, from_step=from_step, until=until)
    if form == "json":
        echo_json({"run": archive.label, **asdict(found), "trace": str(found.trace)})
        return
    click.echo(f"{archive.label}: steps {found.first} to {found.last}, every step in {found.trace}")
    click.echo(_compared(found.equal, found.met))
    if found.diverged_at is not None:
        click.echo(f"diverged at step {found.diverged_at}")


def _compared(equal: int, met: int) -> str:
    """Of the evaluations met on the way, those that are the run's."""
    if not met:
        return "no evaluation on the way, so nothing to compare with the run"
    return f"{equal} of {met} evaluations on the way equal those of the run, bit for bit"
