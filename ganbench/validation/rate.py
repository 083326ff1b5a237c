"""Events in the time of training: how many in 1,000 generator steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator

from ganbench.detect.signals import Floats
from ganbench.stats.bootstrap import bootstrap
from ganbench.validation.scores import RESAMPLES

PER: Final = 1000


@dataclass(frozen=True, slots=True)
class Rate:
    """count events in so many generator steps; value, low, high: in 1,000 steps, None without a step.

    The interval is a percentile bootstrap over runs, since the events of a run go together. Without any event its high
    end is the rate at which none would be seen in 2.5 % of cases, 3.7 over the steps.
    """

    count: int
    steps: int
    value: float | None
    low: float | None
    high: float | None


def rate(counts: Sequence[int], steps: Sequence[int], *, rng: Generator) -> Rate:
    """counts, steps: of each run."""
    events, total = sum(counts), sum(steps)
    if not total:
        return Rate(events, total, None, None, None)
    if not events:
        return Rate(0, total, 0.0, 0.0, PER * -math.log(0.025) / total)
    each, length = np.array(counts, float), np.array(steps, float)

    def of(rows: Floats) -> Floats:
        drawn = rows.astype(int)
        return np.asarray(PER * each[drawn].sum(axis=-1) / length[drawn].sum(axis=-1))

    low, high = bootstrap([np.arange(len(each), dtype=float)], of, rng=rng, resamples=RESAMPLES)
    return Rate(events, total, PER * events / total, low, high)
