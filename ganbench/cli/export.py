"""`ganbench export`: one run's network as an ordinary state_dict."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from ganbench.cli.plugin import plugin_option, plugins_named

_ROLES = {"generator": "generator", "discriminator": "discriminator", "ema": "average"}


@click.command(
    epilog="""\b
Examples:
  ganbench export results/mog-v1 ring/hinge:3 -o g.safetensors
  ganbench export results/mog-v1 ring/hinge:3 --network discriminator --step 5000 -o d.safetensors
"""
)
@click.argument("results", type=click.Path(path_type=Path))
@click.argument("run")
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, metavar="FILE", help="To write.")
@click.option("--network", type=click.Choice(list(_ROLES)), default="generator", show_default=True)
@click.option("--step", type=click.IntRange(min=0), metavar="N", help="A kept checkpoint; default the last.")
@plugin_option
def export(
    results: Path, run: str, *, out: Path, network: str, step: int | None, plugins: Sequence[Path]
) -> None:
    """Write the network of RUN (a run id, or cell:seed) in the folder RESULTS as a safetensors file.

    It loads into the plain module; docs/replay.md shows how to sample from it.
    """
    from ganbench.execute.archive import open_run
    from ganbench.execute.export import export as write

    archive = open_run(results, run)
    with plugins_named(plugins):
        at = write(archive, out, role=_ROLES[network], step=step)
    click.echo(f"{network} of {archive.label} after {at} steps: {out}", err=True)
