"""Tables of what happened within runs: how stable a metric was, and what the detectors found."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ganbench.report.explanations import Explanation
from ganbench.report.metric import Metric
from ganbench.report.section import Arena
from ganbench.report.slug import slug
from ganbench.report.stability import SCORES, SHARE, WINDOW
from ganbench.report.table import Entry, Table
from ganbench.report.tables import MEDIAN_FROM, percent, points
from ganbench.stats.quantile_intervals import median_interval
from ganbench.stats.rates import Count

Floats = NDArray[np.float64]


def stability(arena: Arena, metric: Metric, found: Mapping[str, Mapping[str, Floats]]) -> Table:
    """Medians over runs of the stability scores. found: by cell and score, one value for each run."""
    of = {cell.name: cell.healthy for cell in arena.cells}
    heads = ("cell", "runs", "healthy", *(one.name for one in SCORES))
    rows = tuple(
        (
            Entry.of(cell),
            Entry.of(len(scores[SCORES[0].name])),
            Entry.of(of[cell]),
            *(_median(scores[one.name]) for one in SCORES),
        )
        for cell, scores in found.items()
    )
    caption = (
        f"How steady {metric.label} was on {arena.name}, from evaluation to evaluation: medians over runs, with the 95 % "
        f"interval of order statistics from {MEDIAN_FROM} runs; lower is stabler. Jitter: interquartile range of {WINDOW} "
        f"changes in a row, mean over the run. Worst fall: mean of the worst {100 * SHARE:.0f} % of losses from one "
        "evaluation to the next, below 0 where the run only gained. Worst drawdown: the same of what is missing to the "
        "best value so far. Collapse gap: best less final. Steady is not good: a failed run may be steady, and "
        f"{metric.label} is not all that the failure criteria ask for, so healthy runs stand beside. A run that was not finite at an evaluation, or was "
        "stopped when it had failed, is infinitely unstable."
    )
    right = frozenset(range(1, len(heads)))
    return Table(f"stability-{slug(arena.name)}", f"Stability: {arena.name}", caption, heads, rows, right)


def findings(arena: Arena, found: Sequence[Explanation]) -> Table:
    """Which findings failed runs have, and healthy ones have not."""
    heads = (
        "finding",
        "root cause of",
        "in failed runs",
        "in healthy runs",
        "difference, points",
        "95 % interval",
    )
    rows = tuple(
        (
            Entry.of(one.kind),
            Entry.of(one.roots),
            _share(one.failed),
            _share(one.healthy),
            points(one.difference) if one.healthy.n else Entry.of(math.nan),
            percent(one.interval) if one.healthy.n else Entry.of(math.nan),
        )
        for one in found
    )
    caption = (
        f"What the detectors say of the runs on {arena.name}: failed runs whose first root cause a finding is; failed and "
        "healthy runs that have it at all; difference of both shares with Newcombe's 95 % interval, each for itself. "
        "Findings explain failures and never define them; what healthy runs have as often explains none. Convergence is a certificate and no failure, and not in the table."
    )
    right = frozenset(range(1, len(heads)))
    return Table(f"findings-{slug(arena.name)}", f"Findings: {arena.name}", caption, heads, rows, right)


def _share(count: Count) -> Entry:
    return Entry(f"{count.failed} of {count.n}", count.rate) if count.n else Entry.of(math.nan)


def _median(values: Floats) -> Entry:
    ends = [float(np.median(values))]
    if len(values) >= MEDIAN_FROM:
        ends += median_interval(values)
    value, *interval = map(_number, ends)
    return Entry(f"{value} [{', '.join(interval)}]" if interval else value, ends[0])


def _number(value: float) -> str:
    return "∞" if math.isinf(value) else f"{value:.3g}"
