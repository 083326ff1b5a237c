"""Changed targets: of the discriminator, and of the generator."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from ganbench.gan.losses import Blind, Loss, loss_of, of_role
from ganbench.gan.tricks.trick import Answers, Scene, Setting, Trick
from ganbench.registry import PER_REPLICA, Options, register

if TYPE_CHECKING:
    from torch import Tensor

Targets = tuple["Tensor", "Tensor"]
Target = float | tuple[float, float]


def _in_range(target: Target) -> Target:
    low, high = target if isinstance(target, tuple) else (target, target)
    if low > high:
        raise ValueError(f"the range [{low:g}, {high:g}] ends before it begins")
    if not 0 <= low + high <= 2:
        raise ValueError(
            f"{(low + high) / 2:g} is the mean target, expected one in [0, 1]: beyond it cross entropy has no minimum"
        )
    return target


class LabelSmoothingOptions(Options):
    real: Annotated[
        Target,
        AfterValidator(_in_range),
        Field(description="target of real samples, or a range [low, high]: one drawn for each sample"),
        PER_REPLICA,
    ] = 0.9
    fake: Annotated[
        Target,
        AfterValidator(_in_range),
        Field(description="target of generated samples, or a range; 0: one-sided"),
        PER_REPLICA,
    ] = 0.0


class LabelFlipOptions(Options):
    probability: Annotated[
        float, Field(gt=0, lt=0.5, description="that the target of a sample is flipped"), PER_REPLICA
    ] = 0.05


def smooth_labels(targets: Targets, scene: Scene) -> Targets:
    """Real targets a instead of 1, fake targets b instead of 0 (Salimans et al. 2016, section 3.4).

    At the optimum D = (a p_data + b p_model) / (p_data + p_model): b > 0 pulls D up where there is no data,
    which is why the source advises b = 0. Where a or b is drawn, one for each sample, D depends on its mean
    alone: the loss of D is linear in the target, or quadratic for least squares, and drawing adds noise to
    the gradient. A target above 1 is a push without end for one sample and none for the mean.
    """
    real, fake = (_between(target, scene) for target in targets)
    return real, fake


def _between(target: Tensor, scene: Scene) -> Tensor:
    """1 becomes a, 0 becomes b."""
    ranges = scene.values["fake"], scene.values["real"]
    if all(values.dim() == 1 for values in ranges):
        low, high = (values[:, None] for values in ranges)
        return low + (high - low) * target
    # One draw for both options: which of them is a range may be another in a neighbour.
    share = scene.draws.uniform(tuple(target.shape[1:]))
    low, high = (_drawn(values, share) for values in ranges)
    return low + (high - low) * target


def _drawn(values: Tensor, share: Tensor) -> Tensor:
    """The option for each sample: `share` [R, B] of the way through its range [R, 2], or [R, 1] of a number [R]."""
    if values.dim() == 1:
        return values[:, None]
    low, high = values[:, :1], values[:, 1:]
    return low + (high - low) * share


def smooth_mean(options: Options, mean: float) -> float:
    """Of all targets: b + (a - b) t, the means of ranges."""
    assert isinstance(options, LabelSmoothingOptions)
    real, fake = _mean(options.real), _mean(options.fake)
    return fake + (real - fake) * mean


def flip_labels(targets: Targets, scene: Scene) -> Targets:
    """t becomes 1 - t with probability p, sample by sample, real and generated alike (ganhacks, 6).

    At the optimum D = ((1 - p) p_data + p p_model) / (p_data + p_model): in the mean, flips are two-sided
    smoothing. The list gives no probability; the default is ours.
    """
    real, fake = (_flipped(target, scene) for target in targets)
    return real, fake


def flip_mean(options: Options, mean: float) -> float:
    """Of all targets: (1 - p) t + p (1 - t)."""
    assert isinstance(options, LabelFlipOptions)
    return mean + options.probability * (1 - 2 * mean)


def _flipped(target: Tensor, scene: Scene) -> Tensor:
    struck = scene.draws.uniform(tuple(target.shape[1:])) < scene.value("probability", target)
    return target + struck * (1 - 2 * target)


def ask_for_real(answers: Answers, loss: Loss, scene: Scene) -> Tensor:  # noqa: ARG001  # the shared signature
    """G minimises what D would lose on its samples if they were real: E l_D(G(z), 1) (ganhacks, 2).

    From minimax this makes the non-saturating loss.
    """
    assert loss.targeted is not None  # see `_asks_already`
    return loss.targeted(answers.fake, answers.fake.new_ones(())).mean(-1)


def _asking(loss: Loss, mean: float | None) -> Loss:
    """Its slope is that of D's loss at target 1."""
    blind = loss.blind(mean) if loss.blind and mean is not None else Blind()
    return replace(
        loss,
        attenuation=partial(_slope_to_real, loss),
        equilibrium=(loss.equilibrium[0], blind.asked),
    )


def _slope_to_real(loss: Loss, logit: Tensor) -> Tensor:
    """|d l_D(l, 1) / dl|, elementwise."""
    from torch import enable_grad
    from torch.autograd import grad

    assert loss.targeted is not None  # see `_asks_already`
    with enable_grad():
        leaf = logit.detach().requires_grad_()
        (slope,) = grad(loss.targeted(leaf, leaf.new_ones(())).sum(), leaf)
    return slope.abs()


def _asks_already(options: Options, setting: Setting) -> str | None:  # noqa: ARG001  # the shared signature
    if loss_of(setting.loss).targeted is None:
        return f"needs a loss that gives D targets, {setting.loss.name} has none"
    of_g = of_role(setting.loss, "generator")
    if of_g.name != "minimax" and getattr(of_g, "form", None) != "saturating":
        return f"changes nothing: the generator of {of_g.name} asks for the label of real samples already"
    return None


def _says_nothing(options: Options, setting: Setting) -> str | None:  # noqa: ARG001  # the shared signature
    assert isinstance(options, LabelSmoothingOptions)
    if (options.real, options.fake) == (1, 0):
        return "changes nothing with the targets 1 and 0"
    if _mean(options.real) <= _mean(options.fake):
        return (
            f"asks D to call generated samples real: real is {_mean(options.real):g}, fake {_mean(options.fake):g} in "
            "the mean"
        )
    return None


def _mean(target: Target) -> float:
    return sum(target) / 2 if isinstance(target, tuple) else target


LABEL_SMOOTHING = Trick(targets=smooth_labels, mean_target=smooth_mean, obstacle=_says_nothing)
LABEL_FLIPS = Trick(targets=flip_labels, mean_target=flip_mean)
FLIPPED_GENERATOR_LABELS = Trick(generator_loss=ask_for_real, reading=_asking, obstacle=_asks_already)

register(
    "trick",
    "label-smoothing",
    target="ganbench.gan.tricks.labels:LABEL_SMOOTHING",
    options=LabelSmoothingOptions,
    summary="soft targets for D: one-sided, or two-sided with fake above 0; fixed, or drawn for each sample",
    formula="t_real = a, t_fake = b; D* = (E a p_data + E b p_model) / (p_data + p_model)",
    source="Salimans et al. 2016, arXiv:1606.03498, section 3.4; drawn: soumith/ganhacks, 6",
    defaults="0.9 and 0 as in the source's one-sided smoothing",
)
register(
    "trick",
    "label-flips",
    target="ganbench.gan.tricks.labels:LABEL_FLIPS",
    options=LabelFlipOptions,
    summary="now and then D is told the wrong label",
    formula="t <- 1 - t with probability p; D* = ((1 - p) p_data + p p_model) / (p_data + p_model)",
    source="soumith/ganhacks, 6",
    defaults="chosen here: the list gives no probability",
)
register(
    "trick",
    "flipped-generator-labels",
    target="ganbench.gan.tricks.labels:FLIPPED_GENERATOR_LABELS",
    summary="G minimises the loss of D on its samples with the label of real ones",
    formula="L_G = E l_D(G(z), 1)",
    source="soumith/ganhacks, 2; Goodfellow et al. 2014, arXiv:1406.2661, section 3",
)
