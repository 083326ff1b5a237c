"""in-mode-collapse: the modes are there, but within each the samples are too alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ganbench.detect.baselines import median
from ganbench.detect.blocks import blocks_of
from ganbench.detect.detector import Detector, clear, evidence, fired, has, insufficient
from ganbench.detect.quality import countable
from ganbench.detect.signals import Bools, Floats, Table
from ganbench.detect.spells import unbroken
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "in-mode-collapse"


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    measured = has(table, "evaluations.in_mode_std") or (
        has(table, "evaluations.high_quality") and "high_quality" in table.facts.floors
    )
    if measured:
        return _by_evaluations(table, limits[KIND])
    if has(table, "duplicate_rate"):
        return _by_duplicates(table, limits)
    return insufficient(
        KIND, "high-quality samples were counted, but their share among real ones is not known"
    )


def _by_evaluations(table: Table, own: Limits) -> Finding:
    old = table.age(table.evaluations.step) > own["after"]
    step = table.evaluations.step[old]
    if len(step) < own["evaluations"]:
        return insufficient(KIND, "fewer than three evaluations after the start")
    std = _values(table, "in_mode_std", old)
    narrow = (std < own["spread"]) | _above_ceiling(table, old, own)
    enough = countable(table, own["samples_per_mode"])[old]
    spell = unbroken(narrow & enough, step, least=int(own["evaluations"]))
    numbers: dict[str, Any] = {
        "statistic": "standard deviation within a mode over the true one",
        "null": 1.0,
        "threshold": own["spread"],
    }
    if spell is None:
        return clear(KIND, "samples spread within their modes", value=median(std), **numbers)
    series = {"in_mode_std": std, "high_quality": _values(table, "high_quality", old)}
    return fired(
        KIND,
        "within the modes the samples are too much alike",
        spell,
        severity="error",
        form="from samples",
        value=median(std[spell.rows]),
        evidence=evidence(series, spell),
        **numbers,
    )


def _values(table: Table, name: str, old: Bools) -> Floats:
    return table.evaluations.values.get(name, np.full(len(old), np.nan))[old]


def _above_ceiling(table: Table, old: Bools, own: Limits) -> Bools:
    """A share of high-quality samples that a Gaussian within the mode would not give by chance."""
    share, ceiling, n = (
        _values(table, "high_quality", old),
        table.facts.floors.get("high_quality"),
        table.facts.samples,
    )
    if ceiling is None or n is None or not ceiling < 1:
        return np.zeros(len(share), bool)
    error = np.sqrt(ceiling * (1 - ceiling) / n)
    return np.asarray(share > ceiling + own["sigma"] * error)


def _by_duplicates(table: Table, limits: Mapping[str, Limits]) -> Finding:
    """From the log alone: twins in a batch, while the batch as a whole is as wide as the data."""
    own = limits[KIND]
    blocks = blocks_of(table, limits["blocks"], after=own["after"])
    if len(blocks) < limits["blocks"]["of"]:
        return insufficient(KIND, "fewer than five blocks of steps after the start")
    twins, wide = blocks.mean("duplicate_rate"), np.ones(len(blocks), bool)
    if table.facts.real_pairwise and has(table, "pairwise_distance"):
        wide = (
            blocks.mean("pairwise_distance")
            >= limits["mode-collapse"]["distance_warn"] * table.facts.real_pairwise
        )
    spell = blocks.spell((twins > own["duplicates"]) & wide, limits["blocks"])
    numbers: dict[str, Any] = {
        "statistic": "share of samples with a twin",
        "null": 0.01,
        "threshold": own["duplicates"],
    }
    if spell is None:
        return clear(KIND, "few samples of a batch have a twin", value=median(twins), **numbers)
    return fired(
        KIND,
        "samples of a batch repeat each other, although the batch is as wide as the data",
        spell,
        severity="warn",
        form="from the log",
        value=median(twins[spell.rows]),
        evidence=evidence({"duplicate_rate": twins}, spell),
        **numbers,
    )


DETECTOR: Final = Detector(
    KIND,
    "generator",
    check,
    needs=("evaluations.in_mode_std|evaluations.high_quality|duplicate_rate",),
    null="1 within the modes; high-quality share at its ceiling (98.889 % within 3 std in the plane); duplicates .01",
    false_positives=(
        "samples drawn with truncation, or from averaged weights",
        "modes that are not Gaussian",
        "data of discrete values, where twins are normal",
    ),
)
