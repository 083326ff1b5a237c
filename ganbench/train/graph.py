"""Iterations as CUDA graphs: one for each kind, captured once it is warm, and kept if it does what its calls do.

A kind is what an iteration branches on in Python, such as whether a lazy penalty is due. The first replays of
every graph are in chunks that are trained twice from one state, by graphs and call by call: if all that training
moves and records is equal bit for bit, the graph stays. If not, and wherever a capture raises, the population goes
call by call from there on, with the reason. What counts is always what the calls left.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from operator import is_
from typing import Final

import torch
from torch import Tensor

from ganbench.errors import first_line
from ganbench.train.capture import Calls, Device
from ganbench.train.game import Game
from ganbench.train.inlets import Draw, Inlets, Listener
from ganbench.train.loop import Kind, Loop
from ganbench.train.moment import Moment
from ganbench.train.noise import Reader
from ganbench.train.state import tensors_of

WARM: Final = 2  # iterations of a kind before it is captured: two tell where the draws of all others are
PROOF: Final = 3  # replays of a graph that are compared before it is trusted


class Graphs:
    """Advances a loop as `Loop.advance` does.

    reason: why it goes call by call; empty while it does not have to.
    """

    def __init__(self, loop: Loop, device: Device) -> None:
        self.reason = _obstacle(loop.game)
        self._loop = loop
        self._device = device
        self._programs: dict[Kind, Program] = {}
        self._ground = Ground(loop)

    @property
    def strategy(self) -> str:
        """How iterations are made, with the reason where it is call by call."""
        return f"call by call ({self.reason})" if self.reason else "graphs"

    def advance(self, iterations: int) -> None:
        """Iterations without looking at the device, but where graphs are proved; at most what the recorder holds."""
        if self.reason:
            self._loop.advance(iterations)
            return
        self._start_again_on_other_ground()
        if any(program.warm and program.replays < PROOF for program in self._coming(iterations)):
            self._prove(iterations)
        else:
            self._run(iterations)

    def _start_again_on_other_ground(self) -> None:
        ground = Ground(self._loop)
        if not ground.is_same(self._ground):
            self._programs, self._ground = {}, ground

    def _coming(self, iterations: int) -> list[Program]:
        """Of the kinds of the next iterations."""
        first = self._loop.iteration
        kinds = {self._loop.kind(iteration) for iteration in range(first, first + iterations)}
        return [self._program(kind) for kind in kinds]

    def _program(self, kind: Kind) -> Program:
        if kind not in self._programs:
            self._programs[kind] = Program(self._loop, self._device)
        return self._programs[kind]

    def _run(self, iterations: int) -> None:
        for _ in range(iterations):
            self._program(self._loop.kind(self._loop.iteration)).iterate()

    def _prove(self, iterations: int) -> None:
        start, replayed = Moment(self._loop, recorded=False), None
        try:
            for program in self._coming(iterations):
                program.capture()
            self._run(iterations)
            replayed = Moment(self._loop, recorded=True)
        except Exception as error:  # whatever ends a capture: the calls follow, and raise what is theirs
            self._leave(first_line(error))
        start.put_back(self._loop)
        self._loop.advance(iterations)
        if replayed and (name := replayed.difference(self._loop)):
            self._leave(f"replayed, a graph left other numbers than its calls: {name}")

    def _leave(self, reason: str) -> None:
        self.reason = reason
        self._programs.clear()


class Program:
    """The iterations of one kind: first as calls, then as a graph.

    replays: of the graph so far.
    """

    def __init__(self, loop: Loop, device: Device) -> None:
        self.replays = 0
        self._loop = loop
        self._device = device
        self._heard: dict[int, list[Draw]] = {}
        self._cursor = torch.zeros(1, dtype=torch.long, device=loop.game.clock.device)
        self._inlets: Inlets | None = None
        self._replay: Calls | None = None

    @property
    def warm(self) -> bool:
        return len(self._heard) == WARM

    def iterate(self) -> None:
        """The next iteration of the loop, which is of this kind."""
        if self._inlets and self._replay:
            self._inlets.open(self._loop.iteration)
            if self._loop.recorder:
                self._cursor.fill_(self._loop.recorder.row)
            self._replay()
            self.replays += 1
        elif self.warm:
            self._loop.play()
        else:
            self._warm_up()
        self._loop.turn()

    def _warm_up(self) -> None:
        listener = Listener()
        with _reading(self._loop.game, listener):
            self._device.warm(self._loop.play)
        self._heard[self._loop.iteration] = listener.heard

    def capture(self) -> None:
        """Make the graph if it can be and is not there. Raises Irregular, and whatever ends a capture."""
        if self._replay or not self.warm:
            return
        one, other = self._heard
        self._inlets = Inlets((one, other), (self._heard[one], self._heard[other]))
        now, self._loop.iteration = self._loop.iteration, other
        try:
            with _reading(self._loop.game, self._inlets), self._pointed():
                self._replay = self._device.capture(self._loop.play)
        finally:
            self._loop.iteration = now

    def _pointed(self) -> AbstractContextManager[None]:
        recorder = self._loop.recorder
        return recorder.pointed(self._cursor) if recorder else nullcontext()


class Ground:
    """What a graph was captured on: code, and the addresses of tensors."""

    def __init__(self, loop: Loop) -> None:
        game = loop.game
        forwards = game.generator.stack.forward, game.discriminator.stack.forward
        parts = game.loss, game.tapes, game.average, game.conditioning
        self._code = [loop.schedule, loop.recorder, *parts, *forwards]
        self._addresses = [(tensor.data_ptr(), tensor.shape) for tensor in _touched(game)]

    def is_same(self, other: Ground) -> bool:
        return all(map(is_, self._code, other._code)) and self._addresses == other._addresses


def _touched(game: Game) -> Iterator[Tensor]:
    """The tensors that outlive an iteration of the game."""
    yield from tensors_of(game).values()
    for player in (game.generator, game.discriminator):
        for values in (player.hyper, *(values for _, values in player.projections)):
            yield from values.values()
    for vectors in (part.values for parts in (game.penalties.terms, game.tricks.applied) for part in parts):
        yield from vectors.values()


def _obstacle(game: Game) -> str:
    """Why no iteration of this game can be a graph; empty where none is known."""
    for name, player in (("generator", game.generator), ("discriminator", game.discriminator)):
        if player.stack.choice.strategy == "sequential":
            return f"the {name} is called one replica at a time"
    if game.tricks.irregular:
        return f"the trick '{game.tricks.irregular[0]}' does not say every how many rounds it acts"
    return ""


@contextmanager
def _reading(game: Game, reader: Reader) -> Iterator[None]:
    game.read_by(reader)
    try:
        yield
    finally:
        game.read_by(None)
