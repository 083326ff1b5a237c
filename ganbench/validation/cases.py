"""The plan of the corpus: which base is trained with which fault, how strong, since when, with which seeds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from ganbench.validation.bases import Base, bases

NONE: Final = "none"
SEEDS: Final = (*range(8), *range(12, 16))


@dataclass(frozen=True, slots=True)
class Injection:
    """One fault as it is switched on.

    fault: its name in `ganbench.train.faults`, or `NONE`. dose: in the unit of the fault. onset: share of the
    planned generator steps. meant: the kind of finding that it is meant to provoke, empty for none.
    """

    fault: str = NONE
    dose: float = 1.0
    onset: float = 0.0
    meant: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """Runs that differ in their seed alone: one population."""

    base: Base
    injection: Injection
    seeds: tuple[int, ...] = SEEDS

    @property
    def name(self) -> str:
        """Letters, digits and dashes; no two cases of the plan have the same."""
        one = self.injection
        parts = [
            self.base.name,
            *([] if one.fault == NONE else [one.fault, f"{one.dose:g}", f"{one.onset:g}"]),
        ]
        return "--".join(re.sub(r"[^a-z0-9]+", "-", part.replace(".", "p")) for part in parts)

    @property
    def piece(self) -> str:
        """The name with the seeds, as of a piece of the corpus: 'ring-minimax.0-7+11'."""
        stretches: list[list[int]] = []
        for seed in sorted(self.seeds):
            if stretches and seed == stretches[-1][-1] + 1:
                stretches[-1].append(seed)
            else:
                stretches.append([seed])
        named = (f"{one[0]}-{one[-1]}" if len(one) > 1 else f"{one[0]}" for one in stretches)
        return f"{self.name}.{'+'.join(named)}"


PLAN: Final[Mapping[str, tuple[tuple[str, str, float, float], ...]]] = {
    "non-finite": (
        ("ring/minimax", "nan-weights", 1, 0.5),
        ("moons/least-squares+r1", "nan-weights", 1, 0.25),
        ("dirac/bilinear+r1", "rates", 30, 0.25),
    ),
    "vanishing-gradient": (
        ("ring/sgd", "displacement", 5, 0.25),
        ("ring/sgd", "displacement", 20, 0.25),
        ("ring/sgd", "displacement", 40, 0.5),
        ("ring/sgd", "displacement", 20, 0.5),
        ("ring/sgd", "displacement", 80, 0.25),
        ("ring/minimax", "displacement", 20, 0.25),
    ),
    "blind-discriminator": (
        ("ring/non-saturating+r1", "penalty-weight", 1e2, 0.25),
        ("ring/non-saturating+r1", "penalty-weight", 1e4, 0.25),
        ("digits/hinge+r1", "penalty-weight", 1e4, 0.5),
        ("ring/minimax", "dead-units", 10, 0.5),
        ("moons/least-squares+r1", "dead-units", 10, 0.25),
        ("moons/wgan-clip", "clip-bound", 0.01, 0.25),
    ),
    "exploding-gradient": (
        ("ring/minimax", "rates", 10, 0.5),
        ("ring/minimax", "rates", 100, 0.5),
        ("grid/minimax", "generator-rate", 300, 0.25),
        ("ring/least-squares+r1", "rates", 30, 0.25),
        ("digits/least-squares+r1", "rates", 100, 0.5),
        ("digits/conv-discriminator", "rates", 30, 0.5),
        ("moons/wgan-clip", "clip-bound", 100, 0.25),
    ),
    "mode-collapse": (
        ("ring/minimax", "modes", 7, 0.25),
        ("ring/minimax", "modes", 4, 0.25),
        ("grid/non-saturating+r1", "modes", 8, 0.5),
        ("moons/non-saturating+r1", "modes", 1, 0.5),
        ("digits/non-saturating+r1", "modes", 5, 0.25),
        ("digits/conv-discriminator", "modes", 5, 0.25),
        ("ring/hinge+r1", "codes", 1, 0.25),
        ("spiral/minimax+r1", "codes", 4, 0.5),
        ("digits/hinge+r1", "codes", 3, 0.5),
    ),
    "mode-hopping": (
        ("ring/minimax", "generator-steps", 20, 0),
        ("grid/minimax", "generator-steps", 10, 0),
        ("ring/minimax", "discriminator-rate", 0.1, 0.25),
        ("ring/minimax", "discriminator-rate", 0.02, 0.25),
        ("ring/wgan-gp", "penalty-weight", 0, 0.25),
        ("ring/hinge+r1", "momentum", 0.95, 0.25),
    ),
    "limit-cycle": (
        ("dirac/minimax+r1", "penalty-weight", 0, 0),
        ("dirac/hinge+r1", "penalty-weight", 0, 0),
        ("dirac/relativistic-pairing+r1", "penalty-weight", 0, 0),
        ("dirac/bilinear+r1", "penalty-weight", 0, 0),
        ("dirac/non-saturating+r1", "penalty-weight", 0, 0),
        ("dirac/minimax+r1", "momentum", 0.9, 0),
    ),
    "discriminator-dominance": (
        ("ring/minimax", "generator-rate", 0.001, 0),
        ("moons/minimax", "generator-rate", 0.001, 0),
        ("grid/least-squares+r1", "generator-rate", 0.001, 0),
        ("digits/non-saturating+r1", "generator-rate", 0.001, 0),
        ("ring/least-squares+r1", "discriminator-steps", 20, 0.5),
    ),
    "generator-dominance": (
        ("ring/minimax", "generator-rate", 30, 0.5),
        ("grid/non-saturating+r1", "discriminator-rate", 0.01, 0.5),
    ),
    "one-sided-discriminator": (
        ("ring/minimax", "fake-term", 0.3, 0.5),
        ("ring/minimax", "fake-term", 0.02, 0.5),
        ("grid/least-squares+r1", "real-term", 0.02, 0.5),
        ("digits/non-saturating+r1", "fake-term", 0.02, 0.25),
    ),
    "diverging-discriminator": (
        ("ring/minimax", "discriminator-gain", 30, 0.5),
        ("moons/minimax", "discriminator-rate", 100, 0.5),
        ("moons/wgan-gp", "penalty-weight", 0, 0.25),
    ),
    "in-mode-collapse": (
        ("ring/minimax+r1", "narrow", 0.5, 0.25),
        ("ring/minimax+r1", "narrow", 0.1, 0.25),
        ("grid/non-saturating+r1", "narrow", 0.1, 0),
    ),
    "discriminator-overfitting": (
        ("ring/minimax", "pool", 16, 0.25),
        ("grid/minimax", "pool", 64, 0),
        ("moons/non-saturating+r1", "pool", 32, 0.25),
        ("digits/non-saturating+r1", "pool", 64, 0.25),
    ),
    "late-collapse": (
        ("spiral/minimax+r1", "modes", 4, 0.5),
        ("ring/non-saturating+r1", "rates", 30, 0.75),
        ("digits/relativistic-pairing+r1", "modes", 3, 0.75),
    ),
    "stagnation": (
        ("ring/minimax", "rates", 0.0001, 0),
        ("grid/relativistic-pairing+r1", "rates", 0.001, 0),
        ("digits/hinge+r1", "rates", 0.0001, 0),
    ),
    "frozen-network": (
        ("ring/minimax", "generator-rate", 0, 0.5),
        ("moons/minimax", "discriminator-rate", 0, 0.5),
        ("ring/minimax", "discriminator-rate", 0, 0),
    ),
    "gradient-spike": (
        ("ring/minimax", "spike", 1e3, 0.5),
        ("grid/relativistic-pairing+r1", "spike", 1e3, 0.5),
        ("digits/least-squares+r1", "spike", 1e4, 0.5),
    ),
    "wiring": (
        ("ring/minimax", "shared-loss", 1, 0),
        ("ring/non-saturating+r1", "double-sigmoid", 1, 0),
        ("moons/least-squares+r1", "swapped-labels", 1, 0),
    ),
}
"""What each kind is to be provoked by: base, fault, dose, onset."""


@cache
def cases() -> Mapping[str, Case]:
    """By name: every base as it is, and with the faults of the plan."""
    return {case.name: case for case in _planned()}


def _planned() -> Iterator[Case]:
    known = bases()
    for base in known.values():
        yield Case(base, Injection())
    for meant, rows in PLAN.items():
        for base_name, fault, dose, onset in rows:
            yield Case(known[base_name], Injection(fault, dose, onset, meant))
