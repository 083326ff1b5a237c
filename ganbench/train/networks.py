"""The networks of a setting, by role, with fresh weights."""

from __future__ import annotations

import math
from functools import partial

from torch import nn

from ganbench import registry
from ganbench.errors import UsageError
from ganbench.gan.networks import ConvOptions
from ganbench.gan.networks.conditional import LabelPlanes, Projection, projects
from ganbench.suite.datasets import dataset
from ganbench.suite.schema import Setting
from ganbench.suite.sizes import Role, label_count, pack, sizes


def network(setting: Setting, role: Role) -> nn.Module:
    """G maps z [B, Z] to flat samples [B, prod(shape)], D flat samples, or packs of them, to logits [B, 1].

    Where the players are told labels, they stand one-hot behind z and behind the samples: [B, Z + K], [B, F + K].
    An auxiliary classifier takes samples alone, and gives logits of the classes behind its first: [B, 1 + K].
    """
    inputs, outputs = sizes(setting, role)
    way = setting.conditional.discriminator if setting.conditional and role == "discriminator" else None
    if way == "projection":
        labels = label_count(setting)
        return _projected(_built(setting, role, inputs - labels, outputs), labels)
    if way == "concatenation" and isinstance(setting.discriminator, ConvOptions):
        return _with_planes(setting, inputs, outputs)
    return _built(setting, role, inputs, outputs)


def _built(setting: Setting, role: Role, inputs: int, outputs: int) -> nn.Module:
    options = getattr(setting, role)
    build = registry.load("network", options)
    if isinstance(options, ConvOptions):
        build = partial(build, image_shape=dataset(setting.data).image_shape)
    module: nn.Module = build(options, inputs, outputs)
    return module


def _projected(chain: nn.Module, labels: int) -> Projection:
    if not projects(chain):
        raise UsageError(
            "projection needs a discriminator that is a chain of layers (nn.Sequential) and ends in a linear one; "
            f"{type(chain).__name__} is none",
            where="conditional.discriminator",
            hint="use the network mlp, or concatenation",
        )
    assert isinstance(chain, nn.Sequential)
    return Projection(chain, labels)


def _with_planes(setting: Setting, inputs: int, outputs: int) -> nn.Module:
    """A convolution sees each label as a constant image."""
    shape, labels = dataset(setting.data).image_shape, pack(setting) * label_count(setting)
    assert shape is not None  # `suite.checks` refuses the others
    planes = LabelPlanes(labels, math.prod(shape))
    chain = _built(setting, "discriminator", inputs - labels + labels * planes.pixels, outputs)
    assert isinstance(chain, nn.Sequential)
    return nn.Sequential(planes, *chain)
