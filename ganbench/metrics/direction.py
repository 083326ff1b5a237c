"""Which value of a metric is good."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

IDEAL: Final = {
    "covered_modes": math.inf,
    "covered_modes_3": math.inf,
    "covered_share": math.inf,
    "high_quality": math.inf,
    "reverse_kl": -math.inf,
    "in_mode_std": 1.0,
    "conditional_accuracy": math.inf,
    "sliced_wasserstein": -math.inf,
    "sliced_wasserstein_2": -math.inf,
    "exact_wasserstein": -math.inf,
    "energy_distance": 0.0,  # unbiased: below 0 is noise
    "neighbour_auc": 0.5,  # below is noise, or a difference that neighbours see upside down
    "distance": -math.inf,
    "value_function": -math.log(4),
    "discriminator_error": -math.inf,
}


def best(metric: str, values: Iterable[float], *, ideal: float | None = None) -> float:
    """The value nearest to the ideal (by default the metric's); NaN where none is finite.

    Raises KeyError for an unknown metric.
    """
    ideal = IDEAL[metric] if ideal is None else ideal
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return math.nan
    if math.isinf(ideal):
        return max(finite) if ideal > 0 else min(finite)
    return min(finite, key=lambda value: abs(value - ideal))
