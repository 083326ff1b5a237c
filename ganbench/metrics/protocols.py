"""What metrics need to know of a data set. Structural, because `metrics` does not import `data`."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Labelled(Protocol):
    """x: [n, *shape]; label: [n] or None."""

    @property
    def x(self) -> Floats: ...

    @property
    def label(self) -> Ints | None: ...


class Modes(Protocol):
    """Places where samples should be, told by a mixture's components, arcs or classes.

    weights: [K], true shares. radius: a sample nearer to its mode is of high quality, units of `assign`.
    ceiling: high-quality share of real samples.
    """

    @property
    def weights(self) -> Floats: ...

    @property
    def radius(self) -> float: ...

    @property
    def ceiling(self) -> float: ...

    def assign(self, x: Floats) -> tuple[Ints, Floats]:
        """Nearest mode [n] and distance [n], NaN where a point is not finite."""
        ...

    def least_count(self, samples: int) -> int:
        """High-quality samples that make a mode covered, of so many samples."""
        ...


@runtime_checkable
class GaussianModes(Protocol):
    """Modes within which the true law is a Gaussian."""

    def residuals(self, x: Floats, mode: Ints) -> Floats:
        """[n, d], standard normal under the true law."""
        ...


class Law(Modes, Protocol):
    """Modes with a density."""

    def log_density(self, x: Floats) -> Floats:
        """[n], nats."""
        ...


class Data(Protocol):
    """A data set: `law` where it is known, `labelled` (training and held-out set) where it is finite."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def default_metrics(self) -> tuple[str, ...]: ...

    @property
    def law(self) -> Law | None: ...

    @property
    def labelled(self) -> tuple[Labelled, Labelled] | None: ...

    def train(self, rng: np.random.Generator, count: int, /) -> Labelled: ...

    def held_out(self, rng: np.random.Generator, count: int, /) -> Labelled: ...
