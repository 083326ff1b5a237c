"""How well a number tells two groups of runs apart: AUROC with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from ganbench.detect.signals import Bools, Floats
from ganbench.stats.bootstrap import bootstrap
from ganbench.validation.ranking import area
from ganbench.validation.scores import RESAMPLES


@dataclass(frozen=True, slots=True)
class Area:
    """AUROC of one number, with a percentile bootstrap over runs within each group; None without both of them."""

    name: str
    value: float | None
    low: float | None
    high: float | None


def auroc(values: Floats, positive: Bools) -> float:
    """Pr[value of a positive run > that of another] + 1/2 Pr[equal] of finite values [runs]; .5 tells nothing."""
    return float(area(values[positive], values[~positive]))


def area_of(name: str, values: Floats, positive: Bools, *, rng: Generator) -> Area:
    """values: [runs], finite; what only matters is their order."""
    if positive.all() or not positive.any():
        return Area(name, None, None, None)
    n = int(positive.sum())

    def of(rows: Floats) -> Floats:
        """The head of a row is positive runs, its tail the others."""
        return area(rows[..., :n], rows[..., n:])

    low, high = bootstrap([values[positive], values[~positive]], of, rng=rng, resamples=RESAMPLES)
    return Area(name, auroc(values, positive), low, high)


def filled(values: Floats) -> Floats:
    """What is not finite counts as the middle of the others, and where all are, as 0."""
    finite = np.isfinite(values)
    return np.where(finite, values, np.median(values[finite]) if finite.any() else 0.0)
