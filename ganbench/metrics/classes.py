"""Classes of labelled images as modes: the class of the nearest training image.

A nearest-neighbour classifier names a class for garbage too. So an image is of high quality, and makes its class
covered, only if it is as near to a training image as 99 % of the held-out images are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ganbench.metrics.protocols import Floats, Ints, Labelled

QUALITY_QUANTILE = 0.99
COVERED_SHARE = 0.01


@dataclass(frozen=True, eq=False)
class NearestNeighbour:
    """The classes of a labelled set as modes; distances are Euclidean, in units of the data.

    weights: [K], shares of the held-out set. radius: the 99th percentile of the distances from held-out images
    to their nearest training image. held_out_accuracy: share of held-out images whose class it names.
    """

    images: Floats
    label: Ints
    weights: Floats
    radius: float
    held_out_accuracy: float

    @property
    def ceiling(self) -> float:
        """High-quality share of held-out images, by construction."""
        return QUALITY_QUANTILE

    def assign(self, x: Floats) -> tuple[Ints, Floats]:
        """Class [n] of the nearest training image and distance to it [n]; NaN for images that are not finite."""
        nearest, distance = nearest_rows(x, self.images)
        return self.label[nearest], distance

    def least_count(self, samples: int) -> int:
        """1 % of the samples (a tenth of its share for one of ten equal classes), at least one."""
        return max(1, math.ceil(COVERED_SHARE * samples))


def nearest_neighbour(train: Labelled, held_out: Labelled) -> NearestNeighbour:
    """The classifier of `train`, measured on `held_out`; both labelled, images [n, *shape]."""
    assert train.label is not None
    assert held_out.label is not None
    images = train.x.reshape(len(train.x), -1)
    nearest, distance = nearest_rows(held_out.x.reshape(len(held_out.x), -1), images)
    counts = np.bincount(held_out.label, minlength=int(train.label.max()) + 1)
    return NearestNeighbour(
        images=images,
        label=train.label,
        weights=counts / counts.sum(),
        radius=float(np.quantile(distance, QUALITY_QUANTILE)),
        held_out_accuracy=float(np.mean(train.label[nearest] == held_out.label)),
    )


def nearest_rows(x: Floats, table: Floats) -> tuple[Ints, Floats]:
    """For each row of x [n, d] its nearest row of `table` [m, d] and the Euclidean distance to it, [n] each."""
    nearest = (np.square(table).sum(axis=1) - 2 * (x @ table.T)).argmin(axis=1)
    return nearest, np.sqrt(np.square(x - table[nearest]).sum(axis=1))
