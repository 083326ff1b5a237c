"""A suite that trains in a fraction of a second, and what is compared of its results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from torch import Tensor

from ganbench import registry
from ganbench.execute.task import Advanced, Finished, Task
from ganbench.gan.losses import Loss
from ganbench.records import Run
from ganbench.store.reader import load_evaluations, load_results
from ganbench.store.writer import Results
from ganbench.suite.expand import expand
from ganbench.suite.load import load
from ganbench.suite.populations import population
from ganbench.suite.suite import Suite
from tests.store.example import PROVENANCE

TEXT = """\
suite: tiny
version: tiny-v1
data: {name: ring, modes: 8}
generator: {name: mlp, width: 8, depth: 1}
discriminator: {name: mlp, width: 8, depth: 1}
latent: {dim: 2}
optimizers: {generator: adam, discriminator: adam}
batch: 8
steps: 20
seeds: 0-1
evaluation: {every: 10, samples: 40}
failure: [{metric: covered_share, below: 0.9}]
axes:
  loss: [hinge, minimax]
"""


class Silent:
    """A progress that only remembers what it was told."""

    def __init__(self) -> None:
        self.planned: list[Any] = []
        self.done: list[tuple[str, int]] = []
        self.outcomes: dict[str, Any] = {}
        self.causes: dict[str, str] = {}
        self.seen: list[tuple[int, dict[str, str]]] = []
        self.health: dict[str, tuple[int, int]] = {}
        self.closings = 0
        self.texts: list[str] = []

    def started(self, plan: Sequence[Any]) -> None:
        self.planned += plan

    def advanced(self, told: Advanced) -> None:
        self.done.append((told.population, told.done))
        self.seen.append((told.done, dict(told.causes)))
        self.health = dict(told.health)

    def finished(self, told: Finished) -> None:
        self.outcomes |= told.outcomes
        self.causes |= told.causes

    def stopping(self) -> None:
        self.done.append(("stopping", 0))

    def told(self, text: str) -> None:
        self.texts.append(text)

    def closed(self) -> None:
        self.closings += 1


def written(folder: Path, text: str = TEXT) -> Path:
    """The suite as a file."""
    path = folder / "tiny.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def tiny(folder: Path, *sets: str) -> Suite:
    return load(written(folder), sets)


def changed(folder: Path, old: str, new: str) -> Suite:
    """The same suite, edited."""
    assert old in TEXT
    return load(written(folder, TEXT.replace(old, new)))


def runs(folder: Path, *sets: str, **choice: Any) -> list[Run]:
    return expand(tiny(folder, *sets), **choice)


def task(results: Results, chosen: Sequence[Run]) -> Task:
    """One population of these runs."""
    return Task(population(chosen), "tiny", "tiny-v1", "standard", results, PROVENANCE)


def measured(root: Path) -> pd.DataFrame:
    """How each run ended and all its metrics, by run, whatever the order in which they ran."""
    frame = load_results(root).set_index("run_id").sort_index()
    metrics = [name for name in frame if name.startswith(("final.", "best.", "floor."))]
    return frame[["cell", "seed", "status", "failed_at", "criterion", "diverged_at", *metrics]]


def course(root: Path) -> pd.DataFrame:
    """Every evaluation, by run and step."""
    frame = load_evaluations(root).drop(columns="population")
    return frame.sort_values(["run_id", "of", "step"], ignore_index=True)


def assert_equal_bit_for_bit(one: Path, other: Path) -> None:
    pd.testing.assert_frame_equal(measured(one), measured(other), check_exact=True)
    pd.testing.assert_frame_equal(course(one), course(other), check_exact=True)


def _raise(*_: Tensor) -> Tensor:
    raise ValueError("the loss is broken")


BROKEN = Loss(_raise, _raise, equilibrium=(None, None))


def register_broken_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    """For this test a suite may ask for the loss `broken`, which raises in training."""
    for kind in registry.KINDS:
        list(registry.entries(kind))  # what registers on import must not vanish with the copy
    monkeypatch.setattr(registry, "_ENTRIES", dict(registry._ENTRIES))
    registry.register("loss", "broken", target=f"{__name__}:BROKEN", summary="raises")
