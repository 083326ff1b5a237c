"""Values of a setting that do not go together. Each would be a silent mistake if it ran."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganbench import registry
from ganbench.data.ranges import ENDS, box_shown
from ganbench.errors import expected
from ganbench.gan.losses import loss_of, of_role
from ganbench.gan.networks import (
    ConvDiscriminatorOptions,
    ConvGeneratorOptions,
    ConvOptions,
    DiracOptions,
    MLPOptions,
)
from ganbench.gan.networks.pyramid import LEAST
from ganbench.gan.optimistic import Optimistic
from ganbench.gan.penalties import Lazy, Penalty, Sided
from ganbench.gan.penalties.weights import OrthogonalOptions
from ganbench.gan.tricks.trick import Trick
from ganbench.metrics.direction import IDEAL
from ganbench.registry import Options
from ganbench.suite.datasets import dataset, measured
from ganbench.suite.sizes import judged_together, label_count, pack

if TYPE_CHECKING:
    from ganbench.suite.schema import Setting

Loc = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Clash:
    """`locs`: the values involved; the problem is shown at the one that was written last."""

    what: str
    locs: tuple[Loc, ...]


def clashes(setting: Setting) -> Iterator[Clash]:
    """All of them, in the order of the setting."""
    yield from _loss(setting)
    yield from _penalties(setting)
    yield from _tricks(setting)
    yield from _networks(setting)
    yield from _conditional(setting)
    yield from _range(setting)
    yield from _schedule(setting)
    yield from _evaluation(setting)
    yield from _failure(setting)


def _loss(setting: Setting) -> Iterator[Clash]:
    """A mixture of two losses: G must be able to read what D says."""
    of_d, of_g = (of_role(setting.loss, role) for role in ("discriminator", "generator"))
    if loss_of(of_d).decision is None and loss_of(of_g).attenuation is not None:
        yield Clash(
            f"the {of_g.name} loss of the generator reads the level of the logits, which means nothing under the "
            f"{of_d.name} loss of the discriminator: only differences do",
            (("loss", "generator"), ("loss", "discriminator")),
        )


def _penalties(setting: Setting) -> Iterator[Clash]:
    counts = Counter(penalty.label for penalty in setting.penalties)
    for index, penalty in enumerate(setting.penalties):
        if counts[penalty.label] > 1:
            counts[penalty.label] = 0
            yield Clash(f"penalty '{penalty.name}' is given more than once", (("penalties", index),))
        if _differentiates(penalty) and getattr(setting.discriminator, "norm", None) == "batch":
            yield Clash(
                f"penalty '{penalty.name}' needs a discriminator without norm: batch, which couples the samples of a "
                "batch: no sample has a gradient of its own",
                (("penalties", index), ("discriminator", "norm")),
            )
        if isinstance(penalty, OrthogonalOptions) and _without_layers(penalty, setting):
            yield Clash(
                f"penalty '{penalty.name}' needs a network with hidden layers, whose units it keeps apart",
                (("penalties", index), ("generator",), ("discriminator",)),
            )
        for player in _players(penalty):
            if penalty.name in OF_SIZE and getattr(getattr(setting, player), "norm", None) == "spectral":
                yield Clash(
                    f"penalty '{penalty.name}' needs a {player} without norm: spectral, which divides each weight "
                    f"matrix by its largest singular value: {OF_SIZE[penalty.name]}",
                    (("penalties", index), (player, "norm")),
                )


OF_SIZE = {
    "weight-clipping": "a limit on the weights limits nothing",
    **dict.fromkeys(("l2", "weight-decay", "orthogonal"), "smaller weights make the same network"),
}


def _players(penalty: Options) -> list[str]:
    """Whose weights, or answers, a penalty is of."""
    held = {"generator": "g", "discriminator": "d"}
    if isinstance(penalty, Sided):
        return [player for player, letter in held.items() if penalty.holds(letter)]
    return ["discriminator"]


def _without_layers(options: OrthogonalOptions, setting: Setting) -> bool:
    """Whether one of the networks that the penalty is of is that of a Dirac-GAN."""
    players = {"g": setting.generator, "d": setting.discriminator}
    return any(options.holds(letter) and isinstance(net, DiracOptions) for letter, net in players.items())


def _differentiates(options: Options) -> bool:
    """Whether a penalty takes the gradient by each sample."""
    penalty = registry.load("penalty", options)
    return isinstance(penalty, Penalty) and bool(penalty.differentiates)


def _tricks(setting: Setting) -> Iterator[Clash]:
    counts = Counter(trick.label for trick in setting.tricks)
    replacing: list[str] = []
    for index, trick in enumerate(setting.tricks):
        if counts[trick.label] > 1:
            counts[trick.label] = 0
            yield Clash(f"trick '{trick.name}' is given more than once", (("tricks", index),))
        loaded: Trick = registry.load("trick", trick)
        if loaded.targets and loss_of(setting.loss).targeted is None:
            yield Clash(
                f"trick '{trick.name}' needs a loss that gives D targets, {setting.loss.name} has none",
                (("tricks", index), ("loss",)),
            )
        if loaded.generator_loss and replacing and trick.name not in replacing:
            yield Clash(
                f"trick '{trick.name}' replaces the loss of G, which '{replacing[0]}' does already",
                (("tricks", index),),
            )
        replacing += [trick.name] if loaded.generator_loss else []
        reason = loaded.obstacle(trick, setting) if loaded.obstacle else None
        if reason:
            yield Clash(f"trick '{trick.name}' {reason}", (("tricks", index),))


def _networks(setting: Setting) -> Iterator[Clash]:
    seen = {"generator": setting.batch, "discriminator": judged_together(setting)}
    for player, batch in seen.items():
        if batch == 1 and getattr(getattr(setting, player), "norm", None) == "batch":
            yield Clash(
                f"norm: batch of the {player} needs a batch of at least 2: one sample has no variance",
                (("batch",), (player, "norm")),
            )
    if getattr(setting.generator, "minibatch", "none") != "none":
        yield Clash(
            "minibatch of the generator: what a sample is would depend on the others that are drawn with it; it is "
            "an option of the discriminator",
            (("generator", "minibatch"),),
        )
    if getattr(setting.discriminator, "dropout_at", "training") == "always":
        yield Clash(
            "dropout_at: always of the discriminator: what it says of a sample would be another thing at every "
            "look; it is an option of the generator",
            (("discriminator", "dropout_at"),),
        )
    yield from _minibatch(setting, seen["discriminator"])
    yield from _images(setting)


def _conditional(setting: Setting) -> Iterator[Clash]:
    if setting.conditional is None:
        return
    way, key = setting.conditional.discriminator, ("conditional", "discriminator")
    if label_count(setting) < 2:
        has = "one label, which says nothing" if label_count(setting) else "no labels"
        yield Clash(
            f"conditional needs data with labels, {setting.data.name} has {has}",
            (("conditional",), ("data",)),
        )
    for player in ("generator", "discriminator"):
        if isinstance(getattr(setting, player), DiracOptions):
            yield Clash(
                f"conditional needs a {player} with inputs for labels, {getattr(setting, player).name} has none",
                (("conditional",), (player,)),
            )
    if way != "concatenation" and pack(setting) > 1:
        index = next(i for i, trick in enumerate(setting.tricks) if registry.load("trick", trick).packs)
        yield Clash(
            f"{way} needs one label for each sample that D judges: a pack of several has several, which only "
            "concatenation takes",
            (key, ("tricks", index)),
        )
    if way != "concatenation" and getattr(setting.discriminator, "output", "linear") != "linear":
        yield Clash(
            f"{way} needs output: linear of the discriminator: the label works on its last layer",
            (key, ("discriminator", "output")),
        )


def _minibatch(setting: Setting, batch: int) -> Iterator[Clash]:
    """`batch`: samples, or packs, that D sees in a step."""
    kind, group = (getattr(setting.discriminator, f"minibatch{part}", None) for part in ("", "_group"))
    if kind in ("deviation", "discrimination") and batch == 1:
        yield Clash(
            f"minibatch: {kind} of the discriminator needs a batch of at least 2: one sample has no others",
            (("batch",), ("discriminator", "minibatch")),
        )
    if group and batch % group:
        yield Clash(
            f"minibatch_group is {group}, and of {batch} samples that D sees in a step no whole number of groups "
            "can be made",
            (("batch",), ("discriminator", "minibatch_group")),
        )


def _images(setting: Setting) -> Iterator[Clash]:
    """Convolutional networks are each of one player, and need images."""
    kinds = {"generator": ConvGeneratorOptions, "discriminator": ConvDiscriminatorOptions}
    for player, kind in kinds.items():
        options = getattr(setting, player)
        if not isinstance(options, ConvOptions):
            continue
        if not isinstance(options, kind):
            yield Clash(f"{options.name} cannot be the {player}", ((player,),))
            continue
        shape = dataset(setting.data).image_shape
        if shape is None or min(shape) < LEAST:
            said = "has no images" if shape is None else f"has images of {shape[0]}x{shape[1]}"
            yield Clash(
                f"{options.name} needs images of at least {LEAST}x{LEAST}, {setting.data.name} {said}",
                ((player,), ("data",)),
            )


def _range(setting: Setting) -> Iterator[Clash]:
    """What the generator can reach must hold the data."""
    output = getattr(setting.generator, "output", "linear")
    if output == "linear" and setting.data_range == "own":
        return
    box = dataset(setting.data).box
    if setting.data_range != "own" and not (box[1] > box[0]).any():
        yield Clash(
            f"data_range {setting.data_range} needs data with an extent, {setting.data.name} is a single point",
            (("data_range",), ("data",)),
        )
        return
    (low, high), (start, end) = box_shown(box, setting.data_range), ENDS[output]
    if low < start or high > end:
        yield Clash(
            f"output {output} of the generator reaches values between {start:g} and {end:g}, the data lie between "
            f"{low:.3g} and {high:.3g}: say data_range: {output}, or output: linear",
            (("generator", "output"), ("data_range",), ("data",)),
        )


def _schedule(setting: Setting) -> Iterator[Clash]:
    schedule = setting.schedule
    several = [name for name in ("d_steps", "g_steps") if getattr(schedule, name) > 1]
    given = " and ".join(f"{name} is {getattr(schedule, name)}" for name in several)
    locs = tuple(("schedule", name) for name in several)
    if several and schedule.order in ("simultaneous", "extragradient"):
        yield Clash(
            f"order {schedule.order} needs d_steps 1 and g_steps 1: both players move at once, {given}",
            (("schedule", "order"), *locs),
        )
    if several and schedule.generator_noise == "reused":
        yield Clash(
            f"generator_noise reused needs d_steps 1 and g_steps 1: else it is open whose noise is used again, {given}",
            (("schedule", "generator_noise"), *locs),
        )
    if setting.steps % schedule.g_steps:
        yield Clash(
            f"steps is {setting.steps}, expected a multiple of g_steps {schedule.g_steps}",
            (("steps",), ("schedule", "g_steps")),
        )
    if schedule.batches == "joint" and not _may_couple(setting.discriminator):
        yield Clash(
            "batches: joint changes nothing: the discriminator looks at each sample alone, give it norm: batch or a "
            "minibatch layer",
            (("schedule", "batches"), ("discriminator",)),
        )
    yield from _extrapolation(setting)


def _may_couple(discriminator: Options) -> bool:
    """Whether what D says of a sample may depend on the others of its batch; of a network of the user's it may."""
    if not isinstance(discriminator, MLPOptions | ConvOptions | DiracOptions):
        return True
    norm, layer = (getattr(discriminator, name, "none") for name in ("norm", "minibatch"))
    return norm == "batch" or layer != "none"


def _extrapolation(setting: Setting) -> Iterator[Clash]:
    order = ("schedule", "order")
    if setting.schedule.order != "extragradient":
        if setting.schedule.extrapolation_samples == "reused":
            yield Clash(
                "extrapolation_samples reused needs order: extragradient, no other order extrapolates",
                (("schedule", "extrapolation_samples"), order),
            )
        return
    for index, penalty in enumerate(setting.penalties):
        if isinstance(penalty, Lazy) and penalty.every > 1:
            yield Clash(
                f"order extragradient needs every: 1 of penalty '{penalty.name}': a step of D has two gradients, and "
                "a lazy penalty would be in one of them",
                (order, ("penalties", index, "every")),
            )
    for player in ("generator", "discriminator"):
        optimizer = getattr(setting.optimizers, player)
        if isinstance(optimizer, Optimistic):
            yield Clash(
                f"order extragradient needs another optimizer of the {player}: {optimizer.name} takes its last step "
                "back, and that was the extrapolation, which is taken back already",
                (order, ("optimizers", player)),
            )


def _evaluation(setting: Setting) -> Iterator[Clash]:
    plan = setting.evaluation
    if plan.of != "raw" and setting.ema is None:
        yield Clash(
            f"evaluation of: {plan.of} needs ema, such as ema: {{decay: 0.999}}",
            (("evaluation", "of"), ("ema",)),
        )
    known = [entry.name for entry in registry.entries("metric")]
    for index, name in enumerate(plan.metrics or ()):
        if name not in known:
            yield Clash(
                f"unknown metric '{name}', {expected(name, known)}", (("evaluation", "metrics", index),)
            )
        if name == "conditional_accuracy" and setting.conditional is None:
            yield Clash(
                f"metric '{name}' needs conditional: without it nobody asks for a label",
                (("evaluation", "metrics", index),),
            )


def _failure(setting: Setting) -> Iterator[Clash]:
    if not setting.failure:
        return
    known = measured(setting)
    for index, criterion in enumerate(setting.failure):
        if criterion.metric not in known:
            yield Clash(
                f"metric '{criterion.metric}' is not evaluated here, {expected(criterion.metric, known)}",
                (("failure", index, "metric"), ("data",), ("evaluation", "metrics")),
            )
        elif criterion.drawdown is not None and criterion.metric not in IDEAL:
            yield Clash(
                f"metric '{criterion.metric}' has no better and worse, {expected(criterion.metric, IDEAL)}",
                (("failure", index, "metric"),),
            )
    yield from _reach(setting)


def _reach(setting: Setting) -> Iterator[Clash]:
    """A criterion that no run can meet would call every run healthy."""
    for index, criterion in enumerate(setting.failure):
        # A drawdown is a loss of what was there before: nothing can be lost at the first evaluation.
        judgeable = setting.evaluated()[criterion.drawdown is not None :]
        judged = sum(step > criterion.after * setting.steps for step in judgeable)
        if judged < criterion.consecutive:
            yield Clash(
                f"the criterion '{criterion}' needs {criterion.consecutive} evaluations, but only {judged} "
                f"{'is' if judged == 1 else 'are'} judged: lower for, after or evaluation.every, or raise steps",
                (("failure", index), ("steps",), ("evaluation", "every")),
            )
