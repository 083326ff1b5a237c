"""Cases of a few steps of small networks."""

from __future__ import annotations

from typing import Any

from ganbench.suite.schema import Setting
from ganbench.validation.bases import Base, bases
from ganbench.validation.cases import Case, Injection

SEEDS = (0, 5)
STEPS = 40


def base(of: str = "ring/minimax", **changes: Any) -> Base:
    """A base of the corpus, cut down to 40 steps without failure criteria; the networks of samples in the plane to width 8."""
    known = bases()[of]
    small = {"width": 8} if of.startswith(("ring", "grid", "moons")) else {}
    content = {
        **known.content,
        "generator": known.content["generator"] | small,
        "discriminator": known.content["discriminator"] | small,
        "steps": STEPS,
        "failure": [],
        "evaluation": known.content["evaluation"] | {"every": 10, "samples": 100},
        **changes,
    }
    return Base(of, Setting.model_validate(content).content(), known.healthy)


def case(
    fault: str = "none", dose: float = 1.0, onset: float = 0.5, *, of: str = "ring/minimax", **changes: Any
) -> Case:
    return Case(base(of, **changes), Injection(fault, dose, onset, "mode-collapse"), SEEDS)
