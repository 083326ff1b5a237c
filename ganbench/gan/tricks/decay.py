"""Learning rates that fall."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ganbench.gan.tricks.trick import Scene, Setting, Trick
from ganbench.registry import PER_REPLICA, Options, register

if TYPE_CHECKING:
    from torch import Tensor


class LearningRateDecayOptions(Options):
    law: Annotated[Literal["linear", "cosine", "exponential"], Field(description="how it falls")] = "linear"
    start: Annotated[
        float, Field(ge=0, lt=1, description="share of the steps before it falls"), PER_REPLICA
    ] = 0.0
    final: Annotated[
        float, Field(ge=0, lt=1, description="the factor at the end; above 0 where exponential"), PER_REPLICA
    ] = 0.0
    of: Annotated[
        Literal["both", "generator", "discriminator"], Field(description="whose learning rate falls")
    ] = "both"


def decay(letter: str, scene: Scene) -> Tensor:
    """The factor of the learning rate, [R]: 1 up to `start`, then f at the end, with s the share that is done.

    linear: 1 - (1 - f) s (Gulrajani et al. 2017 take f = 0; Zhu et al. 2017 from the middle on).
    cosine: f + (1 - f) (1 + cos(pi s)) / 2 (Loshchilov and Hutter 2017, equation 5). exponential: f^s.
    """
    options = scene.options
    assert isinstance(options, LearningRateDecayOptions)
    start, final = scene.values["start"], scene.values["final"]
    if not (options.of == "both" or options.of.startswith(letter)):
        return final.new_ones(final.shape)
    s = ((scene.progress - start) / (1 - start)).clamp_min(0)
    if options.law == "linear":
        return 1 - (1 - final) * s
    if options.law == "cosine":
        return final + (1 - final) * (1 + (math.pi * s).cos()) / 2
    return final**s


def _ends_at_nothing(options: Options, setting: Setting) -> str | None:  # noqa: ARG001  # the shared signature
    assert isinstance(options, LearningRateDecayOptions)
    if options.law == "exponential" and options.final == 0:
        return "with the law exponential never ends at 0: give final above 0, such as 0.01"
    return None


LEARNING_RATE_DECAY = Trick(rate=decay, obstacle=_ends_at_nothing)

register(
    "trick",
    "learning-rate-decay",
    target="ganbench.gan.tricks.decay:LEARNING_RATE_DECAY",
    options=LearningRateDecayOptions,
    summary="learning rates that fall over the planned steps: linearly, as a cosine or exponentially",
    formula="lr <- lr (1 - (1 - f) s), lr (f + (1 - f) (1 + cos(pi s)) / 2) or lr f^s",
    source="Gulrajani et al. 2017, arXiv:1704.00028; Loshchilov and Hutter 2017, arXiv:1608.03983, equation 5",
    defaults="linear to 0 from the first step, as Gulrajani et al. 2017",
)
