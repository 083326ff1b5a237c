"""What the training loop writes down at every step, kept on the device until the chunk is read.

Logits and samples are kept as they are, and signals are computed once for a whole chunk of steps: two
hundred small operations a step become two hundred a chunk.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from ganbench import seeding

PROJECTIONS = 8  # of data with more than two dimensions


def feature_projection(dimensions: int) -> Tensor | None:
    """A fixed matrix [dimensions, 8] of unit columns; None where the data is its own feature."""
    if dimensions <= 2:
        return None
    rng = seeding.stream(0, "feature-projection", dimensions)
    columns = torch.from_numpy(rng.standard_normal((dimensions, PROJECTIONS)))
    unit: Tensor = columns / columns.norm(dim=0)
    return unit


class Recorder:
    """A chunk of `length` steps. Call `write` with [R, ...] tensors, `step` after each step."""

    def __init__(self, length: int, dimensions: int) -> None:
        self.length = length
        self._row = 0
        self._cursor: Tensor | None = None
        self._chunk: dict[str, Tensor] = {}
        self._projection = feature_projection(dimensions)

    @property
    def full(self) -> bool:
        return self._row == self.length

    @property
    def row(self) -> int:
        """The row of this step."""
        return self._row

    @contextmanager
    def pointed(self, cursor: Tensor) -> Iterator[None]:
        """Within, rows are written where `cursor` points, one whole number on the device: a graph that is replayed would
        write to the row of its capture for ever.
        """
        self._cursor = cursor
        try:
            yield
        finally:
            self._cursor = None

    def write(self, name: str, values: Tensor) -> None:
        """Copy [R, ...] into this step's row; a name not written in a step reads NaN there."""
        values = values.detach()
        if name == "fake":
            values = self._features(values)
        if name not in self._chunk:
            # Booleans are kept as 0 and 1, so that NaN can say "not written".
            dtype = values.dtype if values.is_floating_point() else torch.float32
            self._chunk[name] = values.new_full((self.length, *values.shape), torch.nan, dtype=dtype)
        held = self._chunk[name]
        if self._cursor is None:
            held[self._row].copy_(values)
        else:
            held.index_copy_(0, self._cursor, values.to(held.dtype)[None])

    def write_penalty(self, name: str, values: Tensor) -> None:
        """Of a step that is not the last of its iteration, only penalties are kept."""
        if name.startswith("penalty_"):
            self.write(name, values)

    def step(self) -> None:
        self._row += 1

    def read(self) -> dict[str, Tensor]:
        """The rows written since the last read, [T, R, ...] by name; the recorder is empty after it."""
        rows = {name: values[: self._row].clone() for name, values in self._chunk.items()}
        for values in self._chunk.values():
            values.fill_(torch.nan)
        self._row = 0
        return rows

    def rewind(self, row: int) -> None:
        """Forget this row and those after it."""
        for values in self._chunk.values():
            values[row:].fill_(torch.nan)
        self._row = row

    def tensors(self) -> dict[str, Tensor]:
        """What rows are written to, [length, R, ...] by name; NaN in those to come."""
        return self._chunk

    def _features(self, samples: Tensor) -> Tensor:
        flat = samples.flatten(2)
        if self._projection is None:
            return flat
        # Placed once: a copy from the host at every step would wait for the device, and end a capture.
        self._projection = self._projection.to(flat)
        return flat @ self._projection
