"""A bounded pool of each run's own earlier samples: has D forgotten what it once rejected?

A discriminator that calls old fakes real again lets the generator go round in circles (Thanh-Tung and Tran
2020, arXiv:1807.04015).
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from ganbench.train.noise import Array, Place

KEPT: Final = 8  # evaluations
COUNT: Final = 64  # samples of each
OLD: Final = 2  # evaluations ago: one ago, G has often hardly moved


class OldFakes:
    """The first samples of the last evaluations of R runs, in a ring that is written in place.

    shape: of one sample.
    """

    def __init__(self, replicas: int, shape: tuple[int, ...], *, place: Place) -> None:
        self._place = place
        self._ring = torch.zeros((KEPT, replicas, COUNT, *shape), dtype=place.dtype, device=place.device)
        self._added = torch.zeros((), dtype=torch.long)

    def add(self, samples: Array) -> None:
        """Samples of this evaluation, [R, COUNT, *shape]."""
        self._ring[int(self._added) % KEPT] = self._place.tensor(samples)
        self._added += 1

    def old(self) -> Tensor:
        """At an evaluation, before its own are added: those of at least 2 evaluations ago, [R, n, *shape].

        The oldest first; n is 0 while there are none and at most 7 x 64.
        """
        added = int(self._added)
        rows = [index % KEPT for index in range(max(0, added - KEPT), added - OLD + 1)]
        return self._ring[rows].transpose(0, 1).flatten(1, 2)

    def tensors(self) -> dict[str, Tensor]:
        """All of its state."""
        return {"ring": self._ring, "added": self._added}
