"""in-mode-collapse: the modes are there, but within each the samples are too alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ganbench.detect.baselines import median
from ganbench.detect.blocks import Blocks, blocks_of
from ganbench.detect.detector import Detector, clear, evidence, fired, has, insufficient
from ganbench.detect.quality import countable
from ganbench.detect.signals import Bools, Floats, Table
from ganbench.detect.spells import at_end
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "in-mode-collapse"


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    """Widths outweigh twins; a share of high-quality samples above its ceiling is proof beside either."""
    own = limits[KIND]
    has_width = has(table, "evaluations.in_mode_std")
    has_ceiling = has(table, "evaluations.high_quality") and "high_quality" in table.facts.floors
    by_samples = _by_evaluations(table, own) if has_width or has_ceiling else None
    if by_samples is not None and (has_width or by_samples.status == "fired"):
        return by_samples
    if has(table, "duplicate_rate"):
        return _by_duplicates(table, limits)
    return by_samples or insufficient(
        KIND, "high-quality samples were counted, but their share among real ones is not known"
    )


def _by_evaluations(table: Table, own: Limits) -> Finding:
    """By medians of three of those evaluations of which enough samples lie on modes to have a width."""
    width = int(own["evaluations"])
    judged = (table.age(table.evaluations.step) > own["after"]) & countable(table, own["samples_per_mode"])
    step = table.evaluations.step[judged]
    if len(step) < width:
        return insufficient(KIND, "fewer than three evaluations after the start with samples on modes")
    std, share = (
        np.median(sliding_window_view(_values(table, name, judged), width), axis=1)
        for name in ("in_mode_std", "high_quality")
    )
    thin, above = std < own["thin"], share > _ceiling(table, own)
    spell = at_end(thin | above, step[width // 2 :][: len(std)], least=1)
    by_share = not np.isfinite(std[-1]) or bool(above[-1] and not thin[-1])
    told, numbers = (share, _of_share(table, own)) if by_share else (std, _of_width(own))
    if spell is None:
        return clear(KIND, "samples spread within their modes", value=float(told[-1]), **numbers)
    return fired(
        KIND,
        "within the modes the samples are too much alike",
        spell,
        severity="error" if std[-1] < own["spread"] or above[-1] else "warn",
        form="from samples",
        value=median(told[spell.rows]),
        evidence=evidence({"in_mode_std": std, "high_quality": share}, spell),
        **numbers,
    )


def _of_width(own: Limits) -> dict[str, Any]:
    return {
        "statistic": "standard deviation within a mode over the true one",
        "null": 1.0,
        "threshold": own["thin"],
    }


def _of_share(table: Table, own: Limits) -> dict[str, Any]:
    return {
        "statistic": "share of high-quality samples",
        "null": table.facts.floors.get("high_quality"),
        "threshold": _ceiling(table, own),
    }


def _values(table: Table, name: str, judged: Bools) -> Floats:
    return table.evaluations.values.get(name, np.full(len(judged), np.nan))[judged]


def _ceiling(table: Table, own: Limits) -> float:
    """The share of high-quality samples that a Gaussian within the mode would exceed by chance only; inf for none."""
    ceiling, n = table.facts.floors.get("high_quality"), table.facts.samples
    if ceiling is None or n is None or not ceiling < 1:
        return float("inf")
    return ceiling + own["sigma"] * float(np.sqrt(ceiling * (1 - ceiling) / n))


def _by_duplicates(table: Table, limits: Mapping[str, Limits]) -> Finding:
    """Twins in a batch, of samples that lie on modes; from the log alone, of a batch that is as wide as the data."""
    own = limits[KIND]
    blocks = blocks_of(table, limits["blocks"], after=own["after"])
    if len(blocks) < limits["blocks"]["of"]:
        return insufficient(KIND, "fewer than five blocks of steps after the start")
    counted = has(table, "evaluations.high_quality")
    twins = blocks.mean("duplicate_rate")
    alike = twins > own["duplicates"]
    spell = blocks.lasting(alike if counted else alike & _wide(blocks, limits), limits["blocks"])
    numbers: dict[str, Any] = {
        "statistic": "share of samples with a twin",
        "null": 0.01,
        "threshold": own["duplicates"],
    }
    if spell is None:
        return clear(KIND, "few samples of a batch have a twin", value=median(twins[-5:]), **numbers)
    if counted and not _on_modes(table, own, since=spell.onset):
        return clear(KIND, "samples have twins, but too few lie on modes", value=median(twins), **numbers)
    return fired(
        KIND,
        "samples of a batch repeat each other",
        spell,
        severity="warn",
        form="from the log",
        value=median(twins[spell.rows]),
        evidence=evidence({"duplicate_rate": twins}, spell),
        **numbers,
    )


def _wide(blocks: Blocks, limits: Mapping[str, Limits]) -> Bools:
    """A batch that is not is mode-collapse instead."""
    real = blocks.table.facts.real_pairwise
    if not real or not has(blocks.table, "pairwise_distance"):
        return np.ones(len(blocks), bool)
    return np.asarray(blocks.mean("pairwise_distance") >= limits["mode-collapse"]["distance_warn"] * real)


def _on_modes(table: Table, own: Limits, *, since: int) -> bool:
    """Whether enough samples lay on modes at some three evaluations since then, or at all there were."""
    recent = table.evaluations.step >= since
    enough = countable(table, own["samples_per_mode"])[recent]
    return bool(enough.sum() >= min(own["evaluations"], max(1, len(enough))))


DETECTOR: Final = Detector(
    KIND,
    "generator",
    check,
    needs=("evaluations.in_mode_std|evaluations.high_quality|duplicate_rate",),
    null="1 within the modes; high-quality share at its ceiling (98.889 % within 3 std in the plane); duplicates .01",
    false_positives=(
        "samples drawn with truncation, or from averaged weights",
        "modes that are not Gaussian",
        "between .5 and .7 a width is a warning: a narrow core with samples between modes and an even, less narrow mode look alike",
        "data of discrete values, where twins are normal",
    ),
)
