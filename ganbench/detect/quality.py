"""What is known of the samples without asking D: evaluations, and moments of the fakes of a batch."""

from __future__ import annotations

from typing import Final

import numpy as np

from ganbench.detect.baselines import median
from ganbench.detect.blocks import Blocks
from ganbench.detect.moments import compared
from ganbench.detect.signals import Bools, Evaluations, Floats, Table
from ganbench.detect.thresholds import Limits

SHARES: Final = ("covered_share", "high_quality")
DISTANCES: Final = ("fid", "energy_distance", "sliced_wasserstein", "sliced_wasserstein_2", "distance")


def covered_share(table: Table) -> Floats | None:
    """[E], share of the modes (or classes) that are covered; None where they are not known."""
    values = table.evaluations.values
    if "covered_share" in values:
        return values["covered_share"]
    if "covered_modes" in values and table.facts.modes:
        return np.asarray(values["covered_modes"] / table.facts.modes)
    return None


def held_modes(counts: Floats, share: float, *, least: float = 0.0) -> Bools:
    """Which modes are held, of histograms of the samples on modes [..., K]: with `share` of an even part of these.

    Of the samples on modes, not of all: how many lie beside them is quality, not coverage. least: of fewer samples
    as of so many, for a few that hit modes by chance hold none.
    """
    total = np.maximum(counts.sum(axis=-1, keepdims=True), least)
    return np.asarray(counts >= np.maximum(1, share * total / counts.shape[-1]))


def held_share(table: Table, own: Limits) -> Floats | None:
    """[E], share of the modes that are held, NaN where nothing was counted; the covered ones without histograms.

    own: the thresholds of mode-collapse.
    """
    counts = table.evaluations.histogram
    if counts is None:
        return covered_share(table)
    least = own["on_modes"] * (table.facts.samples or 0)
    held = held_modes(np.nan_to_num(counts), own["held"], least=least).mean(axis=-1)
    return np.where(np.isfinite(counts).all(axis=-1), held, np.nan)


def countable(table: Table, per_mode: float) -> Bools:
    """[E], whether so many samples per mode lie on modes that these say something of the modes.

    Of junk beside the data, hardly any sample lies on a mode: that is bad quality, and which modes those
    few hit, and how close to each other, is chance.
    """
    evaluations, facts = table.evaluations, table.facts
    quality = evaluations.values.get("high_quality", np.ones(len(evaluations)))
    counted = quality * (facts.samples if facts.samples is not None else np.inf)
    return np.asarray(counted >= per_mode * (facts.modes or 1))


def distances(evaluations: Evaluations) -> dict[str, Floats]:
    """The distances from the data that were measured, [E] each."""
    return {name: evaluations.values[name] for name in DISTANCES if name in evaluations.values}


def poor(table: Table, limits: Limits, *, since: int) -> bool | None:
    """Whether the samples are bad from step `since` on (at least at the last evaluation); None if nothing says so.

    Modes missing, or few samples of high quality; without known modes, a distance that is not half of
    the first one.
    """
    shares = {name: found for name in SHARES if (found := _share(table, name)) is not None}
    if shares:
        return any(_recent(table, found, since) < limits[name] for name, found in shares.items())
    stuck = [
        _recent(table, found, since) > limits["stuck_ratio"] * found[np.isfinite(found)][0]
        for found in distances(table.evaluations).values()
        if np.isfinite(found).any()
    ]
    return any(stuck) if stuck else None


def differs(table: Table, blocks: Blocks, limits: Limits, *, since: int) -> bool | None:
    """Whether samples and data are told apart without D, from step `since` on; None if nothing can say."""
    told = [poor(table, limits, since=since), *_by_distance(table, limits, since=since)]
    told.append(_by_moments(blocks, limits, since=since))
    known = [one for one in told if one is not None]
    return any(known) if known else None


def _share(table: Table, name: str) -> Floats | None:
    return covered_share(table) if name == "covered_share" else table.evaluations.values.get(name)


def _recent(table: Table, values: Floats, since: int) -> float:
    chosen = values[table.evaluations.step >= since]
    return median(chosen) if np.isfinite(chosen).any() else float(values[np.isfinite(values)][-1:].sum())


def _by_distance(table: Table, limits: Limits, *, since: int) -> list[bool]:
    floors = table.facts.floors
    return [
        _recent(table, values, since) > limits["distance_ratio"] * floors[name]
        for name, values in distances(table.evaluations).items()
        if floors.get(name, 0.0) > 0
    ]


def _by_moments(blocks: Blocks, limits: Limits, *, since: int) -> bool | None:
    """Of each feature, the mean and the spread over a batch against those of real samples."""
    chosen, features = blocks.last >= since, compared(blocks)
    if not features or not chosen.any():
        return None
    off = []
    for one in features:
        mean, std, real = median(one.mean[chosen]), median(one.std[chosen]), one.real_std
        off.append(abs(mean - one.real_mean) > limits["mean_gap"] * real)
        off.append(not limits["spread_ratio"] * real <= std <= real / limits["spread_ratio"])
    return any(off)
