"""The resolved content of one cell: what is trained, how, and what is said of it. Keys as a suite writes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ganbench.data.ranges import Range
from ganbench.gan.losses import of_role
from ganbench.registry import PER_REPLICA, Options, Unread
from ganbench.suite import checks
from ganbench.suite.components import Component, PlayersLoss, problem
from ganbench.suite.precision import Precision

Count = Annotated[int, Field(ge=1)]
Judged = Literal["raw", "ema"]


class Part(BaseModel):
    """Frozen, unknown keys forbidden, no conversions: '1' and true are no numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_default=True)


class Latent(Part):
    """The law of the generator's input z."""

    law: Literal["normal", "uniform", "sphere"] = "normal"
    dim: Annotated[int, Field(ge=1, description="numbers in z")]


class Conditional(Part):
    """Both players are told the labels of the data: G beside z, D as it says."""

    discriminator: Annotated[
        Literal["concatenation", "projection", "auxiliary"],
        Field(description="the label as further inputs of D, by projection, or as what D has to name"),
    ] = "concatenation"
    weight: Annotated[
        float, Field(gt=0, description="of the cross entropy of the classes, under auxiliary"), PER_REPLICA
    ] = 1.0

    @model_validator(mode="after")
    def _says_nothing_in_vain(self) -> Self:
        if self.weight != 1 and self.discriminator != "auxiliary":
            what = f"weight needs discriminator: auxiliary, a {self.discriminator} has no loss of its own"
            raise ValidationError.from_exception_data("conditional", [problem(what, ("weight",))])
        return self


class Optimizers(Part):
    """One optimiser for each player."""

    generator: Annotated[Options, Component("optimizer")]
    discriminator: Annotated[Options, Component("optimizer")]


class Schedule(Part):
    """Who moves when. One round is `d_steps` discriminator steps and `g_steps` generator steps."""

    d_steps: Count = 1
    g_steps: Count = 1
    order: Literal["discriminator-first", "generator-first", "simultaneous", "extragradient"] = (
        "discriminator-first"
    )
    extrapolation_samples: Literal["fresh", "reused"] = "fresh"
    generator_noise: Literal["fresh", "reused"] = "fresh"
    batches: Literal["separate", "joint"] = "separate"


class Ema(Part):
    """A running mean of the generator's weights."""

    decay: Annotated[float, Field(ge=0, lt=1, description="share of the old mean that is kept in a step")]
    warmup: Annotated[bool, Field(description="smaller decay in the first steps")] = False


class EvaluationPlan(Part):
    """What is measured of a generator, and when: every `every` generator steps, and at the end."""

    every: Annotated[int, Field(ge=1, description="generator steps")]
    samples: Annotated[int, Field(ge=2, description="samples of an evaluation")] = 2500
    of: Literal["raw", "ema", "both"] = "raw"
    metrics: Annotated[
        tuple[str, ...] | None, Field(strict=False, description="null: those of the data set")
    ] = None
    projections: Annotated[int, Field(ge=1, description="directions of the sliced distances")] = 64
    exact_samples: Annotated[
        int, Field(ge=0, le=2500, description="samples of the exact Wasserstein distance")
    ] = 256

    @property
    def judged(self) -> Judged:
        """The generator that the failure criteria speak of."""
        return "ema" if self.of == "ema" else "raw"


class Criterion(Part):
    """A run fails when `metric` is beyond a bound in `for` consecutive evaluations.

    drawdown: by how much it may be worse than the best value that the run had before.
    """

    metric: str
    below: float | None = None
    above: float | None = None
    drawdown: Annotated[float | None, Field(ge=0, description="loss of what a run once had")] = None
    consecutive: Annotated[int, Field(ge=1, alias="for")] = 1
    after: Annotated[float, Field(ge=0, lt=1, description="share of the steps that is not judged")] = 0.0

    @model_validator(mode="after")
    def _has_one_bound(self) -> Self:
        if len(self._bounds()) != 1:
            what = f"the criterion for {self.metric} needs exactly one of below, above and drawdown"
            raise ValidationError.from_exception_data("criterion", [problem(what)])
        return self

    def __str__(self) -> str:
        ((words, bound),) = self._bounds().items()
        return f"{self.metric} {words} {bound:g}"

    def _bounds(self) -> dict[str, float]:
        """Those that are given, in words."""
        named = {"below": self.below, "above": self.above, "drawdown above": self.drawdown}
        return {words: bound for words, bound in named.items() if bound is not None}


class Probes(Part):
    """How much of a run's course is kept. Measuring changes nothing, so no hash depends on it."""

    windows: Count = 500
    bursts: Annotated[int, Field(ge=0)] = 10
    burst_steps: Count = 512
    geometry: Annotated[int, Field(ge=0, description="generator steps between two; 0 is never")] = 0


class Setting(Part):
    """All of a cell. `Setting.model_validate(cell.content)` gives a stored cell back typed."""

    data: Annotated[Options, Component("dataset")]
    data_range: Range = "own"
    generator: Annotated[Options, Component("network")]
    discriminator: Annotated[Options, Component("network")]
    loss: Annotated[Options, PlayersLoss("loss")]
    penalties: Annotated[tuple[Annotated[Options, Component("penalty")], ...], Field(strict=False)] = ()
    tricks: Annotated[tuple[Annotated[Options, Component("trick")], ...], Field(strict=False)] = ()
    latent: Latent
    conditional: Conditional | None = None
    optimizers: Optimizers
    schedule: Schedule = Schedule()
    ema: Ema | None = None
    batch: Count
    steps: Annotated[int, Field(ge=1, description="generator steps")]
    precision: Precision = "float32"
    evaluation: EvaluationPlan
    failure: Annotated[tuple[Criterion, ...], Field(strict=False)] = ()
    probes: Probes = Probes()

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self._unread():
            return self
        clashes = [problem(clash.what, clash.locs[0], clash=clash.locs) for clash in checks.clashes(self)]
        if clashes:
            raise ValidationError.from_exception_data("setting", clashes)
        return self

    def _unread(self) -> bool:
        """Whether a part is code that has not been loaded yet: what goes together is not known."""
        return any(isinstance(options, Unread) for options in self.components().values())

    def components(self) -> dict[str, Options]:
        """Everything with a name, by where it stands."""
        return {
            "data": self.data,
            "generator": self.generator,
            "discriminator": self.discriminator,
            "loss.discriminator": of_role(self.loss, "discriminator"),
            "loss.generator": of_role(self.loss, "generator"),
            **{f"penalties.{index}": penalty for index, penalty in enumerate(self.penalties)},
            **{f"tricks.{index}": trick for index, trick in enumerate(self.tricks)},
            "optimizers.generator": self.optimizers.generator,
            "optimizers.discriminator": self.optimizers.discriminator,
        }

    def evaluated(self) -> list[int]:
        """The generator steps after which a run is evaluated: every `evaluation.every`, rounded up to
        whole rounds, and the last.
        """
        every = -(-self.evaluation.every // self.schedule.g_steps) * self.schedule.g_steps
        return sorted({*range(every, self.steps + 1, every), self.steps})

    def content(self) -> dict[str, Any]:
        """As JSON values, every default filled in."""
        return self.model_dump(mode="json", by_alias=True)
