"""The tricks of a game, applied one after the other in the order of the suite."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ganbench.gan.losses import Loss
from ganbench.gan.tricks.packing import packed
from ganbench.gan.tricks.trick import Answers, Phase, Scene, Trick
from ganbench.registry import Options
from ganbench.train.noise import Masks


@dataclass(frozen=True, slots=True)
class Applied:
    """One trick with what it needs: values [R] each, its own draws, its memory [R, ...]."""

    trick: Trick
    options: Options
    values: Mapping[str, Tensor]
    draws: Masks
    memory: Mapping[str, Tensor]


class Tricks:
    """`open` before a pass; then each method puts what it gets through all tricks that change it.

    steps: planned generator steps.
    """

    def __init__(self, applied: Sequence[Applied] = (), *, steps: int = 1) -> None:
        self.applied = applied
        self._steps = steps
        self._phase: Phase = "d"
        self._progress = torch.empty(())

    def open(self, phase: Phase, step: int, *, clock: Tensor) -> None:
        """`step` addresses the draws; `clock` counts generator steps on the device."""
        self._phase = phase
        for one in self.applied:
            one.draws.open(phase, step)
        if self.applied:
            self._progress = clock.double() / self._steps

    def fakes(self, samples: Tensor) -> Tensor:
        for trick, scene in self._scenes():
            samples = trick.fakes(samples, scene) if trick.fakes else samples
        return samples

    def seen(self, samples: Tensor) -> Tensor:
        for trick, scene in self._scenes():
            samples = trick.seen(samples, scene) if trick.seen else samples
        return packed(samples, self.pack)

    @property
    def pack(self) -> int:
        """How many samples D takes as one."""
        return math.prod(one.trick.packs(one.options) for one in self.applied if one.trick.packs)

    def discriminator_loss(self, loss: Loss, real: Tensor, fake: Tensor) -> Tensor:
        """D's loss of these logits [R, B], by changed targets where a trick changes them; [R]."""
        changing = [(trick.targets, scene) for trick, scene in self._scenes() if trick.targets]
        if not changing:
            return loss.discriminator(real, fake)
        assert loss.targeted is not None  # `suite.checks` refuses the others
        targets = torch.ones_like(real), torch.zeros_like(fake)
        for change, scene in changing:
            targets = change(targets, scene)
        return loss.targeted(real, targets[0]).mean(-1) + loss.targeted(fake, targets[1]).mean(-1)

    @property
    def unrolled(self) -> int:
        """How many steps D is ahead where G looks at it."""
        return sum(one.trick.unrolled(one.options) for one in self.applied if one.trick.unrolled)

    @property
    def compares(self) -> bool:
        """Whether a trick looks at real samples in G's step."""
        return any(one.trick.features or one.trick.unrolled for one in self.applied)

    def generator_loss(self, loss: Loss, answers: Answers) -> Tensor:
        """G's loss, by the one trick that changes it; [R]."""
        for trick, scene in self._scenes():
            if trick.generator_loss:
                return trick.generator_loss(answers, loss, scene)
        return loss.generator(answers.fake, answers.real)

    @property
    def bends(self) -> bool:
        """Whether a trick looks at the joint field."""
        return any(one.trick.field for one in self.applied)

    def field(self, v: Tensor) -> Tensor:
        """The sum of what the tricks make of the field v [R, Q], [R]."""
        values = [trick.field(v, scene) for trick, scene in self._scenes() if trick.field]
        return torch.stack(values).sum(0)

    def gradient(self, gradient: Tensor, weights: Tensor, letter: str) -> Tensor:
        for trick, scene in self._scenes():
            gradient = trick.gradient(gradient, weights, letter, scene) if trick.gradient else gradient
        return gradient

    def moves(self, moves: Tensor, letter: str, loss: Tensor) -> Tensor:
        for trick, scene in self._scenes():
            moves = trick.moves(moves, letter, loss, scene) if trick.moves else moves
        return moves

    def rate(self, letter: str) -> Tensor | None:
        """The factor of this player's learning rate, [R]; None where no trick has one."""
        factors = [trick.rate(letter, scene) for trick, scene in self._scenes() if trick.rate]
        return torch.stack(factors).prod(0) if factors else None

    def between(self, weights: Tensor, alive: Tensor, letter: str, rounds: int) -> Tensor:
        for trick, scene in self._scenes():
            weights = trick.between(weights, alive, letter, rounds, scene) if trick.between else weights
        return weights

    def branches(self, rounds: int) -> tuple[bool, ...]:
        """Which of the tricks with an interval do anything in `between`."""
        pairs = ((one.trick.every, one.options) for one in self.applied)
        return tuple(rounds % every(options) == 0 for every, options in pairs if every)

    @property
    def irregular(self) -> list[str]:
        """Names of the tricks that do not say in which rounds they do anything in `between`."""
        return [one.options.name for one in self.applied if one.trick.between and not one.trick.every]

    def _scenes(self) -> Iterator[tuple[Trick, Scene]]:
        for one in self.applied:
            yield (
                one.trick,
                Scene(one.options, one.values, self._phase, one.draws, self._progress, one.memory),
            )
