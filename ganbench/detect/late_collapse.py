"""late-collapse: the run was good once, and is not any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ganbench.detect.blocks import blocks_of
from ganbench.detect.detector import Detector, clear, evidence, fired, insufficient
from ganbench.detect.facts import Facts
from ganbench.detect.moments import compared
from ganbench.detect.quality import DISTANCES, covered_share, distances
from ganbench.detect.signals import Floats, Ints, Table
from ganbench.detect.spells import Spell, at_end
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "late-collapse"
METRICS: Final = ("covered_share", "covered_modes", "high_quality", *DISTANCES)
SQUARES: Final = ("fid", "energy_distance")
"""Distances that grow with the square of how far samples have to move."""
MOMENTS: Final = "distance of the moments"


@dataclass(frozen=True, slots=True)
class Drawdown:
    """Of one metric, turned so that lower is better: running medians over a window of its values.

    The best of many noisy values is a lucky one; the best of their medians hardly. medians: [M]; step: [M], of the
    value in the middle of each window; last: of the last value. bound: the loss that counts.
    """

    name: str
    step: Ints
    medians: Floats
    last: int
    bound: float = np.inf

    @property
    def best(self) -> float:
        return float(self.medians.min())

    @property
    def unit(self) -> float:
        return max(abs(self.best), 1e-12)

    @property
    def loss(self) -> float:
        """From the best to the end, as a share of the best; 0 for none."""
        return (float(self.medians[-1]) - self.best) / self.unit

    def spell(self) -> Spell:
        """Since when it is nearer to its end than to its best."""
        halfway = (self.best + self.medians[-1]) / 2
        spell = at_end(self.medians >= halfway, self.step, least=1)
        assert spell is not None, "the end is nearer to itself"
        return replace(spell, last=self.last)


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    """Distances to the data see whatever gets worse; without one on record, shares and the moments of batches."""
    own = limits[KIND]
    found = of_distances(table, own) or [*of_shares(table, own), *of_moments(table, limits)]
    if not found:
        return insufficient(KIND, "too little to judge: the best and the end need windows of their own")
    told = max(found, key=lambda one: one.loss / one.bound)
    numbers: dict[str, Any] = {
        "statistic": f"loss of {told.name} against its best, as a share of it",
        "value": told.loss,
        "null": 0.0,
        "threshold": told.bound,
    }
    if told.loss < told.bound:
        return clear(KIND, "quality is near the best that the run had", **numbers)
    spell = told.spell()
    if table.age(told.step)[spell.rows.start] <= own["after"]:
        return clear(
            KIND, "quality was lost in the first third of the plan, when it is still made", **numbers
        )
    return fired(
        KIND,
        f"{told.name.replace('_', ' ')} fell short of its best by {100 * told.loss:.0f} % of it",
        spell,
        severity="warn" if told.name == MOMENTS else "error",
        form=told.name,
        evidence=evidence({told.name: np.abs(told.medians)}, spell),
        **numbers,
    )


def of_distances(table: Table, own: Limits) -> list[Drawdown]:
    """A rise has to be beyond what real samples are from real ones. Squares are judged by their roots."""
    found = []
    for name, values in distances(table.evaluations).items():
        power = 0.5 if name in SQUARES else 1.0
        one = _drawdown(name, np.maximum(values, 0.0) ** power, table.evaluations.step, own)
        if one is not None:
            noise = own["floors"] * _floor(name, values, table.facts) ** power
            found.append(replace(one, bound=max(own["distance"], noise / one.unit)))
    return found


def _floor(name: str, values: Floats, facts: Facts) -> float:
    """What real samples are from real ones; at least as far as an unbiased distance falls below 0, which is noise."""
    return max(facts.floors.get(name, 0.0), float(np.nanmax(-values, initial=0.0)))


def of_shares(table: Table, own: Limits) -> list[Drawdown]:
    """A fall of coverage or of high-quality samples has to be more than chance: SE = sqrt(q (1 - q) / N) of the best."""
    shares = {
        "covered_share": covered_share(table),
        "high_quality": table.evaluations.values.get("high_quality"),
    }
    turned = [_drawdown(name, -q, table.evaluations.step, own) for name, q in shares.items() if q is not None]
    # What was never there cannot be lost.
    return [
        replace(
            one, bound=max(own["share"], own["sigma"] * _standard_error(one.unit, table.facts) / one.unit)
        )
        for one in turned
        if one is not None and one.unit > own["share"]
    ]


def _standard_error(q: float, facts: Facts) -> float:
    return float(np.sqrt(q * (1 - min(q, 1.0)) / (facts.samples or 1000)))


def of_moments(table: Table, limits: Mapping[str, Limits]) -> list[Drawdown]:
    """From the log alone: Frechet distance of Gaussians, sqrt((m - m_r)^2 + (s - s_r)^2) / s_r, root mean square over features."""
    own, blocks = limits[KIND], blocks_of(table, limits["blocks"])
    squares = [
        ((one.mean - one.real_mean) ** 2 + (one.std - one.real_std) ** 2) / one.real_std**2
        for one in compared(blocks)
    ]
    if not squares:
        return []
    one = _drawdown(MOMENTS, np.sqrt(np.mean(squares, axis=0)), blocks.last, own)
    return [] if one is None else [replace(one, bound=max(own["distance"], own["moments"] / one.unit))]


def _drawdown(name: str, badness: Floats, step: Ints, own: Limits) -> Drawdown | None:
    """None for less than three windows of values that are finite. badness, step: [n]."""
    measured = np.isfinite(badness)
    badness, step = badness[measured], step[measured]
    window = max(int(own["evaluations"]), round(own["window"] * len(badness)))
    if len(badness) < 3 * window:
        return None
    medians = np.median(sliding_window_view(badness, window), axis=1)
    middle = slice(window // 2, window // 2 + len(medians))
    return Drawdown(name, step[middle], medians, int(step[-1]))


DETECTOR: Final = Detector(
    KIND,
    "both",
    check,
    needs=("|".join([*(f"evaluations.{name}" for name in METRICS), "fake_mean_0"]),),
    null="0: quality stays at its best",
    false_positives=(
        "a metric that is noisy at few samples: medians over windows are compared, and the least of several lies low",
        "without a distance on record, shares fall where samples are merely less sharp",
        "from a log alone, moments of features: they do not see modes that are lost on all sides alike",
        "averaged weights lag behind",
        "mode-hopping loses modes and finds others: see there",
    ),
)
