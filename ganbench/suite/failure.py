"""When a run has failed. The only source of failure rates; detectors explain failures, they never define them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from ganbench.records import Evaluation, Outcome
from ganbench.suite.schema import Criterion

NON_FINITE: Final = "non-finite"
HEALTHY: Final = Outcome("healthy")


def outcome(
    criteria: Sequence[Criterion],
    evaluations: Iterable[Evaluation],
    *,
    steps: int,
    diverged_at: int | None = None,
    of: Literal["raw", "ema"] = "raw",
) -> Outcome:
    """Healthy or failed, by whatever happened first.

    `steps` is the length of the run, `diverged_at` the generator step at which it was not finite any
    more, `of` the generator that is judged (`EvaluationPlan.judged`). `failed_at` is the first step of
    the first streak that breaks a criterion. Of failures at one step divergence is named, then the
    criterion that comes first.
    """
    judged = sorted((one for one in evaluations if one.of == of), key=lambda one: one.step)
    failures = [Outcome("failed", diverged_at, NON_FINITE)] if diverged_at is not None else []
    failures += [failure for criterion in criteria if (failure := _failure(criterion, judged, steps))]
    return min(failures, key=_step, default=HEALTHY)


def breaks(criterion: Criterion, evaluation: Evaluation) -> bool:
    """Whether a value is beyond the bound. One that is missing or not finite is: nothing good can be said of it."""
    value = evaluation.values.get(criterion.metric, math.nan)
    if not math.isfinite(value):
        return True
    if criterion.below is not None:
        return value < criterion.below
    return criterion.above is not None and value > criterion.above


def _failure(criterion: Criterion, evaluations: Sequence[Evaluation], steps: int) -> Outcome | None:
    judged = [one for one in evaluations if one.step > criterion.after * steps]
    for streak in _streaks(criterion, judged):
        if len(streak) == criterion.consecutive:
            return Outcome("failed", streak[0], str(criterion))
    return None


def _streaks(criterion: Criterion, evaluations: Sequence[Evaluation]) -> Iterator[list[int]]:
    """After each evaluation, the steps of the unbroken row of bad ones that ends with it."""
    streak: list[int] = []
    for evaluation in evaluations:
        streak = [*streak, evaluation.step] if breaks(criterion, evaluation) else []
        yield streak


def _step(failure: Outcome) -> float:
    return math.inf if failure.failed_at is None else failure.failed_at
