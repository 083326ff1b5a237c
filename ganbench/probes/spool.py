"""What a trace has finished, out of its hands until the run has ended: blocks of numbers, kept in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]


class Kind(IntEnum):
    """What the rows of a block are: the statistics of a window, or the iterations of a burst."""

    WINDOW = 0
    BURST = 1


@dataclass(frozen=True, slots=True)
class Block:
    """Values [replicas, rows, signals] of the replicas from `replica` on, over iterations `first` to `last`.

    number: of the window or the burst. A long burst comes in several blocks.
    """

    kind: Kind
    number: int
    first: int
    last: int
    replica: int
    values: Values

    def of(self, replicas: range) -> Block | None:
        """The same of these replicas alone; None where it has none of them."""
        mine = shared(range(self.replica, self.replica + len(self.values)), replicas)
        values = self.values[mine.start - self.replica : mine.stop - self.replica]
        return replace(self, replica=mine.start, values=values) if mine else None


class Spool(Protocol):
    """Takes blocks one by one, and gives them back as often as it is asked."""

    def append(self, block: Block) -> None: ...

    def read(self, kind: Kind, replicas: range) -> Iterator[Block]:
        """The blocks of that kind, cut to these replicas, in order; those without any of them are left out."""
        ...


@dataclass(slots=True)
class InMemory:
    """A spool for short runs."""

    blocks: list[Block] = field(default_factory=list)

    def append(self, block: Block) -> None:
        self.blocks.append(block)

    def read(self, kind: Kind, replicas: range) -> Iterator[Block]:
        mine = (block.of(replicas) for block in self.blocks if block.kind == kind)
        return (block for block in mine if block is not None)


def shared(one: range, other: range) -> range:
    """What two stretches have in common; empty where that is nothing."""
    return range(max(one.start, other.start), min(one.stop, other.stop))
