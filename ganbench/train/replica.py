"""One replica of a stored population as ordinary modules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import torch
from torch import Tensor, nn

from ganbench.suite.schema import Setting
from ganbench.train.networks import network
from ganbench.train.precision import KEPT

Role = Literal["generator", "discriminator", "average"]
ROLES: Final[tuple[Role, ...]] = ("generator", "discriminator", "average")


def plain_network(setting: Setting, role: Role) -> nn.Module:
    """The network of a setting with fresh weights: the generator maps z [B, Z] to flat samples [B, prod(shape)],
    the discriminator flat samples, or packs of them, to logits [B, 1]. `average` is the generator under its moving average.
    """
    built = network(setting, "discriminator" if role == "discriminator" else "generator")
    return built.to(KEPT[setting.precision])


def replica_network(setting: Setting, role: Role, tensors: Mapping[str, Tensor], replica: int) -> nn.Module:
    """One replica's network out of the tensors of a game (`state.game_of`). Raises KeyError for a role not there."""
    module = plain_network(setting, role)
    flat = tensors[f"{role}.flat"][replica]
    sizes = [parameter.numel() for parameter in module.parameters()]
    with torch.no_grad():
        for parameter, values in zip(module.parameters(), flat.split(sizes), strict=True):
            parameter.copy_(values.reshape(parameter.shape))
        for name, buffer in module.named_buffers():
            buffer.copy_(tensors[f"{role}.buffer.{name}"][replica])
    return module
