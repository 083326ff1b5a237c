"""late-collapse: the run was good once, and is not any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ganbench.detect.baselines import GAUSSIAN, median
from ganbench.detect.detector import Detector, clear, evidence, fired, insufficient
from ganbench.detect.quality import covered_share, distances
from ganbench.detect.signals import Floats, Table
from ganbench.detect.spells import unbroken
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "late-collapse"


@dataclass(frozen=True, slots=True)
class Drawdown:
    """Of one metric: its loss against the best so far, as a share of the best, and the loss that counts. [E]"""

    name: str
    values: Floats
    loss: Floats
    bound: Floats


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    own = limits[KIND]
    late = table.age(table.evaluations.step) > own["after"]
    if late.sum() < own["evaluations"]:
        return insufficient(KIND, "fewer than three evaluations after the first third of the plan")
    found = drawdowns(table, own)
    spells = {
        one.name: unbroken(
            late & (one.loss > one.bound), table.evaluations.step, least=int(own["evaluations"])
        )
        for one in found
    }
    told = max(found, key=lambda one: (spells[one.name] is not None, float(np.nan_to_num(one.loss[-1]))))
    numbers: dict[str, Any] = {
        "statistic": f"loss of {told.name} against its best, as a share of it",
        "null": 0.0,
        "threshold": median(told.bound),
    }
    spell = spells[told.name]
    if spell is None:
        return clear(KIND, "quality is near the best that the run had", value=float(told.loss[-1]), **numbers)
    gap = median(told.loss[spell.rows])
    return fired(
        KIND,
        f"{told.name} is {gap:.0%} of its best worse than it was",
        spell,
        severity="error",
        form=told.name,
        value=gap,
        evidence=evidence({told.name: told.values}, spell),
        **numbers,
    )


def drawdowns(table: Table, own: Limits) -> list[Drawdown]:
    """Of coverage, of high-quality samples, and of distances where there is nothing better."""
    shares = {
        "covered_share": covered_share(table),
        "high_quality": table.evaluations.values.get("high_quality"),
    }
    found = [
        _of_share(name, values, own, samples=table.facts.samples)
        for name, values in shares.items()
        if values is not None and np.isfinite(values).any()
    ]
    return found or [_of_distance(name, values, own) for name, values in distances(table.evaluations).items()]


def _of_share(name: str, values: Floats, own: Limits, *, samples: int | None) -> Drawdown:
    """SE = sqrt(q (1 - q) / N) of the best, at most .5 / sqrt(N)."""
    best = np.maximum.accumulate(np.nan_to_num(smoothed(values)))
    loss = np.where(best > 0, (best - values) / np.maximum(best, 1e-12), 0.0)
    error = np.sqrt(best * (1 - np.minimum(best, 1)) / (samples or 1000)) / np.maximum(best, 1e-12)
    bound = np.maximum(own["share"], own["sigma"] * error)
    # What was never there cannot be lost.
    return Drawdown(name, values, np.where(best > own["share"], loss, 0.0), bound)


def _of_distance(name: str, values: Floats, own: Limits) -> Drawdown:
    """The noise of one evaluation from the differences of neighbours, less any trend."""
    smooth = smoothed(values)
    best = np.minimum.accumulate(np.where(np.isfinite(smooth), smooth, np.inf))
    unit = np.maximum(best, 1e-12)
    noise = GAUSSIAN * median(np.abs(np.diff(values))) / np.sqrt(2)
    loss = np.where(np.isfinite(best), (values - best) / unit, 0.0)
    return Drawdown(
        name, values, loss, np.maximum(own["distance"], own["sigma"] * np.nan_to_num(noise) / unit)
    )


def smoothed(values: Floats) -> Floats:
    """[E], median of each value and the two before it: the best of many noisy values is a lucky one."""
    if len(values) < 3:
        return values
    triples = np.stack([values[2:], values[1:-1], values[:-2]])
    return np.concatenate([np.full(2, np.nan), np.median(triples, axis=0)])


DETECTOR: Final = Detector(
    KIND,
    "both",
    check,
    needs=(
        "|".join(
            f"evaluations.{n}"
            for n in (
                "covered_share",
                "covered_modes",
                "high_quality",
                "fid",
                "energy_distance",
                "sliced_wasserstein",
                "distance",
            )
        ),
    ),
    null="0: quality stays at its best",
    false_positives=(
        "a metric that is noisy or biased at few samples: a loss has to exceed four standard errors, three times",
        "averaged weights lag behind",
        "mode-hopping loses modes and finds others: see there",
    ),
)
