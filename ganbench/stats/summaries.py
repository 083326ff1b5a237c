"""Robust summaries of a sample, one value for each run."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ganbench.stats.checks import Floats, sample


def iqm(values: ArrayLike) -> float:
    """The interquartile mean: the mean after floor(n/4) values are cut from each end; NaN if any is NaN.

    As robust as the median to outliers, with less spread. Agarwal et al. 2021, arXiv:2108.13264.
    Raises ValueError for no values.
    """
    found = sample(values)
    return math.nan if np.isnan(found).any() else float(interquartile_means(found))


def interquartile_means(samples: Floats) -> Floats:
    """The interquartile mean of each row: shape [..., n] to [...]. The rows hold no NaN."""
    n = samples.shape[-1]
    cut = n // 4
    kept = np.sort(samples, axis=-1)[..., cut : n - cut]
    return row_means(kept)


def row_means(samples: Floats) -> Floats:
    """The mean of each row: shape [..., n] to [...]."""
    means: Floats = samples.mean(axis=-1)
    return means


def row_medians(samples: Floats) -> Floats:
    """The median of each row: shape [..., n] to [...]."""
    return np.asarray(np.median(samples, axis=-1))


def quantiles(values: ArrayLike, probabilities: Sequence[float]) -> tuple[float, ...]:
    """Quantiles by linear interpolation of the order statistics (type 7 of Hyndman & Fan 1996).

    NaN if any value is NaN. Raises ValueError for no values or a probability outside [0, 1].
    """
    return tuple(float(q) for q in np.quantile(sample(values), list(probabilities)))
