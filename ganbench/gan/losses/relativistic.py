"""Relativistic losses: how much more real is one sample than another, or than the other kind on average?

All depend on differences of logits alone, so the level of the logits means nothing, and G's step needs the
logits of real samples as well.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ganbench.gan.losses.loss import Loss, softplus
from ganbench.registry import register

if TYPE_CHECKING:
    from torch import Tensor


def pairing_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """E softplus(-(l(x) - l(G(z)))), real and fake paired by position."""
    return softplus(fake - real).mean(-1)


def pairing_generator(fake: Tensor, real: Tensor) -> Tensor:
    """E softplus(-(l(G(z)) - l(x))), real and fake paired by position."""
    return softplus(real - fake).mean(-1)


def lead(of: Tensor, over: Tensor) -> Tensor:
    """l - E l', with l' the logits of the other kind; [..., B]."""
    return of - over.mean(-1, keepdim=True)


def average_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """-E ln sigmoid(l(x) - E l(G(z))) - E ln(1 - sigmoid(l(G(z)) - E l(x)))."""
    return softplus(-lead(real, fake)).mean(-1) + softplus(lead(fake, real)).mean(-1)


def average_generator(fake: Tensor, real: Tensor) -> Tensor:
    """The same with real and fake exchanged."""
    return average_discriminator(fake, real)


def average_squares_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """1/2 E (l(x) - E l(G(z)) - 1)^2 + 1/2 E (l(G(z)) - E l(x) + 1)^2."""
    return 0.5 * ((lead(real, fake) - 1).square().mean(-1) + (lead(fake, real) + 1).square().mean(-1))


def average_squares_generator(fake: Tensor, real: Tensor) -> Tensor:
    """The same with real and fake exchanged."""
    return average_squares_discriminator(fake, real)


PAIRING = Loss(pairing_discriminator, pairing_generator, (math.log(2), math.log(2)), paired=True)
AVERAGE = Loss(average_discriminator, average_generator, (2 * math.log(2), 2 * math.log(2)), paired=True)
AVERAGE_SQUARES = Loss(average_squares_discriminator, average_squares_generator, (1.0, 1.0), paired=True)

register(
    "loss",
    "relativistic-pairing",
    target="ganbench.gan.losses.relativistic:PAIRING",
    summary="RpGAN: real against fake, paired by position",
    formula="L_D = E softplus(l(G(z)) - l(x)), L_G = E softplus(l(x) - l(G(z)))",
    source="Jolicoeur-Martineau 2018, arXiv:1807.00734; Huang et al. 2024, arXiv:2501.05441",
)
register(
    "loss",
    "relativistic-average",
    target="ganbench.gan.losses.relativistic:AVERAGE",
    summary="RaGAN: each sample against the mean logit of the other kind",
    formula=(
        "L_D = E softplus(E l(G(z)) - l(x)) + E softplus(l(G(z)) - E l(x)), L_G with real and fake exchanged"
    ),
    source="Jolicoeur-Martineau 2018, arXiv:1807.00734",
)
register(
    "loss",
    "relativistic-average-least-squares",
    target="ganbench.gan.losses.relativistic:AVERAGE_SQUARES",
    summary="RaLSGAN: leads over the mean of the other kind of 1 (real) and -1 (fake), with the factor 1/2",
    formula=(
        "L_D = 1/2 E (l(x) - E l(G(z)) - 1)^2 + 1/2 E (l(G(z)) - E l(x) + 1)^2, "
        "L_G with real and fake exchanged"
    ),
    source="Jolicoeur-Martineau 2018, arXiv:1807.00734",
)
