"""Gradient clipping by norm, each replica by its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ganbench.gan.tricks.trick import Scene, Trick
from ganbench.registry import PER_REPLICA, Options, register

if TYPE_CHECKING:
    from torch import Tensor


class GradientClippingOptions(Options):
    norm: Annotated[float, Field(gt=0, description="largest Euclidean norm of a gradient"), PER_REPLICA] = 1.0
    of: Annotated[
        Literal["both", "generator", "discriminator"], Field(description="whose gradients are clipped")
    ] = "both"

    def clips(self, letter: str) -> bool:
        """Whether the player with this letter is clipped."""
        return self.of == "both" or self.of.startswith(letter)


def clip_gradient(gradient: Tensor, weights: Tensor, letter: str, scene: Scene) -> Tensor:  # noqa: ARG001  # the shared signature
    """g <- g min(1, c / ||g||), over all weights of one player (Pascanu et al. 2013, algorithm 1)."""
    assert isinstance(scene.options, GradientClippingOptions)
    if not scene.options.clips(letter):
        return gradient
    norm: Tensor = gradient.norm(dim=1, keepdim=True)
    # The floor keeps a gradient of 0 what it is.
    factor: Tensor = (scene.value("norm", gradient) / norm.clamp_min(1e-30)).clamp_max(1)
    return gradient * factor


GRADIENT_CLIPPING = Trick(gradient=clip_gradient)

register(
    "trick",
    "gradient-clipping",
    target="ganbench.gan.tricks.clipping:GRADIENT_CLIPPING",
    options=GradientClippingOptions,
    summary="gradients no longer than a norm, replica by replica",
    formula="g <- g min(1, c / ||g||)",
    source="Pascanu et al. 2013, arXiv:1211.5063, algorithm 1",
    defaults="chosen here",
)
