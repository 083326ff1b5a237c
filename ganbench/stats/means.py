"""The interval of a mean, by Student's t."""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from ganbench.stats.checks import finite, level
from ganbench.stats.intervals import Interval


def t_interval(values: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Two-sided interval of the mean; one run tells nothing: (-inf, inf).

        mean +- t_{n-1} s / sqrt(n),  s^2 = sum (x - mean)^2 / (n - 1)

    Exact for normal values, and over few runs nearer to nominal than a bootstrap. Too narrow where few
    runs may all miss a rare failure: docs/statistics.md has how much. Student 1908,
    doi:10.1093/biomet/6.1.1. Raises ValueError for no values, NaN or infinite values.
    """
    from scipy.stats import t

    found = finite(values)
    n = found.size
    if n < 2:
        return Interval(-math.inf, math.inf)
    half = float(t.ppf((1 + level(confidence)) / 2, n - 1)) * float(found.std(ddof=1)) / math.sqrt(n)
    return Interval(float(found.mean()) - half, float(found.mean()) + half)
