"""The penalties of a game: what is added to the loss of each player."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ganbench.gan.penalties import Critique, Lazy, Penalty, Sided, WeightPenalty
from ganbench.gan.tricks.trick import Phase, Scene
from ganbench.registry import Options
from ganbench.train.noise import Masks

Vectors = Mapping[str, Tensor]


def is_of(options: Options, letter: str) -> bool:
    """Whether a penalty is one of the player with this letter; of D unless its options say otherwise."""
    return options.holds(letter) if isinstance(options, Sided) else letter == "d"


@dataclass(frozen=True, slots=True)
class Term:
    """One penalty with what it needs: values [R] each, its own draws, its memory [R, ...]."""

    penalty: Penalty | WeightPenalty
    options: Options
    values: Vectors
    draws: Masks
    memory: Vectors

    @property
    def name(self) -> str:
        return self.options.name

    @property
    def every(self) -> int:
        """D steps between two applications."""
        return self.options.every if isinstance(self.options, Lazy) else 1

    @property
    def costs(self) -> bool:
        """Whether it asks D for more than its logits of the batch."""
        return isinstance(self.options, Lazy)

    def differentiates(self, samples: str) -> bool:
        return isinstance(self.penalty, Penalty) and samples in self.penalty.differentiates

    def due(self, step: int) -> bool:
        return step % self.every == 0

    def signal(self, letter: str) -> str:
        """Under which name its value is recorded."""
        signal = f"penalty_{self.options.label}"
        return f"{signal}_{letter}" if isinstance(self.options, Sided) else signal


class Penalties:
    """`open` before a pass, which says which penalties are due; in a look at the geometry all of them are.

    steps: planned generator steps. units: weights of the player with this letter -> its matrices, as
    `Stack.units` gives them.
    """

    def __init__(
        self,
        terms: Sequence[Term] = (),
        *,
        steps: int = 1,
        units: Mapping[str, Callable[[Vectors], Vectors]] | None = None,
    ) -> None:
        self.terms = terms
        self._units = units or {}
        self._steps = steps
        self._phase: Phase = "d"
        self._due: Sequence[Term] = ()
        self._progress = torch.empty(())

    def open(self, phase: Phase, step: int, *, clock: Tensor) -> None:
        """`step` addresses the draws; `clock` counts generator steps on the device."""
        self._phase = phase
        self._due = self.terms if phase == "geometry" else [t for t in self.terms if t.due(step)]
        for term in self.terms:
            term.draws.open(phase, step)
        if self.terms:
            self._progress = clock.double() / self._steps

    def branches(self, letter: str, step: int) -> tuple[bool, ...]:
        """Which penalties of this player are due at a step of its own."""
        return tuple(term.due(step) for term in self.terms if is_of(term.options, letter))

    def differentiates(self, samples: str) -> bool:
        """Whether one that is due takes the gradient by these samples."""
        return any(term.differentiates(samples) for term in self._due)

    def values(
        self, letter: str, weights: Vectors, view: Critique | None = None
    ) -> Iterator[tuple[Term, Tensor]]:
        """Those of this player's loss that are due, [R] each.

        weights: the player's, by parameter [R, ...]; view: what D's step has at hand.
        """
        for term in self._due:
            if not is_of(term.options, letter):
                continue
            scene = Scene(term.options, term.values, self._phase, term.draws, self._progress, term.memory)
            if isinstance(term.penalty, WeightPenalty):
                given = self._units[letter](weights) if term.penalty.units else weights
                yield term, term.penalty.value(given, scene)
            elif view:
                yield term, term.penalty.value(view, scene)
