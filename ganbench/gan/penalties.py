"""Penalties and projections on the discriminator. One value per replica, weights are vectors over replicas.

A penalty is added to the discriminator's loss on every `every`-th discriminator step, times `every`
(Karras et al. 2020), so that its mean strength does not depend on the interval. It is logged apart from
the adversarial loss. A projection changes the weights after the step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ganbench.registry import PER_REPLICA, Options, register

if TYPE_CHECKING:
    from torch import Tensor

Weights = Mapping[str, "Tensor"]


@dataclass(frozen=True, slots=True)
class Critique:
    """What a discriminator step has at hand. Tensors that a penalty differentiates require gradients.

    critic: samples [R, B, ...] -> logits [R, B], differentiable twice, on copies of the buffers.
    real, fake: samples [R, B, ...]; real_logits, fake_logits: [R, B].
    uniform: draws from U(0, 1), [R, B], from the random tape.
    """

    critic: Callable[[Tensor], Tensor]
    real: Tensor
    fake: Tensor
    real_logits: Tensor
    fake_logits: Tensor
    uniform: Tensor | None


@dataclass(frozen=True, slots=True)
class Penalty:
    """`value` is differentiated through; `differentiates` names the samples whose gradient it takes."""

    value: Callable[[Critique, Weights], Tensor]
    differentiates: tuple[Literal["real", "fake", "between"], ...]


@dataclass(frozen=True, slots=True)
class Projection:
    """`apply` changes the discriminator's weights [R, P] in place after each of its steps."""

    apply: Callable[[Tensor, Weights], None]


class Lazy(Options):
    """A penalty that can be applied on every n-th discriminator step only."""

    every: Annotated[int, Field(ge=1, description="discriminator steps between two applications")] = 1


class ZeroCentred(Lazy):
    gamma: Annotated[
        float, Field(ge=0, description="weight gamma; gamma/2 multiplies the norm"), PER_REPLICA
    ] = 1.0


class GradientPenalty(Lazy):
    weight: Annotated[float, Field(ge=0, description="lambda"), PER_REPLICA] = 10.0
    target: Annotated[float, Field(ge=0, description="the norm that is asked for"), PER_REPLICA] = 1.0


class Clipping(Options):
    limit: Annotated[float, Field(gt=0, description="weights stay within [-limit, limit]"), PER_REPLICA] = (
        0.01
    )


def squared_gradient_norm(logits: Tensor, samples: Tensor) -> Tensor:
    """||d logit / d sample||^2 of every sample, [R, B]; differentiable."""
    from torch.autograd import grad

    (gradient,) = grad(logits.sum(), samples, create_graph=True)
    return gradient.flatten(2).square().sum(-1)


def r1(view: Critique, weights: Weights) -> Tensor:
    """gamma/2 E ||grad D(x)||^2 over real samples (Mescheder et al. 2018, equation 9)."""
    return weights["gamma"] / 2 * squared_gradient_norm(view.real_logits, view.real).mean(-1)


def r2(view: Critique, weights: Weights) -> Tensor:
    """gamma/2 E ||grad D(G(z))||^2 over generated samples (Mescheder et al. 2018, equation 10)."""
    return weights["gamma"] / 2 * squared_gradient_norm(view.fake_logits, view.fake).mean(-1)


def wgan_gp(view: Critique, weights: Weights) -> Tensor:
    """lambda E (||grad D(x^)|| - target)^2, x^ uniform between real and fake (Gulrajani et al. 2017)."""
    assert view.uniform is not None
    share = view.uniform.reshape(view.uniform.shape + (1,) * (view.real.dim() - 2))
    between = view.fake + share * (view.real - view.fake)
    if not between.requires_grad:
        between.requires_grad_()
    squared = squared_gradient_norm(view.critic(between), between)
    # The root has no derivative at 0, where a dead critic sits; the floor keeps its gradient finite.
    norm = squared.clamp_min(1e-24).sqrt()
    return weights["weight"] * (norm - weights["target"][:, None]).square().mean(-1)


def clip_weights(flat: Tensor, weights: Weights) -> None:
    """Every weight of D back into [-limit, limit] (Arjovsky et al. 2017, algorithm 1)."""
    limit = weights["limit"][:, None]
    flat.clamp_(min=-limit, max=limit)


R1 = Penalty(r1, ("real",))
R2 = Penalty(r2, ("fake",))
WGAN_GP = Penalty(wgan_gp, ("between",))
WEIGHT_CLIPPING = Projection(clip_weights)

register(
    "penalty",
    "r1",
    target="ganbench.gan.penalties:R1",
    options=ZeroCentred,
    summary="zero-centred gradient penalty on real samples",
    formula="gamma/2 E ||grad D(x)||^2",
    source="Mescheder et al. 2018, arXiv:1801.04406",
)
register(
    "penalty",
    "r2",
    target="ganbench.gan.penalties:R2",
    options=ZeroCentred,
    summary="zero-centred gradient penalty on generated samples",
    formula="gamma/2 E ||grad D(G(z))||^2",
    source="Mescheder et al. 2018, arXiv:1801.04406",
)
register(
    "penalty",
    "wgan-gp",
    target="ganbench.gan.penalties:WGAN_GP",
    options=GradientPenalty,
    summary="gradient norm 1 on lines between real and generated samples",
    formula="lambda E (||grad D(x^)|| - 1)^2, x^ = u x + (1 - u) G(z), u ~ U(0, 1)",
    source="Gulrajani et al. 2017, arXiv:1704.00028",
)
register(
    "penalty",
    "weight-clipping",
    target="ganbench.gan.penalties:WEIGHT_CLIPPING",
    options=Clipping,
    summary="weights of D clipped after each of its steps",
    formula="w <- min(max(w, -c), c)",
    source="Arjovsky et al. 2017, arXiv:1701.07875, algorithm 1",
)
