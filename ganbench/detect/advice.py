"""What to try, in order: the nearest cause first, what is better supported before what is folklore."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ganbench.detect.facts import Facts

Level = Literal["measured here", "published", "practice"]

MOG = "README.md, suite mog, ten seeds: healthy runs on the ring"


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing to try. knob: what to change; level: measured by a suite of this project, published, or practice.

    source: the suite and its numbers, or the paper. has: the penalty that it adds, not advised where it is there.
    """

    text: str
    knob: str
    level: Level
    source: str
    has: str = ""


R1: Final = Remedy(
    "penalise D's gradient on real samples (R1)",
    "penalties: [{name: r1}]",
    "published",
    "Mescheder et al. 2018, arXiv:1801.04406",
    has="r1",
)
R1_MEASURED: Final = Remedy(
    "penalise D's gradient on real samples (R1)",
    "penalties: [{name: r1, gamma: 0.1}]",
    "measured here",
    f"{MOG} 6 to 9 of 10 for non-saturating, 7 to 10 of 10 for hinge (intervals overlap); Mescheder et al. 2018",
    has="r1",
)
LOWER_LR: Final = Remedy(
    "lower the learning rate of the player that is named",
    "optimizers.*.lr",
    "practice",
    "rules of debuggers: TheDeepChecker",
)
CLIP: Final = Remedy(
    "clip the gradient's norm", "gradient clipping", "practice", "Pascanu et al. 2013, arXiv:1211.5063"
)
LIPSCHITZ: Final = Remedy(
    "bound D's slope: gradient penalty or spectral norm",
    "penalties: [{name: wgan-gp}]",
    "published",
    "Gulrajani et al. 2017, arXiv:1704.00028; Miyato et al. 2018, arXiv:1802.05957",
    has="wgan-gp",
)
MORE_D: Final = Remedy(
    "give D more steps, or a larger step", "schedule.d_steps", "practice", "Chintala et al. 2016, ganhacks"
)
FEWER_D: Final = Remedy(
    "give D fewer steps, or a smaller step",
    "schedule.d_steps",
    "practice",
    "Salimans et al. 2016, arXiv:1606.03498",
)
TTUR: Final = Remedy(
    "give the two players different learning rates",
    "optimizers.discriminator.lr",
    "published",
    "Heusel et al. 2017, arXiv:1706.08500",
)
NOISE: Final = Remedy(
    "add noise to D's inputs, and let it decay",
    "instance noise",
    "published",
    "Arjovsky and Bottou 2017, arXiv:1701.04862",
)
NON_SATURATING: Final = Remedy(
    "use the non-saturating loss",
    "loss: non-saturating",
    "published",
    "Goodfellow et al. 2014, arXiv:1406.2661, section 3",
)
EMA: Final = Remedy(
    "average G's weights", "ema: {decay: 0.999}", "published", "Yazici et al. 2019, arXiv:1806.04498"
)
AUGMENT: Final = Remedy(
    "augment what D sees, real and fake alike",
    "augmentation",
    "published",
    "Karras et al. 2020, arXiv:2006.06676; Zhao et al. 2020, arXiv:2006.10738",
)
PACK: Final = Remedy(
    "let D judge several samples at once", "packing", "published", "Lin et al. 2018, arXiv:1712.04086"
)
MOMENTUM: Final = Remedy(
    "take momentum out", "optimizers.*.beta1: 0", "published", "Gidel et al. 2019, arXiv:1807.04740"
)
EXTRAGRADIENT: Final = Remedy(
    "step by extrapolation (extragradient, optimism)",
    "schedule, optimizers",
    "published",
    "Gidel et al. 2019, arXiv:1802.10551; Daskalakis et al. 2018, arXiv:1711.00141",
)
CHECKPOINT: Final = Remedy(
    "go back to the best checkpoint", "checkpoints", "practice", "Brock et al. 2019, arXiv:1809.11096"
)
DECAY: Final = Remedy(
    "let the learning rates decay", "optimizers.*.lr", "practice", "Brock et al. 2019, arXiv:1809.11096"
)


def practice(text: str, knob: str, source: str = "practice") -> Remedy:
    return Remedy(text, knob, "practice", source)


REMEDIES: Final[dict[str, tuple[Remedy, ...]]] = {
    "non-finite": (
        practice("compute losses from logits with softplus, never the log of a sigmoid", "loss"),
        LOWER_LR,
        R1,
        CLIP,
        practice("keep D in float32 under mixed precision", "precision"),
    ),
    "wiring": (
        practice(
            "compare the two steps with the plain loop: detach, zero the gradients, one optimiser each",
            "code",
        ),
        practice(
            "feed real and fake batches alike: same range, same type, batch norm per batch",
            "schedule.batches",
        ),
        practice("take the sigmoid once: from logits with a loss of logits", "loss"),
    ),
    "exploding-gradient": (LOWER_LR, R1, LIPSCHITZ, CLIP),
    "gradient-spike": (CLIP, practice("raise Adam's eps, or lower beta2", "optimizers.*.beta2"), LOWER_LR),
    "diverging-discriminator": (LIPSCHITZ, R1, LOWER_LR, CLIP),
    "blind-discriminator": (
        practice("lower the penalty's weight, weight decay, or the strength of augmentation", "penalties"),
        practice("look for a frozen or detached D, and for dead ReLUs: use leaky ones", "discriminator"),
        practice("raise D's learning rate or its size", "optimizers.discriminator.lr"),
    ),
    "one-sided-discriminator": (
        practice("balance real and fake batches, look for flipped labels", "data"),
        practice("look at D's last bias and its learning rate", "discriminator"),
        MORE_D,
    ),
    "frozen-network": (
        practice("look at the optimiser: are these its weights, is the learning rate 0", "optimizers"),
        practice("look for a cut graph or requires_grad = False, and for dead ReLUs", "code"),
    ),
    "vanishing-gradient": (NON_SATURATING, R1, NOISE, LIPSCHITZ, FEWER_D),
    "generator-dominance": (MORE_D, TTUR, R1, MOMENTUM, EXTRAGRADIENT),
    "mode-hopping": (
        practice("more D steps, or a smaller learning rate of G", "schedule.d_steps"),
        R1,
        practice("replay old fakes to D", "replay", "Shrivastava et al. 2017, arXiv:1612.07828"),
        EMA,
        Remedy("unroll D", "unrolling", "published", "Metz et al. 2017, arXiv:1611.02163"),
    ),
    "limit-cycle": (R1, NOISE, MOMENTUM, EXTRAGRADIENT, DECAY, EMA),
    "mode-collapse": (
        R1_MEASURED,
        PACK,
        LIPSCHITZ,
        Remedy("unroll D", "unrolling", "published", "Metz et al. 2017, arXiv:1611.02163"),
        practice(
            "a larger batch, a smaller learning rate of G; z with enough dimensions", "batch, latent.dim"
        ),
    ),
    "in-mode-collapse": (
        practice("train longer with a smaller learning rate of G", "optimizers.generator.lr"),
        PACK,
        practice("no truncation at sampling; look at the averaged weights' lag", "ema"),
    ),
    "discriminator-dominance": (R1, FEWER_D, TTUR, NOISE, AUGMENT),
    "discriminator-overfitting": (
        AUGMENT,
        Remedy(
            "regularise D towards its running means (LeCam)",
            "penalties",
            "published",
            "Tseng et al. 2021, arXiv:2104.03310",
        ),
        practice("a stronger penalty, a smaller D, more data", "penalties"),
        CHECKPOINT,
    ),
    "late-collapse": (CHECKPOINT, DECAY, R1, AUGMENT),
    "stagnation": (
        practice("raise the learning rate, or end the run", "optimizers.*.lr"),
        practice(
            "if D sees a difference, treat what it sees: see discriminator-dominance, vanishing-gradient",
            "loss",
        ),
    ),
    "convergence": (
        practice(
            "where the last level is missing, measure neighbour_auc on 100 samples or more",
            "evaluation.metrics",
        ),
    ),
}

_MODE_LOSS_MEASURED: Final = ("non-saturating", "hinge")


def remedies(kind: str, facts: Facts | None = None) -> tuple[Remedy, ...]:
    """What to try against a kind of finding, in order; without what the run has already.

    R1 counts as measured here for mode-collapse only under the losses that it was measured with. Raises
    KeyError for an unknown kind.
    """
    if facts is None:
        return REMEDIES[kind]
    elsewhere = facts.loss is not None and facts.loss not in _MODE_LOSS_MEASURED
    fitting = (R1 if one is R1_MEASURED and elsewhere else one for one in REMEDIES[kind])
    loss = {f"loss: {facts.loss}"}
    return tuple(one for one in fitting if one.has not in {*facts.penalties} - {""} and one.knob not in loss)
