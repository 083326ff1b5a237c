"""Feature matching: the generator imitates the mean of what the discriminator looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganbench.gan.losses import LossPair
from ganbench.gan.networks import DiracOptions
from ganbench.gan.tricks.trick import Answers, Scene, Setting, Trick
from ganbench.registry import Options, register

if TYPE_CHECKING:
    from torch import Tensor

    from ganbench.gan.losses import Loss


def match_features(answers: Answers, loss: Loss, scene: Scene) -> Tensor:  # noqa: ARG001  # the shared signature
    """||E f(x) - E f(G(z))||^2, f the last hidden layer of D (Salimans et al. 2016, section 3.1); [R].

    Real samples are those of D's last step. It replaces the loss of G; D keeps its own.
    """
    fake, real = answers.features()
    return (real.mean(1) - fake.mean(1)).square().sum(-1)


def _obstacle(options: Options, setting: Setting) -> str | None:  # noqa: ARG001  # the shared signature
    if isinstance(setting.loss, LossPair):
        return (
            f"replaces the loss of G, and {setting.loss.generator.name} was given for it: give both players the loss "
            f"{setting.loss.discriminator.name}"
        )
    if isinstance(setting.discriminator, DiracOptions):
        return f"needs a discriminator with a hidden layer, {setting.discriminator.name} has none"
    return None


FEATURE_MATCHING = Trick(features=True, generator_loss=match_features, obstacle=_obstacle)

register(
    "trick",
    "feature-matching",
    target="ganbench.gan.tricks.features:FEATURE_MATCHING",
    summary="G matches the mean of D's last hidden layer on real samples, instead of its own loss",
    formula="L_G = ||E f(x) - E f(G(z))||^2, f the last hidden layer of D",
    source="Salimans et al. 2016, arXiv:1606.03498, section 3.1",
)
