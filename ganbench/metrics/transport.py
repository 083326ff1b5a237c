"""Distances between two samples: sliced and exact Wasserstein, energy distance.

Samples are [n, d] in the units of the data; lower is better. Two samples of one law are not at distance 0:
read each value beside its real-against-real floor at the same n. NaN or infinite if a sample is not finite.
"""

from __future__ import annotations

import math

import numpy as np

from ganbench.metrics.protocols import Floats


def random_directions(rng: np.random.Generator, count: int, *, dim: int) -> Floats:
    """`count` unit vectors, uniform on the sphere in `dim` dimensions, [count, d]."""
    normal = rng.standard_normal((count, dim))
    return np.asarray(normal / np.linalg.norm(normal, axis=1, keepdims=True))


def sorted_projections(x: Floats, directions: Floats) -> Floats:
    """u.x for each direction u, sorted over the samples, [P, n]."""
    projections = np.asarray(directions @ x.T)
    projections.sort(axis=1)
    return projections


def sliced_wasserstein(x_sorted: Floats, y_sorted: Floats, *, order: int = 1) -> float:
    """(E_u W_p(u.x, u.y)^p)^(1/p) from sorted projections [P, n] of equally many samples (Bonneel et al. 2015).

    In one dimension the best matching is the sorted one, so W_p^p = mean |x_(i) - y_(i)|^p.
    """
    gap = np.abs(x_sorted - y_sorted)
    return float(np.mean(gap)) if order == 1 else float(np.mean(gap**order) ** (1 / order))


def exact_wasserstein(x: Floats, y: Floats, *, order: int = 1) -> float:
    """W_p between two samples of equal size n: (min over matchings of mean |x_i - y_s(i)|^p)^(1/p).

    The optimal assignment takes of the order of n^3 operations: meant for n up to some hundred. NaN if a
    sample is not finite.
    """
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import cdist

    cost = cdist(x, y) ** order
    if not np.isfinite(cost).all():
        return math.nan
    row, column = linear_sum_assignment(cost)
    return float(np.mean(cost[row, column]) ** (1 / order))


def energy_distance(x: Floats, y: Floats) -> float:
    """2 E|x - y| - E|x - x'| - E|y - y'| (Szekely and Rizzo 2013), x' an independent copy of x.

    Means over pairs of different samples: unbiased, so about 0, and negative half of the time, for equal laws.
    Takes of the order of n^2 d operations.
    """
    from scipy.spatial.distance import cdist, pdist

    return float(2 * cdist(x, y).mean() - pdist(x).mean() - pdist(y).mean())
