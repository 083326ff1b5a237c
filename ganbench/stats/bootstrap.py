"""The stratified bootstrap: runs are drawn again within each cell, with a generator that is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from ganbench.stats.checks import Floats, finite, level
from ganbench.stats.intervals import Interval

Rows = Callable[[Floats], Floats]
"""A statistic of each row: shape [..., n] to [...]."""

Method = Literal["percentile", "bca"]

RESAMPLES = 10_000
_BLOCK = 1_000_000  # values held at once


def bootstrap(
    strata: Sequence[ArrayLike],
    statistic: Rows,
    *,
    rng: Generator,
    method: Method = "percentile",
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
) -> Interval:
    """Two-sided interval of a statistic of all runs, which are drawn with replacement within their stratum.

        percentile:  quantiles of theta* at a/2 and 1 - a/2,  a = 1 - confidence
        bca:         quantiles at Phi(z0 + (z0 + z) / (1 - c (z0 + z))),  z = Phi^-1(a/2), Phi^-1(1 - a/2)
                     z0 = Phi^-1((#(theta* < theta) + #(theta* = theta) / 2) / resamples)
                     c = sum U^3/n_k^3 / 6 (sum U^2/n_k^2)^(3/2),  U = (n_k - 1)(mean_k - theta without a run)

    Values that are all equal give a point, never NaN. Too narrow for few runs: by about
    sqrt((n - 1)/n), and more for tails that the sample does not hold. Efron 1987,
    doi:10.1080/01621459.1987.10478410; DiCiccio & Efron 1996, doi:10.1214/ss/1032280214. Raises
    ValueError for no strata, a stratum without values, NaN or infinite values, and for bca a stratum of one run.
    """
    samples = [finite(values) for values in strata]
    if not samples:
        raise ValueError("no strata, expected at least one")
    tails = np.array([1 - level(confidence), 1 + confidence]) / 2
    found = resampled(samples, statistic, rng=rng, resamples=resamples)
    if method == "bca":
        tails = _corrected(tails, samples, statistic, found)
    low, high = np.quantile(found, tails)
    return Interval(float(low), float(high))


def resampled(
    samples: Sequence[Floats], statistic: Rows, *, rng: Generator, resamples: int = RESAMPLES
) -> Floats:
    """The statistic of bootstrap samples, shape [resamples]."""
    size = sum(values.size for values in samples)
    block = max(1, _BLOCK // size)
    parts = [min(block, resamples - start) for start in range(0, resamples, block)]
    return np.concatenate([statistic(redrawn(samples, rng=rng, times=part)) for part in parts])


def redrawn(samples: Sequence[Floats], *, rng: Generator, times: int) -> Floats:
    """Each row a bootstrap sample, stratum after stratum: shape [times, sum of n_k]."""
    return np.concatenate(
        [values[rng.integers(values.size, size=(times, values.size))] for values in samples], axis=1
    )


def _corrected(tails: Floats, samples: Sequence[Floats], statistic: Rows, found: Floats) -> Floats:
    from scipy.special import ndtr, ndtri

    theta = statistic(np.concatenate(samples))
    below = np.mean(found < theta) + np.mean(found == theta) / 2
    # A statistic beyond all of its resamples would have an infinite bias.
    bias = ndtri(np.clip(below, 0.5 / found.size, 1 - 0.5 / found.size))
    moved = bias + ndtri(tails)
    scale = 1 - _acceleration(samples, statistic) * moved
    corrected: Floats = ndtr(
        np.where(scale > 0, bias + moved / np.where(scale > 0, scale, 1), np.sign(moved) * np.inf)
    )
    return corrected


def _acceleration(samples: Sequence[Floats], statistic: Rows) -> float:
    if min(values.size for values in samples) < 2:
        raise ValueError("a stratum of one run, expected at least two for bca")
    influences = [
        (values.size - 1) * (left.mean() - left) / values.size
        for k, values in enumerate(samples)
        for left in [_without_one(samples, k, statistic)]
    ]
    influence = np.concatenate(influences)
    largest = float(np.abs(influence).max())
    if largest == 0:
        return 0.0
    scaled = influence / largest  # squares of very small numbers would be 0
    return float((scaled**3).sum() / (6 * (scaled**2).sum() ** 1.5))


def _without_one(samples: Sequence[Floats], k: int, statistic: Rows) -> Floats:
    """The statistic without each run of stratum k in turn, shape [n_k]."""
    n = samples[k].size
    kept: NDArray[np.bool_] = ~np.eye(n, dtype=bool)
    left = np.broadcast_to(samples[k], (n, n))[kept].reshape(n, n - 1)
    others = [np.broadcast_to(values, (n, values.size)) for j, values in enumerate(samples) if j != k]
    return statistic(np.concatenate([left, *others], axis=1))
