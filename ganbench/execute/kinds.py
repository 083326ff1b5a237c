"""What an object of the user's is meant to be: a loss, a network, a data set..."""

from __future__ import annotations

from typing import Any, Final

from ganbench.errors import PluginError
from ganbench.gan.losses import Loss
from ganbench.gan.penalties import Penalty, Projection, WeightPenalty
from ganbench.gan.penalties.own import SEEN
from ganbench.gan.tricks.trick import Trick
from ganbench.plugins import kinds, positional

_OBJECTS: Final = (
    (Loss, "loss"),
    ((Penalty, WeightPenalty, Projection), "penalty"),
    (Trick, "trick"),
)
_LOGITS: Final = ("real", "fake")


def kind_of(target: Any, name: str) -> str:
    """By its type, or by the names of the parameters that it begins with. Raises PluginError where neither tells."""
    for type_, kind in _OBJECTS:
        if isinstance(target, type_):
            return kind
    if not callable(target):
        return "dataset"
    if _is_network(target):
        return "network"
    if found := _by_parameters(positional(target, name)):
        return found
    raise PluginError(
        "its parameters do not tell what it is", where=name, hint=f"say --kind {'|'.join(kinds())}"
    )


def _is_network(target: Any) -> bool:
    from torch import nn

    return isinstance(target, type) and issubclass(target, nn.Module)


def _by_parameters(first: list[str]) -> str:
    if tuple(first) == _LOGITS:
        return "loss"
    if first and all(parameter in SEEN for parameter in first):
        return "penalty"
    if first[:1] == ["rng"]:
        return "dataset"
    if first[:1] == ["gradient"]:
        return "optimizer"
    return "network" if {"inputs", "outputs"} & set(first) else ""
