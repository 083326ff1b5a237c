"""Losses of the logit itself: Wasserstein, least squares, hinge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganbench.gan.losses.loss import Blind, Loss
from ganbench.registry import register

if TYPE_CHECKING:
    from torch import Tensor


def wasserstein_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """E l(G(z)) - E l(x)."""
    return fake.mean(-1) - real.mean(-1)


def wasserstein_generator(fake: Tensor, real: Tensor) -> Tensor:  # noqa: ARG001  # the shared signature
    """-E l(G(z))."""
    return -fake.mean(-1)


def least_squares_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """1/2 E (l(x) - 1)^2 + 1/2 E l(G(z))^2: targets 1 and 0."""
    return 0.5 * ((real - 1).square().mean(-1) + fake.square().mean(-1))


def least_squares_generator(fake: Tensor, real: Tensor) -> Tensor:  # noqa: ARG001  # the shared signature
    """1/2 E (l(G(z)) - 1)^2."""
    return 0.5 * (fake - 1).square().mean(-1)


def targeted_squares(logits: Tensor, targets: Tensor) -> Tensor:
    """1/2 (l - t)^2."""
    return 0.5 * (logits - targets).square()


def blind_squares(m: float) -> Blind:
    """l = m: L_G = 1/2 (m - 1)^2. L_D is the spread of the targets, which their mean does not tell."""
    level = 0.5 * (m - 1) ** 2
    return Blind(m, generator=level, asked=level)


def hinge_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """E max(0, 1 - l(x)) + E max(0, 1 + l(G(z)))."""
    return (1 - real).relu().mean(-1) + (1 + fake).relu().mean(-1)


WASSERSTEIN = Loss(wasserstein_discriminator, wasserstein_generator, equilibrium=(0.0, None))
LEAST_SQUARES = Loss(
    least_squares_discriminator,
    least_squares_generator,
    equilibrium=(0.25, 0.125),
    decision=0.5,
    targeted=targeted_squares,
    blind=blind_squares,
    attenuation=lambda logit: (logit - 1).abs(),
)
# Any level within the margins is an equilibrium of D; G's loss is given at the decision value.
HINGE = Loss(hinge_discriminator, wasserstein_generator, equilibrium=(2.0, 0.0), decision=0.0)

register(
    "loss",
    "wasserstein",
    target="ganbench.gan.losses.margins:WASSERSTEIN",
    summary="difference of critic means; needs weight clipping or a gradient penalty",
    formula="L_D = E l(G(z)) - E l(x), L_G = -E l(G(z))",
    source="Arjovsky et al. 2017, arXiv:1701.07875",
)
register(
    "loss",
    "least-squares",
    target="ganbench.gan.losses.margins:LEAST_SQUARES",
    summary="squared distance to the targets 1 (real) and 0 (fake), with the factor 1/2",
    formula="L_D = 1/2 E (l(x) - 1)^2 + 1/2 E l(G(z))^2, L_G = 1/2 E (l(G(z)) - 1)^2",
    source="Mao et al. 2017, arXiv:1611.04076, equation 9",
)
register(
    "loss",
    "hinge",
    target="ganbench.gan.losses.margins:HINGE",
    summary="margins of 1; D gets no gradient from samples beyond them",
    formula="L_D = E max(0, 1 - l(x)) + E max(0, 1 + l(G(z))), L_G = -E l(G(z))",
    source="Lim and Ye 2017, arXiv:1705.02894; Miyato et al. 2018, arXiv:1802.05957",
)
