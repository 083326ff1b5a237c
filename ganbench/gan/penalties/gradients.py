"""Penalties on the gradient of D's logit by the sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ganbench.gan.penalties.penalty import Critique, Lazy, Penalty
from ganbench.gan.tricks.trick import Scene
from ganbench.registry import PER_REPLICA, register

if TYPE_CHECKING:
    from torch import Tensor


class ZeroCentred(Lazy):
    gamma: Annotated[
        float, Field(ge=0, description="weight gamma; gamma/2 multiplies the norm"), PER_REPLICA
    ] = 1.0


class GradientPenalty(Lazy):
    weight: Annotated[float, Field(ge=0, description="lambda"), PER_REPLICA] = 10.0
    target: Annotated[float, Field(ge=0, description="the norm that is asked for"), PER_REPLICA] = 1.0


class DraganOptions(GradientPenalty):
    spread: Annotated[
        float,
        Field(gt=0, description="standard deviation of the perturbation, in those of the real batch"),
        PER_REPLICA,
    ] = 0.5


def squared_gradient_norm(logits: Tensor, samples: Tensor) -> Tensor:
    """||d logit / d sample||^2 of every sample, [R, B]; differentiable."""
    from torch.autograd import grad

    (gradient,) = grad(logits.sum(), samples, create_graph=True)
    return gradient.flatten(2).square().sum(-1)


def r1(view: Critique, scene: Scene) -> Tensor:
    """gamma/2 E ||grad D(x)||^2 over real samples (Mescheder et al. 2018, equation 9)."""
    return scene.values["gamma"] / 2 * squared_gradient_norm(view.real_logits, view.real).mean(-1)


def r2(view: Critique, scene: Scene) -> Tensor:
    """gamma/2 E ||grad D(G(z))||^2 over generated samples (Mescheder et al. 2018, equation 10)."""
    return scene.values["gamma"] / 2 * squared_gradient_norm(view.fake_logits, view.fake).mean(-1)


def wgan_gp(view: Critique, scene: Scene) -> Tensor:
    """lambda E (||grad D(x^)|| - target)^2, x^ uniform between real and fake (Gulrajani et al. 2017).

    With the target 0 it is the zero-centred penalty of Thanh-Tung et al. 2019, lambda E ||grad D(x^)||^2.
    """
    assert view.uniform is not None
    share = view.uniform.reshape(view.uniform.shape + (1,) * (view.real.dim() - 2))
    at = view.fake + share * (view.real - view.fake)
    return _norm_penalty(view.between or view.critic, scene, at)


def dragan(view: Critique, scene: Scene) -> Tensor:
    """lambda E (||grad D(x + d)|| - target)^2, d ~ N(0, c I) around real samples (Kodali et al. 2017).

    lambda = 10 and target 1 are the source's. Its c is in units of its images; here sqrt(c) is a multiple of
    the standard deviation of the batch over all coordinates, as in the authors' code, whose factor is 1/2 and
    whose perturbation is uniform.
    """
    real = view.real.detach()
    deviation = real.flatten(1).std(dim=1, correction=0) * scene.values["spread"]
    noise = scene.draws.normal(tuple(real.shape[1:]))
    return _norm_penalty(view.critic, scene, real + deviation.reshape(-1, *[1] * (real.dim() - 1)) * noise)


def _norm_penalty(critic: Callable[[Tensor], Tensor], scene: Scene, at: Tensor) -> Tensor:
    """lambda E (||grad D|| - target)^2 at these samples."""
    import torch

    if not at.requires_grad:
        at.requires_grad_()
    target = scene.values["target"][:, None]
    squared = squared_gradient_norm(critic(at), at)
    # The root has no derivative at 0, where a dead critic sits; the floor keeps its gradient finite. The target
    # 0 needs no root.
    norm = squared.clamp_min(1e-24).sqrt()
    return scene.values["weight"] * torch.where(target == 0, squared, (norm - target).square()).mean(-1)


R1 = Penalty(r1, ("real",))
R2 = Penalty(r2, ("fake",))
WGAN_GP = Penalty(wgan_gp, ("between",))
DRAGAN = Penalty(dragan, ("near",))

register(
    "penalty",
    "r1",
    target="ganbench.gan.penalties.gradients:R1",
    options=ZeroCentred,
    summary="zero-centred gradient penalty on real samples",
    formula="gamma/2 E ||grad D(x)||^2",
    source="Mescheder et al. 2018, arXiv:1801.04406",
    defaults="chosen here, for data of unit size; the source takes 10 for images",
)
register(
    "penalty",
    "r2",
    target="ganbench.gan.penalties.gradients:R2",
    options=ZeroCentred,
    summary="zero-centred gradient penalty on generated samples",
    formula="gamma/2 E ||grad D(G(z))||^2",
    source="Mescheder et al. 2018, arXiv:1801.04406",
    defaults="chosen here, for data of unit size; the source takes 10 for images",
)
register(
    "penalty",
    "wgan-gp",
    target="ganbench.gan.penalties.gradients:WGAN_GP",
    options=GradientPenalty,
    summary="gradient norm 1 on lines between real and generated samples; 0-GP with target 0",
    formula="lambda E (||grad D(x^)|| - 1)^2, x^ = u x + (1 - u) G(z), u ~ U(0, 1)",
    source="Gulrajani et al. 2017, arXiv:1704.00028; target 0: Thanh-Tung et al. 2019, arXiv:1902.03984",
    defaults="of the source; for mixtures it takes 0.1",
)
register(
    "penalty",
    "dragan",
    target="ganbench.gan.penalties.gradients:DRAGAN",
    options=DraganOptions,
    summary="gradient norm 1 around real samples",
    formula="lambda E (||grad D(x + d)|| - 1)^2, d ~ N(0, (spread std(x))^2 I)",
    source="Kodali et al. 2017, arXiv:1705.07215",
    defaults="weight and target of the source; spread of the authors' code",
)
