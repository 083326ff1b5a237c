"""What a log without samples says of mode-collapse: D's reading of coverage, and what is known of the fakes of a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ganbench.detect.baselines import median
from ganbench.detect.blocks import Blocks
from ganbench.detect.coverage import implied
from ganbench.detect.detector import clear, evidence, fired, has
from ganbench.detect.moments import compared
from ganbench.detect.signals import Bools, Floats
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "mode-collapse"
Given = Mapping[str, Limits]


@dataclass(frozen=True, slots=True)
class Reading:
    """Of N blocks: the values that are judged, and where they are bad, [N]; what is said of the median bad value.

    error: the value below which it is one, if it has held twice as long as it has to. series: the evidence, [N] by name.
    """

    statistic: str
    values: Floats
    bad: Bools
    null: float
    threshold: float
    says: Callable[[float], str]
    series: Mapping[str, Floats]
    form: str = "from the log"
    error: float = -np.inf

    def judged(self, blocks: Blocks, limits: Given) -> Finding:
        """By what holds up to the last block: any run begins with samples that lie close together."""
        numbers: dict[str, Any] = {
            "statistic": self.statistic,
            "null": self.null,
            "threshold": self.threshold,
        }
        spell = blocks.lasting(self.bad, limits["blocks"])
        if spell is None:
            return clear(KIND, f"the {self.statistic} is sound", value=median(self.values), **numbers)
        value = median(self.values[spell.rows])
        return fired(
            KIND,
            self.says(value),
            spell,
            severity="error" if value < self.error and spell.strong else "warn",
            form=self.form,
            value=value,
            evidence=evidence(self.series, spell),
            **numbers,
        )


def readings(blocks: Blocks, limits: Given) -> list[Finding]:
    """A finding of each family that the log has: D, distances in a batch, its place, its twins."""
    own = limits[KIND]
    looks = (by_logits(blocks, own), by_spread(blocks, own), by_place(blocks, own), by_twins(blocks, own))
    return [look.judged(blocks, limits) for look in looks if look is not None]


def by_logits(blocks: Blocks, own: Limits) -> Reading | None:
    """The coverage that D implies, where AUC agrees with it."""
    read = implied(blocks, own)
    if read is None:
        return None
    return Reading(
        "coverage implied by D",
        read.coverage,
        read.readable & (read.coverage < own["coverage"]),
        null=1.0,
        threshold=own["coverage"],
        says=lambda value: f"D, if it is near its optimum, sees samples on {value:.0%} of the data",
        series={"implied_coverage": read.coverage, "auc": read.auc},
    )


def by_spread(blocks: Blocks, own: Limits) -> Reading | None:
    """The mean distance of two samples of a batch, over that of two real ones."""
    real = blocks.table.facts.real_pairwise
    if not real or not has(blocks.table, "pairwise_distance"):
        return None
    distance = blocks.mean("pairwise_distance")
    return Reading(
        "mean distance of two samples over that of the data",
        distance / real,
        distance / real < own["distance_warn"],
        null=1.0,
        threshold=own["distance_warn"],
        says=lambda value: f"samples of a batch are {value:.2f} times as far apart as the data",
        series={"pairwise_distance": distance},
        form="by distance",
        error=own["distance_error"],
    )


def by_place(blocks: Blocks, own: Limits) -> Reading | None:
    """How far the mean of a feature is from that of the data, over the sum of both deviations: the greatest of all.

    At t, by Cantelli's inequality, at most 1 / (1 + t^2) of the samples, and of the data, lie beyond what parts them.
    """
    apart = [np.abs(one.mean - one.real_mean) / (one.std + one.real_std) for one in compared(blocks)]
    if not apart:
        return None
    most = np.max(apart, axis=0)
    return Reading(
        "distance of the means of samples and data over the sum of their deviations",
        most,
        most > own["apart"],
        null=0.0,
        threshold=own["apart"],
        says=lambda value: f"samples lie beside the data: means are {value:.1f} times both deviations apart",
        series={"distance of the means": most},
    )


def by_twins(blocks: Blocks, own: Limits) -> Reading | None:
    """Samples of a batch with a twin. On S places alike, 1 - (1 - 1/S)^(B - 1) of B samples have one."""
    if not has(blocks.table, "duplicate_rate"):
        return None
    twins = blocks.mean("duplicate_rate")
    return Reading(
        "share of samples with a twin",
        twins,
        twins > own["duplicates"],
        null=0.01,
        threshold=own["duplicates"],
        says=lambda value: f"{value:.0%} of the samples of a batch have a twin: they lie in a few places",
        series={"duplicate_rate": twins},
    )
