"""Stability scores of the runs of a cell: how a metric moved from evaluation to evaluation."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from ganbench.report.metric import Metric
from ganbench.stats.checks import Better
from ganbench.stats.stability import collapse_gap, cvar_of_differences, cvar_of_drawdown, windowed_iqr

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

WINDOW: Final = 5  # changes
SHARE: Final = 0.05  # of the worst changes
LEAST: Final = WINDOW + 1  # evaluations


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


def scores(evaluations: pd.DataFrame, metric: Metric) -> dict[str, Floats]:
    """By score, one value for each run of a cell [n]; empty where runs have too few evaluations.

    evaluations: of the cell, as in `Section.looks`. Infinite for a run that has evaluations at which the metric is
    not finite, such as one that diverged.
    """
    curves = _curves(evaluations, metric) if metric.name in evaluations else []
    if not curves or min(map(len, curves)) < LEAST:
        return {}
    return {one.name: np.array([_score(one, curve, metric.better) for curve in curves]) for one in SCORES}


def _score(score: Score, curve: Floats, better: Better) -> float:
    return score.of(curve, better) if np.isfinite(curve).all() else math.inf


def _curves(evaluations: pd.DataFrame, metric: Metric) -> Sequence[Floats]:
    values = metric.away(evaluations[metric.name].to_numpy(dtype=float, na_value=np.nan))
    runs = evaluations["run_id"].to_numpy(dtype=str)
    return np.split(values, np.flatnonzero(runs[1:] != runs[:-1]) + 1)
