"""The trace of a population in training, less what is still open: a file that grows at its end.

What was appended after the last `sync` may be torn by a kill, or be missing after a power cut. It is dropped
when the population goes on from the checkpoint that has kept what `sync` returned.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import BinaryIO, Final

import numpy as np

from ganbench.probes.spool import Block, Kind, shared
from ganbench.store.atomic import storing, write_bytes
from ganbench.store.layout import Layout
from ganbench.store.mark import Mark, is_whole
from ganbench.store.tables import reading

_HEAD: Final = struct.Struct("<8q")  # kind, number, first, last, replica, and the shape of the values
_VALUE: Final = np.dtype("<f4")


class Journal:
    """The spool of one population (`ganbench.probes.spool.Spool`), in its folder below work/.

    `rewind` comes first: to the mark of a checkpoint, or to the beginning.
    """

    def __init__(self, layout: Layout, population: str) -> None:
        self._path = layout.journal(population)
        self._marked = layout.mark(population)
        self._end = Mark()

    def holds(self, mark: Mark) -> bool:
        """Whether the file begins with what was marked. Raises InputError."""
        try:
            return is_whole(self._path, mark)
        except FileNotFoundError:
            return False

    def rewind(self, mark: Mark) -> None:
        """Go back to a mark that the file holds, and drop what comes after it. Raises StorageError."""
        self._end = mark
        self._write_mark()  # before the file shrinks: whoever looks meanwhile must find all that is marked
        with storing(self._path), self._path.open("ab") as file:
            file.truncate(mark.length)

    def append(self, block: Block) -> None:
        """Raises StorageError."""
        head = (block.kind, block.number, block.first, block.last, block.replica)
        content = _HEAD.pack(*head, *block.values.shape) + block.values.astype(_VALUE).tobytes()
        with storing(self._path), self._path.open("ab") as file:
            file.write(content)
        self._end = Mark(self._end.length + len(content), zlib.crc32(content, self._end.crc32))

    def sync(self) -> Mark:
        """Have all of it on the disk, so that a checkpoint can count on it. Raises StorageError."""
        with storing(self._path), self._path.open("rb+") as file:
            os.fsync(file.fileno())
        self._write_mark()
        return self._end

    def read(self, kind: Kind, replicas: range) -> Iterator[Block]:
        """As `Spool.read`; the values of other replicas are passed over. Raises InputError."""
        with reading(self._path), self._path.open("rb") as file:
            while file.tell() < self._end.length:
                if block := _next(file, kind, replicas):
                    yield block

    def _write_mark(self) -> None:
        write_bytes(self._marked, json.dumps(asdict(self._end)).encode())


def _next(file: BinaryIO, kind: Kind, replicas: range) -> Block | None:
    """The block that begins here, if it is asked for. The file then stands at the next one."""
    found, number, first, last, replica, many, rows, signals = _HEAD.unpack(file.read(_HEAD.size))
    begin, each = file.tell(), _VALUE.itemsize * rows * signals
    mine = shared(range(replica, replica + many), replicas)
    block = None
    if found == kind and mine:
        file.seek(begin + each * (mine.start - replica))
        values = np.frombuffer(file.read(each * len(mine)), _VALUE).reshape(len(mine), rows, signals)
        block = Block(kind, number, first, last, mine.start, values)
    file.seek(begin + each * many)
    return block
