"""What a loss is: two functions of logits, and what a level of the logits means. Imports no torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

Values = Mapping[str, "Tensor | float"]
"""Options that may differ between replicas: [R] each, or a number for one run alone."""


@dataclass(frozen=True, slots=True)
class Blind:
    """A discriminator that answers one logit to everything, the best there is for the targets that it is told.

    decision: that logit. discriminator, generator: the two losses there; asked: D's loss of one sample with
    target 1. None where not known: a loss that is not linear in the targets depends on more than their mean.
    """

    decision: float | None = None
    discriminator: float | None = None
    generator: float | None = None
    asked: float | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """A pair of losses and what detectors must know of it.

    discriminator: (real, fake) logits [..., B] -> [...].
    generator: (fake, real) logits [..., B] -> [...]; `real` is used where `paired`.
    paired: the generator's loss needs the logits of real samples too.
    decision: the logit between real and fake; None where a level means nothing (critics).
    density_ratio: at the optimum the logit is ln(p_data / p_model).
    equilibrium: (discriminator loss, generator loss) of a discriminator that answers the decision value to
        everything; None where arbitrary.
    targeted: (logits, targets in [0, 1]) -> D's loss of each sample, elementwise; at targets 1 and 0 the two
        terms of `discriminator`. None where D has no targets.
    blind: mean target of all samples, in (0, 1) -> `Blind`; at 1/2 it has `decision`, and `equilibrium` where that is
        known. None where D has no targets, or where it is not known.
    attenuation: |d generator loss of one sample / d its logit|, elementwise; None where constant, or where
        it depends on another sample's logit (paired).
    apart: why it is computed one replica at a time; empty where it is not.
    """

    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor, Tensor], Tensor]
    equilibrium: tuple[float | None, float | None]
    paired: bool = False
    decision: float | None = None
    density_ratio: bool = False
    targeted: Callable[[Tensor, Tensor], Tensor] | None = None
    blind: Callable[[float], Blind] | None = None
    attenuation: Callable[[Tensor], Tensor] | None = None
    apart: str = ""


def softplus(x: Tensor) -> Tensor:
    """ln(1 + e^x), elementwise."""
    from torch.nn.functional import softplus as torch_softplus

    return torch_softplus(x)
