"""Where samples truly lie: the occupancy of known modes, and how wide they are within."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ganbench.data.dataset import Samples
from ganbench.data.mixtures import Mixture

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEAR: Final = 5.0
"""Standard deviations of a mode, in the plane; in other dimensions, what holds as much of a Gaussian."""
NEAR_CLASS: Final = 1.5
"""Of the distance from real samples to their nearest reference that 95 % of them keep."""
FEW: Final = 20
"""Samples of which no deviation is taken."""


class Places(NamedTuple):
    """counts: [K] samples that lie in each mode. spread: their deviation within a mode over the true one; NaN where
    hardly any lie in one.
    """

    counts: Ints
    spread: float


class Modes(Protocol):
    """weights: true share of each mode, [K]. Samples are [n, d], in the units of the data."""

    @property
    def weights(self) -> Floats: ...

    def places(self, x: Floats) -> Places: ...


@dataclass(frozen=True, eq=False)
class MixtureModes:
    """Components of a mixture with a known law. A sample is of the mode with the largest responsibility
    w_k N(x; m_k, s_k^2) / p(x), and lies in it within `NEAR`.
    """

    law: Mixture

    @property
    def weights(self) -> Floats:
        return self.law.weights

    @cached_property
    def _radius(self) -> float:
        from scipy.stats import chi2

        return math.sqrt(chi2.isf(chi2.sf(NEAR**2, 2), self.law.means.shape[1]))

    def places(self, x: Floats) -> Places:
        x = x[np.isfinite(x).all(axis=1)]
        squared = self._squared_distances(x)
        evidence = np.log(self.law.weights) - np.log(self.law.std).sum(axis=1) - squared / 2
        mode = evidence.argmax(axis=1)
        inside = squared[np.arange(len(x)), mode] <= self._radius**2
        x, mode = x[inside], mode[inside]
        counts = np.bincount(mode, minlength=len(self.weights))
        return Places(counts, self._spread((x - self.law.means[mode]) / self.law.std[mode], mode, counts))

    def _squared_distances(self, x: Floats) -> Floats:
        """[n, K], one coordinate after the other: no array of [n, K, d]."""
        columns = zip(x.T, self.law.means.T, self.law.std.T, strict=True)
        return sum((np.square((at[:, None] - mean) / std) for at, mean, std in columns), np.zeros(()))

    def _spread(self, residuals: Floats, mode: Ints, counts: Ints) -> float:
        """Interquartile range around the samples' own means over that of N(0, 1), all modes together."""
        if len(mode) < FEW:
            return math.nan
        centred = residuals - _means(residuals, mode, counts)[mode]
        low, high = np.percentile(centred, [25, 75], axis=0)
        return float(np.sqrt(np.mean(np.square(high - low)))) / NORMAL_RANGE


NORMAL_RANGE: Final = 2 * 0.6744897501960817
"""Interquartile range of N(0, 1)."""


@dataclass(frozen=True, eq=False)
class ClassModes:
    """Classes that are known by labelled real samples alone. A sample is of the class of its nearest reference, and
    lies in it if it is about as near as real samples are.

    reference, check: disjoint labelled real samples, of labels 0 to K - 1.
    """

    reference: Samples
    check: Samples

    @cached_property
    def weights(self) -> Floats:
        """Shares of the classes that `check` is given: a nearest neighbour has its own errors."""
        counts = np.bincount(self._nearest(self._flat(self.check.x))[0], minlength=self._classes)
        share: Floats = np.maximum(counts, 1) / np.maximum(counts, 1).sum()
        return share

    def places(self, x: Floats) -> Places:
        x = self._flat(x)
        x = x[np.isfinite(x).all(axis=1)]
        label, distance = self._nearest(x)
        inside = distance <= self._reach
        x, label = x[inside], label[inside]
        counts = np.bincount(label, minlength=self._classes)
        return Places(counts, self._spread(x, label, counts))

    def _spread(self, x: Floats, label: Ints, counts: Ints) -> float:
        """Median over classes of the root mean square deviation from the class mean, over that of real samples."""
        some = counts >= FEW
        ratios = _deviations(x, label, counts)[some] / self._real_deviations[some]
        return float(np.median(ratios)) if some.any() else math.nan

    @cached_property
    def _real_deviations(self) -> Floats:
        x = self._flat(self.check.x)
        label = self._nearest(x)[0]
        return _deviations(x, label, np.bincount(label, minlength=self._classes))

    @cached_property
    def _reach(self) -> float:
        return NEAR_CLASS * float(np.quantile(self._nearest(self._flat(self.check.x))[1], 0.95))

    def _nearest(self, x: Floats) -> tuple[Ints, Floats]:
        """Class of the nearest reference [n], and the distance to it [n]."""
        assert self.reference.label is not None
        known, squares = self._known
        partial = squares - x @ known
        nearest = partial.argmin(axis=1)
        squared = np.square(x).sum(axis=1) + partial[np.arange(len(x)), nearest]
        return self.reference.label[nearest], np.sqrt(np.maximum(squared, 0))

    @cached_property
    def _known(self) -> tuple[Floats, Floats]:
        """Twice the references [d, n], and their squared norms [n]."""
        known = self._flat(self.reference.x)
        return 2 * known.T, np.square(known).sum(axis=1)

    @cached_property
    def _classes(self) -> int:
        assert self.reference.label is not None
        return int(self.reference.label.max()) + 1

    @staticmethod
    def _flat(x: Floats) -> Floats:
        return x.reshape(len(x), math.prod(x.shape[1:]))  # no sample may be left


def _means(x: Floats, of: Ints, counts: Ints) -> Floats:
    """Mean of the samples of each mode, [K, d]."""
    member = (np.arange(len(counts))[:, None] == of).astype(float)
    means: Floats = member @ x / np.maximum(counts, 1)[:, None]
    return means


def _deviations(x: Floats, of: Ints, counts: Ints) -> Floats:
    """Root mean square distance of the samples of each mode from their mean, [K]."""
    squared = np.square(x - _means(x, of, counts)[of]).sum(axis=1)
    found: Floats = np.sqrt(np.bincount(of, squared, minlength=len(counts)) / np.maximum(counts, 1))
    return found
