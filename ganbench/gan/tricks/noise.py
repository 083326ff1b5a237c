"""Noise on what the discriminator sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ganbench.gan.tricks.trick import Scene, Trick
from ganbench.registry import PER_REPLICA, Options, register

if TYPE_CHECKING:
    from torch import Tensor


class InstanceNoiseOptions(Options):
    std: Annotated[float, Field(gt=0, description="of the noise at the start"), PER_REPLICA] = 0.1
    until: Annotated[
        float | None,
        Field(gt=0, le=1, description="share of the steps after which it is gone, linearly; null: never"),
    ] = None


def add_noise(samples: Tensor, scene: Scene) -> Tensor:
    """x + s e, e ~ N(0, I), on real and generated samples alike; s falls linearly to 0 (Arjovsky and Bottou
    2017, section 3; Sonderby et al. 2017, section 3.3).
    """
    assert isinstance(scene.options, InstanceNoiseOptions)
    std = scene.value("std", samples)
    if scene.options.until is not None:
        std = std * (1 - scene.progress / scene.options.until).clamp_min(0)
    return samples + std * scene.draws.normal(tuple(samples.shape[1:]))


INSTANCE_NOISE = Trick(seen=add_noise)

register(
    "trick",
    "instance-noise",
    target="ganbench.gan.tricks.noise:INSTANCE_NOISE",
    options=InstanceNoiseOptions,
    summary="Gaussian noise on real and generated samples before D sees them, with or without decay",
    formula="x <- x + s e, e ~ N(0, I), s falling linearly to 0",
    source="Arjovsky and Bottou 2017, arXiv:1701.04862; Sonderby et al. 2017, arXiv:1610.04490",
    defaults="chosen here: the sources tie it to the data",
)
