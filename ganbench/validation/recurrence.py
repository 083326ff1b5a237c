"""Whether a path comes back to where it was: recurrence of a map, radius and turns of a point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PERIODS: Final = 3
"""A period counts if so many of them fit into the path."""
SAME: Final = 0.05
"""Of two returns: the earlier is the period if it is hardly less complete."""
TINY: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Recurrence:
    """amplitude: the largest root mean square displacement at any lag. left: the least share that remains of the largest
    displacement at a shorter lag; 0 for a closed orbit, about 1 for noise, NaN for a path that goes nowhere. period: the
    lag of that, in points, 0 for none. kept: deviation from the mean in the second half of the path over that in the first.
    """

    amplitude: float
    left: float
    kept: float
    period: int


def recurrence(path: Floats) -> Recurrence:
    """Of a path [S, F] of at least 12 points, by its mean displacement at each lag, up to S / 3.

    D(lag) = (mean_t |x_{t+lag} - x_t|^2 / F)^(1/2) of a circle falls back to 0 at its period; of a walk it never falls,
    of noise around a point it is flat.
    """
    whole = displacement(path)
    amplitude = float(whole.max())
    if amplitude < TINY:
        return Recurrence(amplitude, np.nan, np.nan, 0)
    highest = np.maximum.accumulate(whole)
    left = np.where(highest < TINY, 1, whole / np.maximum(highest, TINY))  # 1 before it has set out
    least = float(left.min())
    period = int(np.flatnonzero(left <= least + SAME)[0]) if least < 1 else 0
    half = len(path) // 2
    first, last = (float(np.sqrt(part.var(axis=0).mean())) for part in (path[:half], path[half:]))
    return Recurrence(amplitude, least, last / max(first, TINY), period)


def displacement(path: Floats) -> Floats:
    """D(lag) of lags 0 to S / 3, [S // 3 + 1], from the Gram matrix of the path."""
    count = len(path) // PERIODS + 1
    centred = path - path.mean(axis=0)
    gram = centred @ centred.T
    norms = np.diagonal(gram)
    squared = np.maximum(norms[:, None] + norms - 2 * gram, 0)
    lags = [np.diagonal(squared, lag).mean() for lag in range(count)]
    found: Floats = np.sqrt(np.array(lags) / path.shape[1])
    return found


@dataclass(frozen=True, slots=True)
class Orbit:
    """Of a point in the plane. radius: median over the last quarter of the path; kept: over that of the first quarter;
    turns: around the origin, whichever way round.
    """

    radius: float
    kept: float
    turns: float


def orbit(point: Floats) -> Orbit:
    """Of a path [S, 2] around the origin."""
    radius = np.hypot(point[:, 0], point[:, 1])
    quarter = max(len(radius) // 4, 1)
    first, last = float(np.median(radius[:quarter])), float(np.median(radius[-quarter:]))
    angle = np.unwrap(np.arctan2(point[:, 1], point[:, 0]))
    return Orbit(last, last / max(first, TINY), float(abs(angle[-1] - angle[0])) / (2 * np.pi))
