"""The training loop: iterations of k discriminator and m generator steps, in chunks.

Between chunks the host reads what was recorded; within a chunk nothing waits for the device.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from ganbench.probes.recorder import Recorder
from ganbench.train.field import Batch, bend
from ganbench.train.game import Game, Player, Record, unrecorded
from ganbench.train.step import Pass, discriminator_pass, generator_pass, move

Kind = tuple[bool, ...]
Order = Literal["discriminator-first", "generator-first", "simultaneous", "extragradient"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """k discriminator and m generator steps an iteration, in this order.

    reused_noise: G's noise is D's last. reused_samples: a step from an extrapolated point sees what the
    extrapolation saw.
    """

    d_steps: int = 1
    g_steps: int = 1
    order: Order = "discriminator-first"
    reused_noise: bool = False
    reused_samples: bool = False

    @property
    def passes(self) -> int:
        """Gradients that one step of a player takes."""
        return 2 if self.order == "extragradient" else 1

    @property
    def draws(self) -> int:
        """Batches that one step of a player sees."""
        return 1 if self.reused_samples else self.passes


class Loop:
    """Advance a game. `iteration` counts from 0; generator steps are `iteration * g_steps`."""

    def __init__(self, game: Game, schedule: Schedule, recorder: Recorder | None) -> None:
        self.game = game
        self.schedule = schedule
        self.recorder = recorder
        self.iteration = 0

    @property
    def steps(self) -> int:
        """Generator steps done."""
        return self.iteration * self.schedule.g_steps

    def advance(self, iterations: int) -> None:
        """Iterations without looking at the device; at most what the recorder holds."""
        for _ in range(iterations):
            self._iterate()

    def _iterate(self) -> None:
        self.play()
        self.turn()

    def play(self) -> None:
        """All that one iteration does to tensors."""
        play = {
            "discriminator-first": self._d_first,
            "generator-first": self._g_first,
            "simultaneous": self._simultaneous,
            "extragradient": self._extragradient,
        }
        play[self.schedule.order]()
        self.game.between(self.iteration + 1)
        self.game.clock.add_(self.schedule.g_steps)

    def turn(self) -> None:
        """All that it does on the host."""
        if self.recorder:
            self.recorder.step()
        self.iteration += 1

    def kind(self, iteration: int) -> Kind:
        """What an iteration branches on: two of one kind make the same calls, on other draws."""
        penalties, schedule = self.game.penalties, self.schedule
        due = (
            branch
            for letter, steps in (("d", schedule.d_steps), ("g", schedule.g_steps))
            for step in self._addresses(iteration, steps)
            for branch in penalties.branches(letter, step)
        )
        return (*due, *self.game.tricks.branches(iteration + 1))

    def _d_first(self) -> None:
        for step in self._d_range():
            self._d_step(step)
        for step in self._g_range():
            self._g_step(step, partner=self._d_range()[-1])

    def _g_first(self) -> None:
        for step in self._g_range():
            self._g_step(step, partner=self._d_range()[0])
        for step in self._d_range():
            self._d_step(step)

    def _simultaneous(self) -> None:
        self._move_both(self._both(self.iteration), self.iteration)

    def _extragradient(self) -> None:
        """w' = w + d(w), w <- w + d(w'), d the step of both optimisers (Gidel et al. 2019, algorithm 4).

        As there, moments advance in both halves: the extrapolation is a step like any other, but for being
        taken back.
        """
        ahead, step = self._d_range()[0], self._d_range()[-1]
        players = self.game.discriminator, self.game.generator
        start = [player.stack.flat.clone() for player in players]
        for player, found in zip(players, self._both(ahead), strict=True):
            move(self.game, player, found, record=unrecorded)
        there = self._both(step)
        for player, here in zip(players, start, strict=True):
            player.stack.flat.copy_(here)
        self._move_both(there, step)

    def _both(self, step: int) -> tuple[Pass, Pass]:
        return self._d_pass(step), self._g_pass(step, partner=step)

    def _move_both(self, found: tuple[Pass, Pass], step: int) -> None:
        self._move_d(found[0], step)
        self._move_g(found[1], step)

    def _d_step(self, step: int) -> None:
        self._move_d(self._d_pass(step), step)

    def _g_step(self, step: int, *, partner: int) -> None:
        self._move_g(self._g_pass(step, partner=partner), step)

    def _d_pass(self, step: int) -> Pass:
        tapes = self.game.tapes
        real, noise = tapes.real.at(step), tapes.discriminator_noise.at(step)
        bend = self._bend(self.game.discriminator, real, noise, step=step, partner=step)
        found = discriminator_pass(
            self.game, real, noise, step=step, record=self._record(step, self._d_range())
        )
        return found.bent(bend)

    def _g_pass(self, step: int, *, partner: int) -> Pass:
        """`partner` is the discriminator step whose real batch, or noise, this step shares."""
        tapes = self.game.tapes
        noise = (
            tapes.discriminator_noise.at(partner)
            if self.schedule.reused_noise
            else tapes.generator_noise.at(step)
        )
        real = tapes.real.at(partner)
        bend = self._bend(self.game.generator, real, noise, step=step, partner=partner)
        found = generator_pass(self.game, noise, real, step=step, record=self._record(step, self._g_range()))
        return found.bent(bend)

    def _bend(self, player: Player, real: Tensor, noise: Tensor, *, step: int, partner: int) -> Tensor | None:
        """What tricks of the field add to this player's gradient; before the pass, which then opens its own draws."""
        if not self.game.tricks.bends:
            return None
        between = self.game.tapes.interpolation
        uniform = between.at(partner) if between else real.new_empty(0)
        return bend(self.game, player, Batch(real, noise, uniform), step=step)

    def _move_d(self, found: Pass, step: int) -> None:
        move(self.game, self.game.discriminator, found, record=self._record_last(step, self._d_range()))

    def _move_g(self, found: Pass, step: int) -> None:
        moved = move(self.game, self.game.generator, found, record=self._record_last(step, self._g_range()))
        if self.game.average:
            self.game.average.update(self.game.generator.stack, moved)

    def _d_range(self) -> range:
        return self._range(self.schedule.d_steps)

    def _g_range(self) -> range:
        return self._range(self.schedule.g_steps)

    def _range(self, steps: int) -> range:
        """Addresses of the draws of this iteration."""
        return self._addresses(self.iteration, steps)

    def _addresses(self, iteration: int, steps: int) -> range:
        drawn = steps * self.schedule.draws
        return range(iteration * drawn, (iteration + 1) * drawn)

    def _record_last(self, step: int, steps: range) -> Record:
        return self.recorder.write if self.recorder and step == steps[-1] else unrecorded

    def _record(self, step: int, steps: range) -> Record:
        """Of several steps of a player in one iteration the last is recorded, and every penalty that is applied."""
        if self.recorder is None:
            return unrecorded
        return self.recorder.write if step == steps[-1] else self.recorder.write_penalty
