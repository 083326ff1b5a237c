"""D some steps ahead, differentiably: what an unrolled generator step looks at."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor
from torch.autograd import grad

from ganbench.gan.optimizers import ADAM, RMSPROP, SGD, Optimizer
from ganbench.train.game import Player, Vectors
from ganbench.train.vectorise import Weights

State = Mapping[str, Tensor]
Rule = Callable[[Tensor, State, Vectors], tuple[Tensor, State]]  # gradient [R, P] -> (change, state after it)

# sqrt has no slope at 0, where the second moment of a dead unit is; far below any eps.
LEAST = 1e-30


def sgd(gradient: Tensor, state: State, hyper: Vectors) -> tuple[Tensor, State]:
    """b <- momentum b + g, change -lr b."""
    momentum = hyper["momentum"] * state["momentum"] + gradient
    return -hyper["lr"] * momentum, {**state, "momentum": momentum}


def adam(gradient: Tensor, state: State, hyper: Vectors) -> tuple[Tensor, State]:
    """Change -lr m^ / (sqrt(v^) + eps)."""
    beta1, beta2 = hyper["beta1"], hyper["beta2"]
    steps = state["steps"] + 1
    mean = state["mean"].lerp(gradient, 1 - beta1)
    square = state["square"].lerp(gradient.square(), 1 - beta2)
    root = (square / (1 - beta2**steps)).clamp_min(LEAST).sqrt()
    change = -hyper["lr"] * mean / (1 - beta1**steps) / (root + hyper["eps"])
    return change, {"steps": steps, "mean": mean, "square": square}


def rmsprop(gradient: Tensor, state: State, hyper: Vectors) -> tuple[Tensor, State]:
    """v <- alpha v + (1 - alpha) g^2, change -lr g / (sqrt(v) + eps)."""
    square = state["square"].lerp(gradient.square(), 1 - hyper["alpha"])
    change = -hyper["lr"] * gradient / (square.clamp_min(LEAST).sqrt() + hyper["eps"])
    return change, {**state, "square": square}


RULES: dict[Optimizer, Rule] = {SGD: sgd, ADAM: adam, RMSPROP: rmsprop}


def unrolled(
    player: Player,
    start: Weights | None,
    loss: Callable[[Weights], Tensor],
    *,
    steps: int,
    rate: Tensor | None = None,
) -> Weights:
    """The weights after `steps` more steps of the player (Metz et al. 2017, section 2.2), from `start` or its own.

    loss: weights -> [R], what the player minimises; the result is differentiable in all that it depends on. rate:
    a factor of the learning rate, [R]. The player, its moments included, stays as it is.
    """
    stack, rule = player.stack, RULES[player.optimizer]
    weights = stack.flat.detach() if start is None else stack.flatten(list(start.values()))
    weights = weights if weights.requires_grad else weights.requires_grad_()
    hyper = player.hyper if rate is None else {**player.hyper, "lr": player.hyper["lr"] * rate[:, None]}
    state: State = dict(player.state)
    for _ in range(steps):
        (gradient,) = grad(
            loss(stack.named(weights)).sum(), weights, create_graph=True, materialize_grads=True
        )
        change, state = rule(gradient, state, hyper)
        weights = weights + change
    return stack.named(weights)
