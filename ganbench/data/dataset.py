"""What every data set is: a source of training samples and of held-out ones."""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Box = tuple[Floats, Floats]
"""The lowest and the highest value of each coordinate, [*shape] each."""


class Samples(NamedTuple):
    """x: float64 [n, *shape]; label: int64 [n] (mode or class), or None."""

    x: Floats
    label: Ints | None = None


class KnownLaw(Protocol):
    """A distribution whose density and modes are known. Points are [n, *shape]; nothing here raises on NaN."""

    @property
    def weights(self) -> Floats:
        """Share of each mode, [K], sums to 1."""
        ...

    @property
    def radius(self) -> float:
        """A sample nearer than this to a mode is of high quality; in standard deviations."""
        ...

    @property
    def ceiling(self) -> float:
        """High-quality share of the exact law, modes taken as separate."""
        ...

    def assign(self, x: Floats) -> tuple[Ints, Floats]:
        """Nearest mode [n] and distance to it [n] in its standard deviations; NaN distance for non-finite points."""
        ...

    def least_count(self, samples: int) -> int:
        """High-quality samples that make a mode covered."""
        ...

    def log_density(self, x: Floats) -> Floats:
        """ln p(x), [n], nats."""
        ...


class Dataset(Protocol):
    """Samples of one fixed shape, with a training and a held-out stream. A class that derives from it says only what
    it has: it is no image, without labels, of no known law unless it says so.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one sample."""
        ...

    @property
    def box(self) -> Box:
        """Where the data lie; of an unbounded law, all but about one coordinate in a million."""
        ...

    @property
    def image_shape(self) -> tuple[int, int] | None:
        """Rows and columns if a sample is a flattened grey image."""
        return None

    @property
    def label_count(self) -> int | None:
        """Labels are 0 to label_count - 1."""
        return None

    @property
    def default_metrics(self) -> tuple[str, ...]:
        """What is measured unless a suite says otherwise."""
        ...

    @property
    def law(self) -> KnownLaw | None:
        """The exact distribution, where it is known."""
        return None

    @property
    def labelled(self) -> tuple[Samples, Samples] | None:
        """All training and all held-out samples, where data are finite and labelled."""
        return None

    def train(self, rng: np.random.Generator, count: int) -> Samples:
        """What a run trains on: fresh draws, or draws with replacement from the training set."""
        ...

    def held_out(self, rng: np.random.Generator, count: int) -> Samples:
        """What a run is judged by: fresh draws from the exact law, or held-out samples."""
        ...


WIDTH: Final = 5.0
"""Standard deviations around a mode that its box holds: all but 6e-7 of a coordinate."""


def rows(samples: Samples, index: Ints) -> Samples:
    """The samples of those row numbers."""
    return Samples(samples.x[index], None if samples.label is None else samples.label[index])


def one_hot(label: Ints, count: int) -> Floats:
    """[...], of 0 to count - 1 -> [..., count]."""
    found: Floats = np.eye(count)[label]
    return found


def joined(samples: Samples, count: int) -> Floats:
    """Samples with their labels of 0 to count - 1 one-hot behind them, [n, F + count]."""
    assert samples.label is not None  # `Shown.labels` refuses the others
    x = samples.x.reshape(len(samples.x), -1)
    return np.concatenate([x, one_hot(samples.label, count)], axis=1)


def read_only(array: NDArray[np.generic]) -> None:
    """Built data sets are shared between runs, so nobody may write to them."""
    array.setflags(write=False)
