"""A loop at one moment: to go back to, and to compare another moment with, bit for bit."""

from __future__ import annotations

import torch
from torch import Tensor

from ganbench.train.loop import Loop
from ganbench.train.state import tensors_of


class Moment:
    """Copies of all that an iteration moves. recorded: of the rows of the recorder too."""

    def __init__(self, loop: Loop, *, recorded: bool) -> None:
        self._iteration = loop.iteration
        self._row = loop.recorder.row if loop.recorder else 0
        self._tensors = {name: tensor.clone() for name, tensor in _moved(loop, recorded=recorded).items()}

    def put_back(self, loop: Loop) -> None:
        """Have the loop go on from here; rows that were recorded since are forgotten."""
        for name, tensor in tensors_of(loop.game).items():
            tensor.copy_(self._tensors[name])
        loop.iteration = self._iteration
        if loop.recorder:
            loop.recorder.rewind(self._row)

    def difference(self, loop: Loop) -> str:
        """The first tensor in which the loop is not exactly here, its recorded rows included; empty for none.

        Waits for the device.
        """
        there = _moved(loop, recorded=True)
        apart = sorted(there.keys() ^ self._tensors.keys())
        apart += [name for name in there if name not in apart and not self._has(name, there[name])]
        return next(iter(apart), "")

    def _has(self, name: str, tensor: Tensor) -> bool:
        return torch.equal(_bits(tensor), _bits(self._tensors[name]))


def _moved(loop: Loop, *, recorded: bool) -> dict[str, Tensor]:
    rows = loop.recorder.tensors() if loop.recorder and recorded else {}
    return tensors_of(loop.game) | {f"recorded {name}": tensor for name, tensor in rows.items()}


def _bits(tensor: Tensor) -> Tensor:
    """So that a NaN equals itself, and 0 is not -0."""
    return tensor.contiguous().flatten().view(torch.uint8)
