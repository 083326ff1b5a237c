"""Rates measured in turn: in each round every contender runs once, so that a slow minute hits all alike."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.contenders import Contender

WARM_UP = 64  # steps: one chunk of the engine


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and quartiles over rounds."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        low, median, high = np.quantile(values, [0.25, 0.5, 0.75])
        return cls(float(median), float(low), float(high))


Rates = Mapping[str, Sequence[float]]
"""Replica-steps per second by contender, one for each round."""


def measure(contenders: Sequence[Contender], *, rounds: int, seconds: float) -> Rates:
    """Rates of all, each running about `seconds` in every round."""
    steps = {contender.name: whole_steps(contender, seconds) for contender in contenders}
    rates: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for _ in range(rounds):
        for contender in contenders:
            rates[contender.name].append(rate(contender, steps[contender.name]))
    return rates


def whole_steps(contender: Contender, seconds: float) -> int:
    """Steps that take about so long, in whole chunks of the engine. The look at the speed warms up as well."""
    per_step = contender.replicas / rate(contender, WARM_UP)
    return WARM_UP * max(1, round(seconds / per_step / WARM_UP))


def rate(contender: Contender, steps: int) -> float:
    """Replica-steps per second of wall time."""
    began = time.perf_counter()
    contender.advance(steps)
    return contender.replicas * steps / (time.perf_counter() - began)


def ratio(rates: Rates, name: str, *, over: str) -> Spread:
    """How many times as fast one is as another: round by round, then the median."""
    pairs = zip(rates[name], rates[over], strict=True)
    return Spread.of([mine / theirs for mine, theirs in pairs])
