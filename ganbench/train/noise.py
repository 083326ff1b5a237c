"""The random tape: every draw of a run, addressed by role and step.

Draws come in blocks of 64 steps from a counter-based generator, so that any step can be read without
the ones before it, and how far the tape reads ahead never changes a number. Draws are made in float64
and rounded to the run's precision: float32 and float64 runs see the same noise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganbench import seeding

BLOCK = 64  # steps; a constant of the format: changing it changes every run

Array = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, ...]], Array]


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """N(0, 1)."""
    return rng.standard_normal(shape)


def uniform(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """U(0, 1)."""
    return rng.random(shape)


def symmetric(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """U(-1, 1)."""
    return rng.uniform(-1.0, 1.0, shape)


def sphere(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Uniform on the unit sphere of the last axis."""
    points = rng.standard_normal(shape)
    unit: Array = points / np.linalg.norm(points, axis=-1, keepdims=True)
    return unit


LAWS: dict[str, Draw] = {"normal": normal, "uniform": symmetric, "sphere": sphere}


@dataclass(frozen=True, slots=True)
class Place:
    """Where tensors live: device and precision. called: what networks are called in, where that is not `dtype`."""

    device: torch.device
    dtype: torch.dtype
    called: torch.dtype | None = None

    def tensor(self, values: Sequence[float] | Array) -> Tensor:
        return torch.as_tensor(values, dtype=self.dtype).to(self.device)

    def zeros(self, shape: tuple[int, ...]) -> Tensor:
        return torch.zeros(shape, dtype=self.dtype, device=self.device)


class Tape:
    """Draws of one role for R replicas: `at(step)` is [R, *shape].

    draws: one function for each replica. Replicas with the same seed and the same function share draws.
    block: steps that are drawn at once, a constant of the role.
    """

    def __init__(
        self,
        seeds: Sequence[int],
        draws: Sequence[Draw],
        *,
        role: Sequence[str | int],
        shape: tuple[int, ...],
        place: Place,
        block: int = BLOCK,
    ) -> None:
        self._pairs = list(zip(seeds, draws, strict=True))
        self._role, self._parts = str(role[0]), tuple(role[1:])
        self._shape = shape
        self._place = place
        self._length = block
        self._number = -1
        self._block = torch.empty(0)
        self._reader: Reader | None = None

    def at(self, step: int) -> Tensor:
        """The draws of one step, [R, *shape], not to be written to."""
        return self._reader(self, step) if self._reader else self.drawn(step)

    def read_by(self, reader: Reader | None) -> None:
        """From now on `at` gives what the reader does; None: the draws themselves."""
        self._reader = reader

    def drawn(self, step: int) -> Tensor:
        """The draws of one step, whoever reads: a view into the current block."""
        number, offset = divmod(step, self._length)
        if number != self._number:
            self._block, self._number = self._read(number), number
        return self._block[offset]

    def _read(self, number: int) -> Tensor:
        block = np.empty((self._length, len(self._pairs), *self._shape))
        drawn: dict[tuple[int, int], Array] = {}
        for replica, (seed, draw) in enumerate(self._pairs):
            name = (seed, id(draw))
            if name not in drawn:
                rng = seeding.stream(seed, self._role, *self._parts, block=number)
                drawn[name] = draw(rng, (self._length, *self._shape))
            block[:, replica] = drawn[name]
        return self._place.tensor(block)


Reader = Callable[[Tape, int], Tensor]


class Joined:
    """Several tapes side by side: `at(step)` is [R, ..., n], n the sum of their last dimensions."""

    def __init__(self, *tapes: Tape) -> None:
        self._tapes = tapes

    def at(self, step: int) -> Tensor:
        """The draws of one step."""
        return torch.cat([tape.at(step) for tape in self._tapes], dim=-1)

    def read_by(self, reader: Reader | None) -> None:
        for tape in self._tapes:
            tape.read_by(reader)


class Masks:
    """Draws for layers that drop units and for tricks: one tape for each position within a player's step.

    `open(phase, step)` rewinds to the first position of that step; each draw gives [R, *shape] and moves on
    by one. The law at a position is always the same. block: as of `Tape`; 1 where steps are looked at alone.
    """

    def __init__(
        self, seeds: Sequence[int], *, role: Sequence[str | int], place: Place, block: int = BLOCK
    ) -> None:
        self._seeds = seeds
        self._block = block
        self._role, self._parts = str(role[0]), tuple(role[1:])
        self._place = place
        self._tapes: dict[tuple[str, int, tuple[int, ...]], Tape] = {}
        self._phase = ""
        self._step = 0
        self._position = -1
        self._reader: Reader | None = None

    def read_by(self, reader: Reader | None) -> None:
        """As of `Tape`, for all positions, those to come included."""
        self._reader = reader
        for tape in self._tapes.values():
            tape.read_by(reader)

    def open(self, phase: str, step: int) -> None:
        self._phase, self._step, self._position = phase, step, -1

    def uniform(self, shape: tuple[int, ...]) -> Tensor:
        """U(0, 1), [R, *shape]."""
        return self._draw(uniform, shape)

    def normal(self, shape: tuple[int, ...]) -> Tensor:
        """N(0, 1), [R, *shape]."""
        return self._draw(normal, shape)

    def _draw(self, law: Draw, shape: tuple[int, ...]) -> Tensor:
        self._position += 1
        name = (self._phase, self._position, shape)
        if name not in self._tapes:
            role = (self._role, *self._parts, self._phase, self._position)
            draws = [law] * len(self._seeds)
            self._tapes[name] = Tape(
                self._seeds, draws, role=role, shape=shape, place=self._place, block=self._block
            )
            self._tapes[name].read_by(self._reader)
        return self._tapes[name].at(self._step)

    def torch_seeds(self) -> list[int]:
        """For modules that draw by themselves: a seed for each replica at this position."""
        self._position += 1
        parts = (*self._parts, self._phase, self._step, self._position)
        return [seeding.torch_seed(seed, self._role, *parts) for seed in self._seeds]
