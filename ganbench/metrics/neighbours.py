"""Can samples be told from the data at all? A classifier by nearest neighbours answers, which no training can spoil."""

from __future__ import annotations

import math

import numpy as np

from ganbench.metrics.protocols import Floats


def neighbour_auc(known: tuple[Floats, Floats], asked: tuple[Floats, Floats], *, neighbours: int) -> float:
    """P(a real sample scores above a generated one), ties half; 1/2: not told apart, 1: always.

    known: real and generated samples to compare with, [n, d] and [m, d]. asked: other real and generated ones, that
    are ranked. The score of x is ln r_fake(x) - ln r_real(x), with r the distance to the k-th nearest of that sort:
    the logarithm of the ratio of densities, by neighbours (Loftsgaarden and Quesenberry 1965), over d. So it is the
    classifier of a two-sample test (Lopez-Paz and Oquab 2017), by its ranks. Equal laws give 1/2 on average,
    whatever n, m and k. NaN if a sample is not finite, or so far that its square is not.
    """
    centre = known[0].mean(axis=0)
    sorts = [sample - centre for sample in known]
    radius = [[_radius(x - centre, sort, neighbours) for sort in sorts] for x in asked]
    if not np.isfinite(radius).all():
        return math.nan
    return _above(*(np.log(of_fake) - np.log(of_real) for of_real, of_fake in radius))


def _radius(at: Floats, sample: Floats, neighbours: int) -> Floats:
    """Distance from points [m, d] to the k-th nearest of a sample [n, d], or to its farthest of fewer; [m]."""
    sizes = np.square(at).sum(axis=1)[:, None] + np.square(sample).sum(axis=1)
    # Where points coincide rounding leaves a small number of either sign: no distance is below what it hides.
    floor = np.maximum(np.finfo(float).eps * sizes, np.finfo(float).tiny)
    squares = np.maximum(sizes - 2 * at @ sample.T, floor)
    k = min(neighbours, len(sample)) - 1
    return np.asarray(np.sqrt(np.partition(squares, k, axis=1)[:, k]))


def _above(real: Floats, fake: Floats) -> float:
    """Mann-Whitney's U over the number of pairs."""
    from scipy.stats import rankdata

    ranks = rankdata(np.concatenate([real, fake]))[: len(real)]
    return float((ranks.mean() - (len(real) + 1) / 2) / len(fake))
