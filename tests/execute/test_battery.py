"""One battery over everything registered, and over code with one fault each."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ganbench import registry
from ganbench.errors import PluginError
from ganbench.execute.battery import Candidate, battery
from ganbench.execute.kinds import kind_of
from ganbench.plugins import Plugins, kinds
from ganbench.registry import Entry, finding
from tests.plugins.example import GOOD, written

REQUIRED: dict[str, dict[str, Any]] = {"mixture": {"means": [[0.0, 1.0], [1.0, 0.0]], "std": 0.1}}
ROLES = ("generator", "discriminator")


def roles(entry: Entry) -> tuple[str, ...]:
    """A network whose name says what it is has that role; one that does not has both."""
    named = tuple(role for role in ROLES if entry.name.endswith(role))
    return (named or ROLES) if entry.kind == "network" else ("generator",)


REGISTERED = [(entry, role) for kind in kinds() for entry in registry.entries(kind) for role in roles(entry)]


@pytest.mark.parametrize(("entry", "role"), REGISTERED, ids=lambda one: getattr(one, "name", one))
def test_everything_registered_passes(entry: Entry, role: str) -> None:
    options = {"name": entry.name, **REQUIRED.get(entry.name, {})}
    checks = list(battery(Candidate(entry.kind, options, role)))
    assert [check for check in checks if not check.passed] == []
    assert len(checks) == 7


FAULTS: dict[str, tuple[str, str, str, str]] = {
    "raises": ("loss", "return real.nope, fake.mean()", "loading", "mine.py:8: AttributeError"),
    "no mean": ("loss", "return fake - real, -fake", "loading", "expected a pair"),
    "not finite": ("loss", "return (fake - real).mean().log(), -fake.mean()", "gradients", "not finite"),
    "no gradient": ("loss", "return (fake - real).mean(), 0 * fake.mean()", "gradients", "of G do not move"),
    "changes what it has used": (
        "loss",
        "odds = fake.exp()\n    loss = (odds * odds).mean()\n    odds.add_(1)\n    return loss, -fake.mean()",
        "training",
        "mine.py:9: torch cannot differentiate",
    ),
    "draws": ("loss", "return fake.mean() + torch.rand(()), -fake.mean()", "loading", "global generator"),
    "reads numpy": (
        "loss",
        "return np.random.rand() * (fake - real).mean(), -fake.mean()",
        "random state",
        "numpy",
    ),
    "reads random": (
        "loss",
        "return random.random() * (fake - real).mean(), -fake.mean()",
        "random state",
        "random",
    ),
    "counts": (
        "loss",
        "STATE.append(1)\n    return len(STATE) * (fake - real).mean(), -fake.mean()",
        "determinism",
        "other weights",
    ),
    "looks at neighbours": (
        "trick",
        "return Trick(gradient=lambda g, w, letter, scene: g - g.mean(0))",
        "replicas",
        "than among others",
    ),
    "wrong shape": ("network", "return nn.Linear(inputs, outputs + 1)", "shapes", "expected [4, 2]"),
    "no module": ("network", "return 3", "shapes", "gave a int, expected an nn.Module"),
    "no samples": ("dataset", "return rng.standard_normal(count)", "shapes", "gave an array of shape [4]"),
    "own seed": (
        "dataset",
        "return np.random.default_rng().standard_normal((count, 2))",
        "shapes",
        "draw different samples",
    ),
    "no learning rate": ("optimizer", "return -0.1 * gradient", "training", "has no number 'lr'"),
}
HEADS = {
    "loss": "def it(real, fake):",
    "trick": "def it():",
    "network": "def it(inputs, outputs):",
    "dataset": "def it(rng, count):",
    "optimizer": "def it(gradient):",
}
IMPORTS = """\
import random
import numpy as np
import torch
from torch import nn
from ganbench.gan.tricks.trick import Trick
STATE = []
"""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_by_its_check_with_the_reason(tmp_path: Path, fault: str) -> None:
    kind, body, name, reason = FAULTS[fault]
    written(tmp_path, f"{IMPORTS}{HEADS[kind]}\n    {body}\n")
    with finding(Plugins(tmp_path).entry):
        failed = [check for check in battery(Candidate(kind, {"name": "mine.py:it"})) if not check.passed]
    assert name in [check.name for check in failed], failed
    assert reason in next(check.reason for check in failed if check.name == name)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("loss", "non_saturating"),
        ("loss", "branching"),
        ("penalty", "r1"),
        ("optimizer", "heavy_ball"),
        ("trick", "clipping"),
        ("network", "mlp"),
        ("network", "Affine"),
        ("dataset", "square"),
        ("dataset", "POINTS"),
    ],
)
def test_code_without_fault_passes(tmp_path: Path, kind: str, name: str) -> None:
    written(tmp_path, GOOD)
    plugins = Plugins(tmp_path)
    with finding(plugins.entry):
        checks = list(battery(Candidate(kind, {"name": f"mine.py:{name}"})))
    assert [check for check in checks if not check.passed] == []
    if kind != "trick":  # a function of options says nothing of what it makes
        assert kind_of(plugins.target(f"mine.py:{name}"), name) == kind


def test_what_is_meant_is_asked_where_nothing_tells(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    with pytest.raises(PluginError, match="say --kind"):
        kind_of(Plugins(tmp_path).target("mine.py:clipping"), "mine.py:clipping")


def test_the_global_generators_are_left_as_they_were() -> None:
    before = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state()  # noqa: NPY002  # the global one is what is looked at
    list(battery(Candidate("loss", {"name": "hinge"})))
    assert random.getstate() == before[0]
    assert np.random.get_state()[1].tolist() == before[1]  # noqa: NPY002  # the global one is what is looked at
    assert torch.equal(torch.get_rng_state(), before[2])
