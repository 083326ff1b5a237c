"""Stability scores of the runs of a cell: how a metric moved from evaluation to evaluation."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from ganbench.report.by_run import by_run
from ganbench.report.metric import Metric
from ganbench.stats.checks import Better
from ganbench.stats.stability import collapse_gap, cvar_of_differences, cvar_of_drawdown, windowed_iqr

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

WINDOW: Final = 5  # changes
SHARE: Final = 0.05  # of the worst changes
LEAST: Final = WINDOW + 1  # evaluations
LOST: Final = np.array([math.nan])  # a curve of which nothing good can be said


@dataclass(frozen=True, slots=True)
class Score:
    """A score of one run's curve [T]. Lower is stabler."""

    name: str
    of: Callable[[Floats, Better], float]


SCORES: Final = (
    Score("jitter", lambda curve, _: float(windowed_iqr(curve, WINDOW))),
    Score("worst fall", lambda curve, better: float(cvar_of_differences(curve, better=better, share=SHARE))),
    Score("worst drawdown", lambda curve, better: float(cvar_of_drawdown(curve, better=better, share=SHARE))),
    Score("collapse gap", lambda curve, better: float(collapse_gap(curve, better=better))),
)


def scores(evaluations: pd.DataFrame, metric: Metric, *, steps: int) -> dict[str, Floats]:
    """By score, one value for each run of a cell [n]; empty where no run has enough evaluations.

    evaluations: of the cell, as in `Section.looks`; steps: of a whole run. Infinite for a run that has evaluations at
    which the metric is not finite, such as one that diverged, and for one that was stopped when it had failed: its
    curve ends before the worst of it.
    """
    runs = list(by_run(evaluations, metric.name, "step")) if metric.name in evaluations else []
    if max((len(values) for values, _ in runs), default=0) < LEAST:
        return {}
    curves = [metric.away(values) if at[-1] == steps else LOST for values, at in runs]
    return {one.name: np.array([_score(one, curve, metric.better) for curve in curves]) for one in SCORES}


def _score(score: Score, curve: Floats, better: Better) -> float:
    return score.of(curve, better) if np.isfinite(curve).all() else math.inf
