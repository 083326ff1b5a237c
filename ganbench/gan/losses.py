"""GAN losses: pure functions of logits, one value per replica.

Logits have shape [..., B]; the mean runs over the batch, so a leading replica axis is kept. The
discriminator's logit l means P(real) = sigmoid(l) where a loss has such a reading. Each loss is
minimised. A discriminator loss is the sum of its real and its fake term; the regulariser is not in it.
All are stable from logits: softplus, never the log of a sigmoid.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganbench.registry import register

if TYPE_CHECKING:
    from torch import Tensor


def softplus(x: Tensor) -> Tensor:
    """ln(1 + e^x), elementwise."""
    from torch.nn.functional import softplus as torch_softplus

    return torch_softplus(x)


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
    attenuation: |d generator loss of one sample / d its logit|, elementwise; None where constant, or where
        it depends on another sample's logit (paired).
    """

    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor, Tensor], Tensor]
    equilibrium: tuple[float | None, float | None]
    paired: bool = False
    decision: float | None = None
    density_ratio: bool = False
    attenuation: Callable[[Tensor], Tensor] | None = None


def cross_entropy_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """-E ln D(x) - E ln(1 - D(G(z))) = -V(D, G), with D = sigmoid(l)."""
    return softplus(-real).mean(-1) + softplus(fake).mean(-1)


def minimax_generator(fake: Tensor, real: Tensor) -> Tensor:  # noqa: ARG001  # the shared signature
    """E ln(1 - D(G(z)))."""
    return -softplus(fake).mean(-1)


def non_saturating_generator(fake: Tensor, real: Tensor) -> Tensor:  # noqa: ARG001  # the shared signature
    """-E ln D(G(z))."""
    return softplus(-fake).mean(-1)


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


def hinge_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """E max(0, 1 - l(x)) + E max(0, 1 + l(G(z)))."""
    return (1 - real).relu().mean(-1) + (1 + fake).relu().mean(-1)


def relativistic_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """E softplus(-(l(x) - l(G(z)))), real and fake paired by position."""
    return softplus(fake - real).mean(-1)


def relativistic_generator(fake: Tensor, real: Tensor) -> Tensor:
    """E softplus(-(l(G(z)) - l(x))), real and fake paired by position."""
    return softplus(real - fake).mean(-1)


MINIMAX = Loss(
    cross_entropy_discriminator,
    minimax_generator,
    equilibrium=(2 * math.log(2), -math.log(2)),
    decision=0.0,
    density_ratio=True,
    attenuation=lambda logit: logit.sigmoid(),
)
NON_SATURATING = Loss(
    cross_entropy_discriminator,
    non_saturating_generator,
    equilibrium=(2 * math.log(2), math.log(2)),
    decision=0.0,
    density_ratio=True,
    attenuation=lambda logit: (-logit).sigmoid(),
)
WASSERSTEIN = Loss(wasserstein_discriminator, wasserstein_generator, equilibrium=(0.0, None))
LEAST_SQUARES = Loss(
    least_squares_discriminator,
    least_squares_generator,
    equilibrium=(0.25, 0.125),
    decision=0.5,
    attenuation=lambda logit: (logit - 1).abs(),
)
# Any level within the margins is an equilibrium of D; G's loss is given at the decision value.
HINGE = Loss(hinge_discriminator, wasserstein_generator, equilibrium=(2.0, 0.0), decision=0.0)
RELATIVISTIC_PAIRING = Loss(
    relativistic_discriminator,
    relativistic_generator,
    equilibrium=(math.log(2), math.log(2)),
    paired=True,
)

register(
    "loss",
    "minimax",
    target="ganbench.gan.losses:MINIMAX",
    summary="the zero-sum game; saturates when D is sure",
    formula="L_D = -E ln D(x) - E ln(1 - D(G(z))), L_G = E ln(1 - D(G(z)))",
    source="Goodfellow et al. 2014, arXiv:1406.2661, equation 1",
)
register(
    "loss",
    "non-saturating",
    target="ganbench.gan.losses:NON_SATURATING",
    summary="G maximises ln D(G(z)) instead",
    formula="L_D as minimax, L_G = -E ln D(G(z))",
    source="Goodfellow et al. 2014, arXiv:1406.2661, section 3",
)
register(
    "loss",
    "wasserstein",
    target="ganbench.gan.losses:WASSERSTEIN",
    summary="difference of critic means; needs weight clipping or a gradient penalty",
    formula="L_D = E l(G(z)) - E l(x), L_G = -E l(G(z))",
    source="Arjovsky et al. 2017, arXiv:1701.07875",
)
register(
    "loss",
    "least-squares",
    target="ganbench.gan.losses:LEAST_SQUARES",
    summary="squared distance to the targets 1 (real) and 0 (fake), with the factor 1/2",
    formula="L_D = 1/2 E (l(x) - 1)^2 + 1/2 E l(G(z))^2, L_G = 1/2 E (l(G(z)) - 1)^2",
    source="Mao et al. 2017, arXiv:1611.04076, equation 9",
)
register(
    "loss",
    "hinge",
    target="ganbench.gan.losses:HINGE",
    summary="margins of 1; D gets no gradient from samples beyond them",
    formula="L_D = E max(0, 1 - l(x)) + E max(0, 1 + l(G(z))), L_G = -E l(G(z))",
    source="Lim and Ye 2017, arXiv:1705.02894; Miyato et al. 2018, arXiv:1802.05957",
)
register(
    "loss",
    "relativistic-pairing",
    target="ganbench.gan.losses:RELATIVISTIC_PAIRING",
    summary="RpGAN: real against fake, paired by position",
    formula="L_D = E softplus(l(G(z)) - l(x)), L_G = E softplus(l(x) - l(G(z)))",
    source="Jolicoeur-Martineau 2018, arXiv:1807.00734; Huang et al. 2024, arXiv:2501.05441",
)
