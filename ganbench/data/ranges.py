"""The range that networks see data in: shifted and scaled by one factor, so that shapes stay what they are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from ganbench.data.dataset import Box, Dataset, Floats, Ints, Samples
from ganbench.errors import UsageError

Range = Literal["own", "tanh", "sigmoid"]

MARGIN: Final = 0.95  # a squashed output comes near its ends and never there
ENDS: Final[dict[str, tuple[float, float]]] = {
    "linear": (-math.inf, math.inf),
    "tanh": (-1.0, 1.0),
    "sigmoid": (0.0, 1.0),
}
"""What an output activation can reach."""


@dataclass(frozen=True, eq=False)
class Shown:
    """A data set as networks see it: y = scale (x - centre) + offset. scale 0 for data as they are.

    The longest side of the data's box becomes 0.95 times the width of the range, its middle that of the range.
    """

    dataset: Dataset
    centre: Floats
    scale: float
    offset: float

    def train(self, rng: np.random.Generator, count: int) -> Samples:
        """What a run trains on, in this range."""
        return self._into(self.dataset.train(rng, count))

    def held_out(self, rng: np.random.Generator, count: int) -> Samples:
        """What a run is judged by, in this range."""
        return self._into(self.dataset.held_out(rng, count))

    def labels(self, rng: np.random.Generator, count: int) -> Ints:
        """Labels by the law of the training data, [count]. Raises UsageError for data that have none."""
        label = self.dataset.train(rng, count).label
        if label is None:
            raise UsageError("the samples have no labels", where="data", hint="leave conditional out")
        return label

    def into(self, x: Floats) -> Floats:
        """Samples [..., *shape] as networks see them."""
        return self.scale * (x - self.centre) + self.offset if self.scale else x

    def back(self, y: Floats) -> Floats:
        """What a generator made, [..., *shape], in the units of the data."""
        return (y - self.offset) / self.scale + self.centre if self.scale else y

    def _into(self, samples: Samples) -> Samples:
        return samples._replace(x=self.into(samples.x))


def shown(dataset: Dataset, to: Range) -> Shown:
    """The data set in a range. Raises ValueError for data without extent, which have no scale."""
    if to == "own":
        return Shown(dataset, np.zeros(dataset.shape), 0.0, 0.0)
    low, high = dataset.box
    start, end = ENDS[to]
    extent = float(np.max(high - low))
    if extent == 0:
        raise ValueError("the data are a single point")
    return Shown(dataset, (low + high) / 2, MARGIN * (end - start) / extent, (start + end) / 2)


def box_shown(box: Box, to: Range) -> tuple[float, float]:
    """The lowest and the highest value that networks see."""
    low, high = box
    if to == "own":
        return float(np.min(low)), float(np.max(high))
    start, end = ENDS[to]
    middle, half = (start + end) / 2, MARGIN * (end - start) / 2
    return middle - half, middle + half
