"""The draws of a captured iteration: buffers that stay where they are, filled from the tapes before each replay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from ganbench.train.noise import Tape


class Irregular(Exception):
    """Draws of an iteration that those of others do not tell."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A tape was asked for the draws of this step."""

    tape: Tape
    step: int


class Listener:
    """A reader of tapes that gives the draws themselves, and notes which."""

    def __init__(self) -> None:
        self.heard: list[Draw] = []

    def __call__(self, tape: Tape, step: int) -> Tensor:
        self.heard.append(Draw(tape, step))
        return tape.drawn(step)


@dataclass(frozen=True, slots=True)
class Line:
    """The same draw in every iteration of a kind: a tape at step `start + slope * iteration`."""

    tape: Tape
    start: int
    slope: int

    @classmethod
    def through(cls, at: tuple[int, int], draws: tuple[Draw, Draw]) -> Line:
        """One that a tape was asked for at two iterations. Raises Irregular where there is none."""
        (one, other), (here, there) = at, draws
        slope, rest = divmod(there.step - here.step, other - one)
        if here.tape is not there.tape or rest:
            raise Irregular("two iterations of one kind do not draw the same")
        return cls(here.tape, here.step - slope * one, slope)

    def step(self, iteration: int) -> int:
        return self.start + self.slope * iteration


class Inlets:
    """A reader of tapes that gives buffers, one for each draw of an iteration, in the order of its calls.

    at: two iterations of one kind. heard: the draws of each.
    """

    def __init__(self, at: tuple[int, int], heard: tuple[Sequence[Draw], Sequence[Draw]]) -> None:
        if len(heard[0]) != len(heard[1]):
            raise Irregular("two iterations of one kind draw at different times")
        self._lines = [Line.through(at, pair) for pair in zip(*heard, strict=True)]
        self._buffers = {line: line.tape.drawn(line.step(at[1])).clone() for line in self._lines}
        self._asked = 0
        self._iteration = at[1]

    def open(self, iteration: int) -> None:
        """From here on the draws of this iteration are in the buffers, and the first is the next that is asked for."""
        for line, buffer in self._buffers.items():
            buffer.copy_(line.tape.drawn(line.step(iteration)))
        self._asked, self._iteration = 0, iteration

    def __call__(self, tape: Tape, step: int) -> Tensor:
        line = self._lines[self._asked] if self._asked < len(self._lines) else None
        if line is None or (line.tape, line.step(self._iteration)) != (tape, step):
            raise Irregular("an iteration draws otherwise than those of its kind before it")
        self._asked += 1
        return self._buffers[line]
