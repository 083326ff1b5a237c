"""Values of a setting that do not go together. Each would be a silent mistake if it ran."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganbench import registry
from ganbench.errors import expected
from ganbench.gan.penalties import Lazy
from ganbench.metrics.direction import IDEAL
from ganbench.suite.datasets import dataset

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
    yield from _penalties(setting)
    yield from _norms(setting)
    yield from _schedule(setting)
    yield from _evaluation(setting)
    yield from _failure(setting)


def _penalties(setting: Setting) -> Iterator[Clash]:
    counts = Counter(penalty.name for penalty in setting.penalties)
    for index, penalty in enumerate(setting.penalties):
        if counts[penalty.name] > 1:
            counts[penalty.name] = 0
            yield Clash(f"penalty '{penalty.name}' is given more than once", (("penalties", index),))
        if isinstance(penalty, Lazy) and getattr(setting.discriminator, "norm", None) == "batch":
            yield Clash(
                f"penalty '{penalty.name}' needs a discriminator without norm: batch, which couples the samples of a "
                "batch: no sample has a gradient of its own",
                (("penalties", index), ("discriminator", "norm")),
            )


def _norms(setting: Setting) -> Iterator[Clash]:
    for player in ("generator", "discriminator"):
        if setting.batch == 1 and getattr(getattr(setting, player), "norm", None) == "batch":
            yield Clash(
                f"norm: batch of the {player} needs a batch of at least 2: one sample has no variance",
                (("batch",), (player, "norm")),
            )


def _schedule(setting: Setting) -> Iterator[Clash]:
    schedule = setting.schedule
    several = [name for name in ("d_steps", "g_steps") if getattr(schedule, name) > 1]
    given = " and ".join(f"{name} is {getattr(schedule, name)}" for name in several)
    locs = tuple(("schedule", name) for name in several)
    if several and schedule.order == "simultaneous":
        yield Clash(
            f"order simultaneous needs d_steps 1 and g_steps 1: both players move at once, {given}",
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


def _failure(setting: Setting) -> Iterator[Clash]:
    if not setting.failure:
        return
    measured = setting.evaluation.metrics
    if measured is None:
        measured = tuple(dataset(setting.data).default_metrics)
    for index, criterion in enumerate(setting.failure):
        if criterion.metric not in measured:
            yield Clash(
                f"metric '{criterion.metric}' is not evaluated here, {expected(criterion.metric, measured)}",
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
