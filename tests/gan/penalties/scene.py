"""A scene of three replicas for a penalty, and a smooth critic that is another in each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ganbench import registry
from ganbench.gan.penalties import Critique, Penalty
from ganbench.gan.tricks.trick import Phase, Scene

R, B, F = 3, 5, 2

Critic = Callable[[Tensor], Tensor]


class Draws:
    """N(0, 1) by position, the same from every fresh start."""

    def __init__(self) -> None:
        self._rng = torch.Generator().manual_seed(5)

    def normal(self, shape: tuple[int, ...]) -> Tensor:
        return torch.randn(R, *shape, dtype=torch.float64, generator=self._rng)

    def uniform(self, shape: tuple[int, ...]) -> Tensor:
        return torch.rand(R, *shape, dtype=torch.float64, generator=self._rng)


def vector(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def load(name: str) -> Any:
    return registry.entry("penalty", name).load()


def scene(name: str, values: dict[str, Tensor], *, phase: Phase = "d", **options: Any) -> Scene:
    """A scene of that penalty with fresh draws and a fresh memory."""
    penalty = load(name)
    shapes = (penalty.memory if isinstance(penalty, Penalty) else None) or {}
    memory = {key: torch.zeros(R, *shape, dtype=torch.float64) for key, shape in shapes.items()}
    written = registry.entry("penalty", name).options(**options)
    return Scene(written, values, phase, Draws(), torch.zeros(()), memory)


def critic(samples: Tensor) -> Tensor:
    """sin(a . x) + x_1^2 / 2, [R, B, F] -> [R, B]."""
    a = torch.tensor([[1.0, 0.5], [2.0, -1.0], [0.3, 3.0]], dtype=torch.float64)[:, None]
    return (samples * a).sum(-1).sin() + samples[..., 1].square() / 2


def view(critic: Critic = critic) -> Critique:
    rng = torch.Generator().manual_seed(0)
    real, fake = (torch.randn(R, B, F, dtype=torch.float64, generator=rng).requires_grad_() for _ in range(2))
    uniform = torch.rand(R, B, dtype=torch.float64, generator=rng)
    return Critique(critic, real, fake, critic(real), critic(fake), uniform)
