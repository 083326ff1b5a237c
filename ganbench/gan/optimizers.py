"""Elementwise optimisers over a population's weights, kept as one matrix [R, P].

Every hyperparameter is a vector over replicas, and so is the step count: replicas may differ in
learning rate and join late. A replica outside `moves` keeps weights and moments bit for bit; its gradient
may hold anything, NaN included. Nothing here synchronises with the host.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ganbench.registry import PER_REPLICA, Options, register

if TYPE_CHECKING:
    from torch import Tensor

Hyper = Mapping[str, "Tensor"]
State = dict[str, "Tensor"]
Rate = Annotated[float, Field(gt=0, description="learning rate"), PER_REPLICA]
Decay = Annotated[float, Field(ge=0, lt=1), PER_REPLICA]


class SGDOptions(Options):
    lr: Rate = 1e-2
    momentum: Annotated[float, Field(gt=-1, lt=1, description="heavy ball; may be negative"), PER_REPLICA] = (
        0.0
    )


class AdamOptions(Options):
    lr: Rate = 2e-4
    beta1: Annotated[Decay, Field(description="decay of the mean of gradients")] = 0.5
    beta2: Annotated[Decay, Field(description="decay of the mean of their squares")] = 0.999
    eps: Annotated[float, Field(gt=0, description="added to the root"), PER_REPLICA] = 1e-8


class RMSpropOptions(Options):
    lr: Rate = 5e-5
    alpha: Annotated[
        float, Field(ge=0, lt=1, description="decay of the mean of squared gradients"), PER_REPLICA
    ] = 0.99
    eps: Annotated[float, Field(gt=0, description="added to the root"), PER_REPLICA] = 1e-8


@dataclass(frozen=True, slots=True)
class Optimizer:
    """`moments` names its state, each [R, P] and zero at first; `delta` gives the change of the weights.

    delta(gradient [R, P], moves [R, 1] of 0 or 1, state, hyper of [R, 1]) -> [R, P], with the state
    advanced in place. `gradient` is 0 where `moves` is 0.
    """

    moments: tuple[str, ...]
    delta: Callable[[Tensor, Tensor, State, Hyper], Tensor]


def sgd(gradient: Tensor, moves: Tensor, state: State, hyper: Hyper) -> Tensor:
    """b <- momentum b + g, change -lr b (heavy ball; Gidel et al. 2019 for negative momentum)."""
    kept = hyper["momentum"] * moves + (1 - moves)
    momentum = state["momentum"].mul_(kept).add_(gradient)
    return momentum * (-hyper["lr"] * moves)


def adam(gradient: Tensor, moves: Tensor, state: State, hyper: Hyper) -> Tensor:
    """Adam with bias correction (Kingma and Ba 2015, algorithm 1)."""
    beta1, beta2 = hyper["beta1"], hyper["beta2"]
    # A replica that has not moved yet has no correction; 1 keeps it from dividing 0 by 0.
    steps = state["steps"].add_(moves).clamp_min(1)
    mean = state["mean"].lerp_(gradient, (1 - beta1) * moves)
    square = state["square"].mul_(1 - (1 - beta2) * moves).addcmul_(gradient, gradient * (1 - beta2))
    # m^ / (sqrt(v^) + eps) with both corrections moved into factors of one number per replica.
    root = (1 - beta2**steps).sqrt()
    rate = -hyper["lr"] * moves * root / (1 - beta1**steps)
    return square.sqrt().add_(hyper["eps"] * root).reciprocal_().mul_(mean).mul_(rate)


def rmsprop(gradient: Tensor, moves: Tensor, state: State, hyper: Hyper) -> Tensor:
    """v <- alpha v + (1 - alpha) g^2, change -lr g / (sqrt(v) + eps) (Tieleman and Hinton 2012)."""
    alpha = hyper["alpha"]
    square = state["square"].mul_(1 - (1 - alpha) * moves).addcmul_(gradient, gradient * (1 - alpha))
    return square.sqrt().add_(hyper["eps"]).reciprocal_().mul_(gradient).mul_(-hyper["lr"] * moves)


SGD = Optimizer(("momentum",), sgd)
ADAM = Optimizer(("mean", "square"), adam)
RMSPROP = Optimizer(("square",), rmsprop)

register(
    "optimizer",
    "sgd",
    target="ganbench.gan.optimizers:SGD",
    options=SGDOptions,
    summary="gradient descent with heavy-ball momentum of either sign",
    formula="b <- momentum b + g, w <- w - lr b",
    source="Polyak 1964; Gidel et al. 2019, arXiv:1807.04740",
    defaults="chosen here; no momentum",
)
register(
    "optimizer",
    "adam",
    target="ganbench.gan.optimizers:ADAM",
    options=AdamOptions,
    summary="Adam with bias correction",
    formula="w <- w - lr m^ / (sqrt(v^) + eps)",
    source="Kingma and Ba 2015, arXiv:1412.6980",
    defaults="lr and beta1 of Radford et al. 2016, arXiv:1511.06434; beta2 and eps of the source",
)
register(
    "optimizer",
    "rmsprop",
    target="ganbench.gan.optimizers:RMSPROP",
    options=RMSpropOptions,
    summary="gradient over the root of its running square",
    formula="v <- alpha v + (1 - alpha) g^2, w <- w - lr g / (sqrt(v) + eps)",
    source="Tieleman and Hinton 2012",
    defaults="lr of Arjovsky et al. 2017, arXiv:1701.07875; alpha and eps of torch",
)
