"""The table of f-divergences as papers print it: f, activation and conjugate apart, over probabilities."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

Curve = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Row:
    """f(u); its activation g_f(v); its conjugate f*(t); the v of the optimum as a function of u = p / q."""

    f: Curve
    activation: Curve
    conjugate: Curve
    optimum: Curve

    def bound(self, real: Tensor, fake: Tensor) -> Tensor:
        """-(E T - E f*(T)): what D minimises."""
        return -(self.activation(real).mean() - self.conjugate(self.activation(fake)).mean())


TABLE = {
    "kl": Row(
        f=lambda u: u * u.log(),
        activation=lambda v: v,
        conjugate=lambda t: (t - 1).exp(),
        optimum=lambda u: 1 + u.log(),
    ),
    "reverse-kl": Row(
        f=lambda u: -u.log(),
        activation=lambda v: -(-v).exp(),
        conjugate=lambda t: -1 - (-t).log(),
        optimum=lambda u: u.log(),
    ),
    "pearson": Row(
        f=lambda u: (u - 1) ** 2,
        activation=lambda v: v,
        conjugate=lambda t: t**2 / 4 + t,
        optimum=lambda u: 2 * (u - 1),
    ),
    "squared-hellinger": Row(
        f=lambda u: (u.sqrt() - 1) ** 2,
        activation=lambda v: 1 - (-v).exp(),
        conjugate=lambda t: t / (1 - t),
        optimum=lambda u: u.log() / 2,
    ),
    "jensen-shannon": Row(
        f=lambda u: -(u + 1) * ((1 + u) / 2).log() + u * u.log(),
        activation=lambda v: math.log(2) - (1 + (-v).exp()).log(),
        conjugate=lambda t: -(2 - t.exp()).log(),
        optimum=lambda u: u.log(),
    ),
}
