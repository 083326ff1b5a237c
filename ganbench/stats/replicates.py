"""Runs repeated with the same seed: what no seed explains is the floor of non-determinism."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ganbench.stats.checks import finite


@dataclass(frozen=True, slots=True)
class Floor:
    """within, between: standard deviations in units of the metric, of replicates of one seed and of seeds.

    share: of the variance of a single run that is non-determinism, 0 to 1; 0 where nothing varies.
    repeatability: 95 % of normal replicates of one seed differ by less.
    """

    within: float
    between: float
    share: float
    repeatability: float
    seeds: int
    runs: int


def replicate_floor(groups: Sequence[ArrayLike]) -> Floor:
    """One-way analysis of variance with seeds at random; a group holds the replicates of one seed.

        within^2  = sum over seeds, replicates of (x - mean of its seed)^2 / (N - S)
        between^2 = max(0, (mean square of seeds - within^2) / n0),  n0 = (N - sum n_s^2 / N) / (S - 1)
        share = within^2 / (within^2 + between^2),  repeatability = 1.96 sqrt(2) within

    N runs of S seeds, n_s of each. A difference of two runs below `repeatability` is no difference of
    seeds. Searle, Casella & McCulloch 1992, chapter 3; ISO 5725-2 (repeatability). Raises ValueError for
    fewer than two seeds, NaN, infinite values, or no seed with replicates.
    """
    samples = [finite(values) for values in groups]
    seeds, runs = len(samples), sum(values.size for values in samples)
    if seeds < 2 or runs == seeds:
        raise ValueError(f"{runs} runs of {seeds} seeds, expected two seeds or more, and replicates of some")
    sizes = np.array([values.size for values in samples])
    means = np.array([values.mean() for values in samples])
    within = sum(float(((values - values.mean()) ** 2).sum()) for values in samples) / (runs - seeds)
    grand = float(np.concatenate(samples).mean())
    among = float((sizes * (means - grand) ** 2).sum()) / (seeds - 1)
    between = max(0.0, (among - within) / (float(runs - (sizes**2).sum() / runs) / (seeds - 1)))
    total = within + between
    root = math.sqrt(within)
    return Floor(
        within=root,
        between=math.sqrt(between),
        share=within / total if total > 0 else 0.0,
        repeatability=1.959964 * math.sqrt(2) * root,
        seeds=seeds,
        runs=runs,
    )


def disagreement(groups: Sequence[Sequence[bool]]) -> float:
    """How often two replicates of one seed end differently, as a share of all pairs of one seed.

        sum over seeds of f_s (n_s - f_s) / sum of n_s (n_s - 1) / 2,  f_s failed of n_s

    0: the seed decides; at 2 p (1 - p), p the failure rate, it decides nothing. Raises ValueError where no
    seed has replicates.
    """
    counts = [(sum(map(bool, outcomes)), len(outcomes)) for outcomes in groups]
    pairs = sum(n * (n - 1) / 2 for _, n in counts)
    if pairs == 0:
        raise ValueError("no seed has replicates, expected at least one")
    return sum(failed * (n - failed) for failed, n in counts) / pairs
