"""How well a score tells two samples apart, by ranks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def area(real: Floats, fake: Floats) -> Floats:
    """Pr[l(x) > l(y)] + 1/2 Pr[equal] of scores [..., n] and [..., m] -> [...]; NaN where one is not finite.

    From the rank sum of the real samples (Mann and Whitney 1947); 1/2 for a score that tells nothing.
    """
    from scipy.stats import rankdata

    n, m = real.shape[-1], fake.shape[-1]
    scores = np.concatenate([real, fake], axis=-1)
    finite = np.isfinite(scores).all(axis=-1)
    ranks = rankdata(np.where(finite[..., None], scores, 0), axis=-1)[..., :n].sum(axis=-1)
    found: Floats = np.where(finite, (ranks - n * (n + 1) / 2) / (n * m), np.nan)
    return found


def informative(area: Floats) -> Floats:
    """The same for whoever may turn the score round: 1/2 to 1."""
    return np.maximum(area, 1 - area)
