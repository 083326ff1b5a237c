"""Learning rates that fall as a cosine and start again (SGDR: Loshchilov and Hutter 2017, arXiv:1608.03983)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ganbench.gan.tricks.trick import Scene, Trick
from ganbench.registry import PER_REPLICA, Options, register

if TYPE_CHECKING:
    from torch import Tensor

ROUNDING = (
    1e-4  # of a cycle: one that is done but for so much is done; options are of the precision of the run
)


class WarmRestartsOptions(Options):
    first: Annotated[
        float, Field(gt=0, le=1, description="T_0: share of the steps before the first restart"), PER_REPLICA
    ] = 0.05
    growth: Annotated[
        float, Field(ge=1, description="T_mult: how much longer each cycle is than the last"), PER_REPLICA
    ] = 2.0
    least: Annotated[
        float, Field(ge=0, lt=1, description="the factor that each cycle falls to"), PER_REPLICA
    ] = 0.0
    of: Annotated[
        Literal["both", "generator", "discriminator"], Field(description="whose learning rate it is")
    ] = "both"


def rate(letter: str, scene: Scene) -> Tensor:
    """eta_t / eta_max = f + (1 - f) (1 + cos(pi T_cur / T_i)) / 2, [R] (equation 5), f = eta_min / eta_max."""
    options, least = scene.options, scene.values["least"]
    assert isinstance(options, WarmRestartsOptions)
    if not (options.of == "both" or options.of.startswith(letter)):
        return least.new_ones(least.shape)
    share = done(scene.progress, scene.values["first"].double(), scene.values["growth"].double())
    return least + (1 - least) * (1 + (math.pi * share).cos()).to(least.dtype) / 2


def done(t: Tensor, first: Tensor, growth: Tensor) -> Tensor:
    """T_cur / T_i at the share t of a run, [R]: cycle i begins at T_0 (m^i - 1) / (m - 1), T_i = T_0 m^i."""
    passed = t / first
    grows = growth > 1
    m = growth.where(grows, 2.0)  # of two branches of a `where`, both are computed
    i = ((1 + passed * (m - 1)).log() / m.log()).where(grows, passed).add(ROUNDING).floor()
    begun = ((m**i - 1) / (m - 1)).where(grows, i)
    return ((passed - begun) / growth**i).clamp_min(0)


WARM_RESTARTS = Trick(rate=rate)

register(
    "trick",
    "warm-restarts",
    target="ganbench.gan.tricks.restarts:WARM_RESTARTS",
    options=WarmRestartsOptions,
    summary="learning rates that fall as a cosine and start again, in cycles that grow",
    formula="lr <- lr (f + (1 - f) (1 + cos(pi T_cur / T_i)) / 2), T_i = T_0 m^i",
    source="Loshchilov and Hutter 2017, arXiv:1608.03983, equation 5",
    defaults="T_0 = 10 of 200 epochs, T_mult = 2, to 0: a setting of the source for classifiers; no GAN of it there",
)
