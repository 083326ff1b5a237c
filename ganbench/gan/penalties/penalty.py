"""What a penalty is: a value that is added to a loss, or a change of the weights. Imports no torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

from pydantic import Field

from ganbench.gan.tricks.trick import Scene
from ganbench.registry import Options

if TYPE_CHECKING:
    from torch import Tensor

Vectors = Mapping[str, "Tensor"]
Memory = Mapping[str, tuple[int, ...]]
"""Shapes of the state of one replica, by name."""


@dataclass(frozen=True, slots=True)
class Critique:
    """What a discriminator step has at hand. Tensors that a penalty differentiates require gradients.

    critic: samples near the real ones [R, B, ...] -> logits [R, B], differentiable twice, on copies of the buffers;
        where D takes labels, beside those of the real samples.
    real, fake: samples [R, B, ...]; real_logits, fake_logits: [R, B].
    uniform: draws from U(0, 1), [R, B], from the random tape.
    between: as `critic`, of samples `uniform` of the way from fake to real, beside labels as far between; None: `critic`.
    """

    critic: Callable[[Tensor], Tensor]
    real: Tensor
    fake: Tensor
    real_logits: Tensor
    fake_logits: Tensor
    uniform: Tensor | None
    between: Callable[[Tensor], Tensor] | None = None


@dataclass(frozen=True, slots=True)
class Penalty:
    """A penalty on what D says, added to its loss.

    value: (what the step has at hand, options with draws and memory) -> [R]; differentiated through.
    differentiates: the samples whose gradient it takes; none for penalties on logits alone.
    memory: its own state, zero at first; `value` writes it in place, but not in the phase `geometry`.
    apart: why it is computed one replica at a time, once it has been computed; empty where it is not.
    """

    value: Callable[[Critique, Scene], Tensor]
    differentiates: tuple[Literal["real", "fake", "between", "near"], ...] = ()
    memory: Memory | None = None
    apart: Callable[[], str] = lambda: ""


@dataclass(frozen=True, slots=True)
class WeightPenalty:
    """A penalty on weights, added to the losses of the players that its options name.

    value: (weights by parameter [R, ...], options) -> [R]; differentiated through.
    units: it is given weight matrices alone, as [R, units, rest] with the outputs of a layer for units.
    """

    value: Callable[[Vectors, Scene], Tensor]
    units: bool = False


class Before(Protocol):
    def __call__(self, flat: Tensor, *, lr: Tensor, values: Vectors) -> None: ...


class After(Protocol):
    def __call__(self, flat: Tensor, *, values: Vectors) -> None: ...


@dataclass(frozen=True, slots=True)
class Projection:
    """A change of the weights [R, P] in place: of D's, or of those of the players that its options name.

    before: (weights, lr [R, 1], values [R] each), before the step of the optimiser is added.
    after: (weights, values [R] each), after it.
    """

    before: Before | None = None
    after: After | None = None


class Lazy(Options):
    """A penalty that can be applied on every n-th discriminator step only."""

    every: Annotated[int, Field(ge=1, description="discriminator steps between two applications")] = 1


class Sided(Options):
    """A penalty or projection of either player's weights."""

    of: Annotated[
        Literal["both", "generator", "discriminator"], Field(description="whose weights it is of")
    ] = "both"

    def holds(self, letter: str) -> bool:
        """Whether it is of the player with this letter."""
        return self.of == "both" or self.of.startswith(letter)
