"""A small suite that is right, to be made wrong in one place by each test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ganbench.errors import SuiteError
from ganbench.suite.load import load
from ganbench.suite.schema import Setting
from ganbench.suite.suite import Suite

BASE = """\
suite: toy
version: toy-v1
data: ring
generator: mlp
discriminator: mlp
loss: hinge
latent: {dim: 2}
optimizers: {generator: adam, discriminator: adam}
batch: 8
steps: 100
seeds: 0-1
evaluation: {every: 10}
"""


def suite(folder: Path, *more: str, base: str = BASE, sets: tuple[str, ...] = ()) -> Suite:
    """The suite of the base with further lines."""
    path = folder / "toy.yaml"
    path.write_text(base + "\n".join(more), encoding="utf-8")
    return load(path, sets)


def problems(folder: Path, *more: str, base: str = BASE, sets: tuple[str, ...] = ()) -> list[str]:
    """What is wrong with it, with the places relative to the folder."""
    try:
        suite(folder, *more, base=base, sets=sets)
    except SuiteError as error:
        return [str(one).removeprefix(f"{folder}/") for one in error.problems]
    return []


def content(**changes: Any) -> dict[str, Any]:
    """The content of a setting, with top-level keys replaced."""
    base: dict[str, Any] = {
        "data": "ring",
        "generator": "mlp",
        "discriminator": "mlp",
        "loss": "hinge",
        "latent": {"dim": 2},
        "optimizers": {"generator": "adam", "discriminator": "adam"},
        "batch": 8,
        "steps": 100,
        "evaluation": {"every": 10},
    }
    return base | changes


def setting(**changes: Any) -> Setting:
    """The typed setting of that content."""
    return Setting.model_validate(content(**changes))
