"""What the networks of a setting take and give."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from ganbench.gan.tricks import packing
from ganbench.suite.datasets import dataset

if TYPE_CHECKING:
    from ganbench.suite.schema import Setting

Role = Literal["generator", "discriminator"]


def sizes(setting: Setting, role: Role) -> tuple[int, int]:
    """Numbers in and out of a network, for one sample or one pack of samples, with their labels."""
    sample, labels = math.prod(dataset(setting.data).shape), label_count(setting)
    if role == "generator":
        return setting.latent.dim + labels, sample
    if setting.conditional and setting.conditional.discriminator == "auxiliary":
        return sample, 1 + labels
    return pack(setting) * (sample + labels), 1


def label_count(setting: Setting) -> int:
    """Labels that the players are told of; 0 where they are told of none."""
    return dataset(setting.data).label_count or 0 if setting.conditional else 0


def joined_shape(setting: Setting) -> tuple[int, ...]:
    """Of one sample with its label behind it."""
    shape, labels = dataset(setting.data).shape, label_count(setting)
    return (math.prod(shape) + labels,) if labels else shape


def pack(setting: Setting) -> int:
    """How many samples D takes as one."""
    return packing.pack(setting.tricks)


def judged_together(setting: Setting) -> int:
    """Samples, or packs of them, of one kind that D sees in a step."""
    return packing.judged_together(setting)
