"""(alpha_D, alpha_G)-GAN: both players by an alpha-loss, each with its own alpha.

alpha-loss of the probability P given to the truth: a / (a - 1) (1 - P^((a - 1) / a)) for a in (0, infinity];
-ln P at a = 1, 1 - P at infinity (Sypherd et al., as in Welfert et al. 2023, arXiv:2302.14320). With
alpha_D = alpha_G = a the game minimises the Arimoto divergence of order a: Jensen-Shannon at 1, squared
Hellinger at 1/2, total variation at infinity.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ganbench.gan.losses.loss import Blind, Loss, Values, softplus
from ganbench.registry import PER_REPLICA, Options, register

if TYPE_CHECKING:
    from torch import Tensor

Alpha = Annotated[float, Field(gt=0, allow_inf_nan=False)] | Literal["infinity"]


class AlphaOptions(Options):
    """The defaults are the vanilla GAN; the source has no default of its own and compares a grid."""

    alpha_d: Annotated[Alpha, Field(description="of D; 1 is the cross entropy"), PER_REPLICA] = 1.0
    alpha_g: Annotated[Alpha, Field(description="of G; 1 is the cross entropy"), PER_REPLICA] = 1.0
    form: Annotated[
        Literal["saturating", "non-saturating"],
        Field(description="G maximises D's loss on its samples, or minimises their loss as real ones"),
    ] = "saturating"


def alpha_loss(logit: Tensor, alpha: Tensor | float) -> Tensor:
    """a / (a - 1) (1 - P^((a - 1) / a)) with P = sigmoid(l); logit [..., B], alpha [...] -> [..., B].

    With s = ln P and b = 1 - 1/a it is -(e^(b s) - 1) / b, and -s at b = 0.
    """
    import torch

    s = -softplus(-logit)
    b = (1 - 1 / torch.as_tensor(alpha, dtype=logit.dtype, device=logit.device))[..., None]
    flat = b == 0
    # Where b is 0 the other branch is taken, but its gradient must be finite there too.
    b = b.masked_fill(flat, 1.0)
    return torch.where(flat, -s, -(b * s).expm1() / b)


def alpha_slope(logit: Tensor, alpha: Tensor | float) -> Tensor:
    """|d alpha-loss / d logit| = P^b (1 - P); [..., B]."""
    import torch

    b = (1 - 1 / torch.as_tensor(alpha, dtype=logit.dtype, device=logit.device))[..., None]
    return (-b * softplus(-logit)).exp() * (-logit).sigmoid()


def alpha_of(p: float, alpha: float) -> float:
    """The alpha-loss of the probability P in (0, 1) as a number."""
    b = 1 - 1 / alpha
    return -math.log(p) if b == 0 else -math.expm1(b * math.log(p)) / b


def blind_alpha(m: float, options: AlphaOptions) -> Blind:
    """D's loss m l_a(P) + (1 - m) l_a(1 - P) is least at l = a ln(m / (1 - m)).

    At a = infinity it is linear in P: without a minimum inside, but for m = 1/2, where every D is as good.
    """
    alpha, of_g = float(options.alpha_d), float(options.alpha_g)
    if math.isinf(alpha) and m != 0.5:  # neither kind
        return Blind()
    logit = 0.0 if m == 0.5 else alpha * (math.log(m) - math.log1p(-m))
    real, fake = 1 / (1 + math.exp(-logit)), 1 / (1 + math.exp(logit))
    told = 2 * (m * alpha_of(real, alpha) + (1 - m) * alpha_of(fake, alpha))
    level = alpha_of(real, of_g) if options.form == "non-saturating" else -alpha_of(fake, of_g)
    return Blind(logit, told, generator=level, asked=alpha_of(real, alpha))


def alpha_gan(options: AlphaOptions, values: Values) -> Loss:
    """L_D = E loss_aD(real; x) + E loss_aD(fake; G(z)). At the optimum l = alpha_D ln(p_data / p_model).

    The levels of a blind D are those of one run: replicas with alphas of their own have none in common.
    """
    alpha_d, alpha_g = values["alpha_d"], values["alpha_g"]
    truth = 1 if options.form == "non-saturating" else -1

    def discriminator(real: Tensor, fake: Tensor) -> Tensor:
        return alpha_loss(real, alpha_d).mean(-1) + alpha_loss(-fake, alpha_d).mean(-1)

    def targeted(logits: Tensor, targets: Tensor) -> Tensor:
        return targets * alpha_loss(logits, alpha_d) + (1 - targets) * alpha_loss(-logits, alpha_d)

    def generator(fake: Tensor, real: Tensor) -> Tensor:  # noqa: ARG001  # the shared signature
        return truth * alpha_loss(truth * fake, alpha_g).mean(-1)

    alone = all(isinstance(alpha, float) for alpha in (alpha_d, alpha_g))
    level = blind_alpha(0.5, options) if alone else Blind()
    return Loss(
        discriminator,
        generator,
        equilibrium=(level.discriminator, level.generator),
        decision=0.0,
        targeted=targeted,
        blind=(lambda m: blind_alpha(m, options)) if alone else None,
        attenuation=lambda logit: alpha_slope(truth * logit, alpha_g),
    )


register(
    "loss",
    "alpha-gan",
    target="ganbench.gan.losses.alpha:alpha_gan",
    options=AlphaOptions,
    summary="alpha-losses of their own for D and G; (1, 1) is minimax or non-saturating",
    formula=(
        "L_D = E loss_aD(D(x)) + E loss_aD(1 - D(G(z))), L_G = -E loss_aG(1 - D(G(z))) or E loss_aG(D(G(z))), "
        "loss_a(P) = a / (a - 1) (1 - P^((a - 1) / a))"
    ),
    source="Welfert et al. 2023, arXiv:2302.14320",
    defaults="alpha 1: the log-likelihood ratio of the cross entropy; chosen here",
)
