"""Cross entropy: minimax and non-saturating."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from ganbench.gan.losses.loss import Blind, Loss, softplus
from ganbench.registry import register

if TYPE_CHECKING:
    from torch import Tensor


def cross_entropy_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """-E ln D(x) - E ln(1 - D(G(z))) = -V(D, G), with D = sigmoid(l)."""
    return softplus(-real).mean(-1) + softplus(fake).mean(-1)


def targeted_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """-t ln D - (1 - t) ln(1 - D)."""
    return targets * softplus(-logits) + (1 - targets) * softplus(logits)


def blind_minimax(m: float) -> Blind:
    """D = m: L_D = 2 H(m), the entropy of the targets in nats, L_G = ln(1 - m)."""
    told = -2 * (m * math.log(m) + (1 - m) * math.log1p(-m))
    return Blind(_logit(m), told, generator=math.log1p(-m), asked=-math.log(m))


def blind_non_saturating(m: float) -> Blind:
    """The same D; L_G = -ln m."""
    return replace(blind_minimax(m), generator=-math.log(m))


def _logit(p: float) -> float:
    return math.log(p) - math.log1p(-p)


def minimax_generator(fake: Tensor, real: Tensor) -> Tensor:  # noqa: ARG001  # the shared signature
    """E ln(1 - D(G(z)))."""
    return -softplus(fake).mean(-1)


def non_saturating_generator(fake: Tensor, real: Tensor) -> Tensor:  # noqa: ARG001  # the shared signature
    """-E ln D(G(z))."""
    return softplus(-fake).mean(-1)


MINIMAX = Loss(
    cross_entropy_discriminator,
    minimax_generator,
    equilibrium=(2 * math.log(2), -math.log(2)),
    decision=0.0,
    density_ratio=True,
    targeted=targeted_cross_entropy,
    blind=blind_minimax,
    attenuation=lambda logit: logit.sigmoid(),
)
NON_SATURATING = Loss(
    cross_entropy_discriminator,
    non_saturating_generator,
    equilibrium=(2 * math.log(2), math.log(2)),
    decision=0.0,
    density_ratio=True,
    targeted=targeted_cross_entropy,
    blind=blind_non_saturating,
    attenuation=lambda logit: (-logit).sigmoid(),
)

register(
    "loss",
    "minimax",
    target="ganbench.gan.losses.cross_entropy:MINIMAX",
    summary="the zero-sum game; saturates when D is sure",
    formula="L_D = -E ln D(x) - E ln(1 - D(G(z))), L_G = E ln(1 - D(G(z)))",
    source="Goodfellow et al. 2014, arXiv:1406.2661, equation 1",
)
register(
    "loss",
    "non-saturating",
    target="ganbench.gan.losses.cross_entropy:NON_SATURATING",
    summary="G maximises ln D(G(z)) instead",
    formula="L_D as minimax, L_G = -E ln D(G(z))",
    source="Goodfellow et al. 2014, arXiv:1406.2661, section 3",
)
