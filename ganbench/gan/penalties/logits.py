"""Penalties on D's logits alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ganbench.gan.penalties.penalty import Critique, Lazy, Penalty
from ganbench.gan.tricks.trick import Scene
from ganbench.registry import PER_REPLICA, Options, register

if TYPE_CHECKING:
    from torch import Tensor


class LeCamOptions(Options):
    weight: Annotated[float, Field(ge=0, description="lambda"), PER_REPLICA] = 0.3
    decay: Annotated[
        float,
        Field(ge=0, lt=1, description="share of the old mean logit that is kept in a step"),
        PER_REPLICA,
    ] = 0.99


class ConsistencyOptions(Lazy):
    weight: Annotated[float, Field(ge=0, description="lambda"), PER_REPLICA] = 10.0
    std: Annotated[
        float, Field(gt=0, description="of the Gaussian noise, in the units that D sees"), PER_REPLICA
    ] = 0.05


def lecam(view: Critique, scene: Scene) -> Tensor:
    """lambda (E (D(x) - a_fake)^2 + E (D(G(z)) - a_real)^2) (Tseng et al. 2021).

    a_real and a_fake are moving averages of D's mean logits, this step's included, from the first step on. The
    decay is that of public implementations; the weight is ours.
    """
    real, fake = _average("real", view.real_logits, scene), _average("fake", view.fake_logits, scene)
    if scene.phase != "geometry":
        scene.memory["updates"].add_(1)
    spread = (view.real_logits - fake).square().mean(-1) + (view.fake_logits - real).square().mean(-1)
    return scene.values["weight"] * spread


def _average(name: str, logits: Tensor, scene: Scene) -> Tensor:
    """The moving average of the mean logit with this step's in it, [R, 1]."""
    import torch

    held, mean = scene.memory[name], logits.detach().mean(-1)
    moved = torch.where(scene.memory["updates"] == 0, mean, mean.lerp(held, scene.values["decay"]))
    if scene.phase != "geometry":
        held.copy_(torch.where(moved.isfinite(), moved, held))
    return moved[:, None]


def consistency(view: Critique, scene: Scene) -> Tensor:
    """lambda E (D(x) - D(T(x)))^2 over real samples (Zhang et al. 2020).

    T adds Gaussian noise, the one augmentation that means the same for any data. lambda is the source's,
    the standard deviation is ours.
    """
    noise = scene.draws.normal(tuple(view.real.shape[1:]))
    moved = view.critic(view.real + scene.value("std", view.real) * noise)
    return scene.values["weight"] * (view.real_logits - moved).square().mean(-1)


LECAM = Penalty(lecam, memory={"real": (), "fake": (), "updates": ()})
CONSISTENCY = Penalty(consistency)

register(
    "penalty",
    "lecam",
    target="ganbench.gan.penalties.logits:LECAM",
    options=LeCamOptions,
    summary="real logits near the moving average of fake ones, and the other way round",
    formula="lambda (E (l(x) - a_fake)^2 + E (l(G(z)) - a_real)^2), a <- decay a + (1 - decay) mean logit",
    source="Tseng et al. 2021, arXiv:2104.03310",
    defaults="weight and decay of the authors' code for CIFAR-10",
)
register(
    "penalty",
    "consistency",
    target="ganbench.gan.penalties.logits:CONSISTENCY",
    options=ConsistencyOptions,
    summary="CR-GAN: D answers the same to a real sample and to the sample with noise",
    formula="lambda E (l(x) - l(x + e))^2, e ~ N(0, std^2 I)",
    source="Zhang et al. 2020, arXiv:1910.12027",
    defaults="weight of the source; std chosen here, for data of unit size",
)
