"""A suite on the Dirac-GAN whose cells end as their names say, after six steps: what is known before training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from ganbench.execute.job import Job
from ganbench.execute.local import run_job
from ganbench.execute.looks import Look
from ganbench.execute.reopen import cell_named, reopened
from ganbench.execute.until import Side, until_decided
from ganbench.plugins import Plugins
from ganbench.suite.load import load
from tests.execute.example import Silent

TEXT = """\
suite: line
version: line-v1
data: dirac
generator: dirac-generator
discriminator: {name: dirac-discriminator, start: 0.0}
loss: minimax
latent: {law: normal, dim: 1}
optimizers: {generator: {name: sgd, lr: 0.01}, discriminator: {name: sgd, lr: 0.01}}
batch: 1
steps: 6
seeds: 0-1
evaluation: {every: 2, samples: 2, metrics: [distance]}
failure: [{metric: distance, above: 0.5}]
axes:
  start:
    sound: {generator: {start: 0.0}}
    broken: {generator: {start: 1.0}}
    ruined: {generator: {start: 2.0}}
"""


def written(folder: Path, text: str = TEXT) -> Path:
    """The suite as a file."""
    path = folder / "line.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def trained(folder: Path, *sets: str, out: str = "results", text: str = TEXT, **changes: Any) -> Path:
    """A results folder of it, by default with seeds 0 and 1."""
    job = Job(load(written(folder, text), sets), folder / out, **{"workers": 1, **changes})
    run_job(job, Silent())
    return job.out


def side(root: Path, cell: str) -> Side:
    """A cell of a folder; trained in this process."""
    job = replace(reopened(root, plugins=Plugins(None)), workers=1)
    return Side(job, cell_named(job, cell))


def decided(ours: Side, theirs: Side, *, most: int = 100, margin: float = 0.2) -> list[Look]:
    """All looks."""
    return [*until_decided(ours, theirs, most=most, margin=margin, progress=Silent)]
