"""Optimistic steps: the last step stands in for the gradient that the other player is about to cause.

With u_t the step of the base method, w_t = w_{t-1} + lr (2 u_t - u_{t-1}): the guess of the last step is
taken back when the gradient is known, and the new step is made twice. u_0 = 0 as in the source, so that the
first step is twice that of the base method.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ganbench.gan.optimizers import AdamOptions, Decay, Hyper, Optimizer, Rate, State, adam
from ganbench.registry import Options, register

if TYPE_CHECKING:
    from torch import Tensor


class Optimistic(Options):
    """An optimiser that takes its last step back."""


class OptimisticSGDOptions(Optimistic):
    lr: Rate = 1e-2


class OptimisticAdamOptions(Optimistic, AdamOptions):
    """Defaults are those of the authors' code for CIFAR-10."""

    lr: Rate = 1e-4
    beta2: Annotated[Decay, Field(description="decay of the mean of their squares")] = 0.9


def optimistic_sgd(gradient: Tensor, moves: Tensor, state: State, hyper: Hyper) -> Tensor:
    """w_t = w_{t-1} - 2 lr g_t + lr g_{t-1} (Daskalakis et al. 2018, section 2)."""
    return _optimistic(-gradient, moves, state, hyper["lr"])


def optimistic_adam(gradient: Tensor, moves: Tensor, state: State, hyper: Hyper) -> Tensor:
    """w_t = w_{t-1} - 2 lr m^_t / (sqrt(v^_t) + eps) + lr m^_{t-1} / (sqrt(v^_{t-1}) + eps) (algorithm 1)."""
    step = adam(gradient, moves, state, {**hyper, "lr": moves.new_ones(())})
    return _optimistic(step, moves, state, hyper["lr"])


def _optimistic(step: Tensor, moves: Tensor, state: State, lr: Tensor) -> Tensor:
    previous = state["previous"]
    delta = (2 * step - previous) * (lr * moves)
    previous.copy_(step.where(moves.bool(), previous))
    return delta


OPTIMISTIC_SGD = Optimizer(("previous",), optimistic_sgd)
OPTIMISTIC_ADAM = Optimizer(("mean", "square", "previous"), optimistic_adam)

register(
    "optimizer",
    "optimistic-sgd",
    target="ganbench.gan.optimistic:OPTIMISTIC_SGD",
    options=OptimisticSGDOptions,
    summary="gradient descent that takes its last step back and makes the new one twice",
    formula="w <- w - 2 lr g_t + lr g_{t-1}",
    source="Daskalakis et al. 2018, arXiv:1711.00141, section 2",
    defaults="chosen here",
)
register(
    "optimizer",
    "optimistic-adam",
    target="ganbench.gan.optimistic:OPTIMISTIC_ADAM",
    options=OptimisticAdamOptions,
    summary="Adam that takes its last step back and makes the new one twice",
    formula="w <- w - 2 lr u_t + lr u_{t-1}, u = m^ / (sqrt(v^) + eps)",
    source="Daskalakis et al. 2018, arXiv:1711.00141, algorithm 1",
    defaults="of the authors' code; eps of Adam",
)
