"""The training loop: iterations of k discriminator and m generator steps, in chunks.

Between chunks the host reads what was recorded; within a chunk nothing waits for the device.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ganbench.probes.recorder import Recorder
from ganbench.train.game import Game, Record, unrecorded
from ganbench.train.step import Pass, discriminator_pass, generator_pass, move

Order = Literal["discriminator-first", "generator-first", "simultaneous"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """k discriminator and m generator steps an iteration, in this order; G's noise fresh or D's last."""

    d_steps: int = 1
    g_steps: int = 1
    order: Order = "discriminator-first"
    reused_noise: bool = False


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
        play = {"discriminator-first": self._d_first, "generator-first": self._g_first}
        play.get(self.schedule.order, self._simultaneous)()
        if self.recorder:
            self.recorder.step()
        self.game.clock.add_(self.schedule.g_steps)
        self.iteration += 1

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
        step = self.iteration
        d_pass, g_pass = self._d_pass(step), self._g_pass(step, partner=step)
        self._move_d(d_pass, step)
        self._move_g(g_pass, step)

    def _d_step(self, step: int) -> None:
        self._move_d(self._d_pass(step), step)

    def _g_step(self, step: int, *, partner: int) -> None:
        self._move_g(self._g_pass(step, partner=partner), step)

    def _d_pass(self, step: int) -> Pass:
        tapes = self.game.tapes
        real, noise = tapes.real.at(step), tapes.discriminator_noise.at(step)
        return discriminator_pass(
            self.game, real, noise, step=step, record=self._record(step, self._d_range())
        )

    def _g_pass(self, step: int, *, partner: int) -> Pass:
        """`partner` is the discriminator step whose real batch, or noise, this step shares."""
        tapes = self.game.tapes
        noise = (
            tapes.discriminator_noise.at(partner)
            if self.schedule.reused_noise
            else tapes.generator_noise.at(step)
        )
        real = tapes.real.at(partner)
        return generator_pass(self.game, noise, real, step=step, record=self._record(step, self._g_range()))

    def _move_d(self, found: Pass, step: int) -> None:
        move(self.game, self.game.discriminator, found, record=self._record_last(step, self._d_range()))

    def _move_g(self, found: Pass, step: int) -> None:
        moved = move(self.game, self.game.generator, found, record=self._record_last(step, self._g_range()))
        if self.game.average:
            self.game.average.update(self.game.generator.stack, moved)

    def _d_range(self) -> range:
        return range(self.iteration * self.schedule.d_steps, (self.iteration + 1) * self.schedule.d_steps)

    def _g_range(self) -> range:
        return range(self.iteration * self.schedule.g_steps, (self.iteration + 1) * self.schedule.g_steps)

    def _record_last(self, step: int, steps: range) -> Record:
        return self.recorder.write if self.recorder and step == steps[-1] else unrecorded

    def _record(self, step: int, steps: range) -> Record:
        """Of several steps of a player in one iteration the last is recorded, and every penalty that is applied."""
        if self.recorder is None:
            return unrecorded
        return self.recorder.write if step == steps[-1] else self.recorder.write_penalty
