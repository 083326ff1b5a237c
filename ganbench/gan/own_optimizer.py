"""An optimiser of the user's: a function of the gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ganbench.errors import PluginError
from ganbench.gan.optimizers import Hyper, Optimizer, State
from ganbench.plugins import Adapted, given, positional
from ganbench.registry import Options, per_replica

if TYPE_CHECKING:
    from torch import Tensor

RESERVED = "steps"  # the engine's own entry of every state


def adapted(target: Any, name: str) -> Adapted:
    """`(gradient [R, P], *state, lr, **options) -> change of the weights`, or `(change, *state)`.

    Elementwise: every number among the options is [R, 1]. State begins at 0. Raises PluginError for anything else.
    """
    if not callable(target):
        raise PluginError(
            f"is a {type(target).__name__}, expected a function of the gradient",
            where=name,
            hint="my_optimizer(gradient, *, lr=1e-3) gives the change of the weights",
        )
    taken = positional(target, name)
    if not taken or RESERVED in taken:
        raise PluginError(
            "expected a function that begins with the gradient, and any state, none of it called 'steps'",
            where=name,
        )

    def make(options: Options) -> Optimizer:
        return _of_gradient(target, taken[1:], options)

    return Adapted(make, of=target, taken=taken, varies=True)


def _of_gradient(target: Callable[..., Any], moments: list[str], options: Options) -> Optimizer:
    varying = per_replica(options)
    if "lr" not in varying:
        raise PluginError(
            "has no number 'lr', the learning rate that decay and other tricks act on", where=options.name
        )
    fixed = {name: value for name, value in given(options).items() if name not in varying}

    def delta(gradient: Tensor, moves: Tensor, state: State, hyper: Hyper) -> Tensor:
        found = target(gradient, *(state[m] for m in moments), **fixed, **{n: hyper[n] for n in varying})
        change, *new = found if isinstance(found, tuple) else (found,)
        chosen = moves.bool()
        for name, value in zip(moments, _counted(new, moments, options), strict=True):
            state[name].copy_(value.where(chosen, state[name]))
        masked: Tensor = change.masked_fill(~chosen, 0)
        return masked

    return Optimizer(tuple(moments), delta)


def _counted(new: list[Tensor], moments: list[str], options: Options) -> list[Tensor]:
    if len(new) != len(moments):
        raise PluginError(
            f"gave {len(new)} tensors after the change, expected {len(moments)}, the state it was given",
            where=options.name,
        )
    return new
