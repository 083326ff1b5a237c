"""When a run has failed. The only source of failure rates; detectors explain failures, they never define them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from ganbench.metrics.direction import IDEAL
from ganbench.metrics.direction import best as best_of
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


def is_final(
    criteria: Sequence[Criterion],
    evaluations: Iterable[Evaluation],
    *,
    ahead: Iterable[int],
    steps: int,
    diverged_at: int | None = None,
    of: Literal["raw", "ema"] = "raw",
) -> bool:
    """Whether a run has failed, and nothing that may still come changes when or by which criterion.

    ahead: steps of the evaluations to come; the others as `outcome`. A streak that has begun may yet be full, and
    then counts from its first step, before a failure that is on record. So what is on record is compared with the
    worst that can come: divergence at once, and no good evaluation any more.
    """
    seen = list(evaluations)
    found = outcome(criteria, seen, steps=steps, diverged_at=diverged_at, of=of)
    now = max((one.step for one in seen), default=0) if diverged_at is None else diverged_at
    lost = [Evaluation(step, of, {}) for step in ahead]
    worst = outcome(criteria, [*seen, *lost], steps=steps, diverged_at=now, of=of)
    return found.status == "failed" and found == worst


def breaks(criterion: Criterion, evaluation: Evaluation, *, best: float = math.nan) -> bool:
    """Whether a value is beyond the bound. One that is missing or not finite is: nothing good can be said of it.

    best: of the earlier evaluations, what a drawdown is measured from; with NaN there is none.
    """
    value = _value(criterion, evaluation)
    if not math.isfinite(value):
        return True
    if criterion.below is not None:
        return value < criterion.below
    if criterion.above is not None:
        return value > criterion.above
    return criterion.drawdown is not None and _exceeds(
        drawdown(criterion.metric, value, best=best), criterion.drawdown
    )


def drawdown(metric: str, value: float, *, best: float) -> float:
    """By how much a value is farther from the metric's ideal than the best one; below 0 where it is nearer.

    Raises KeyError for a metric without a direction.
    """
    ideal = IDEAL[metric]
    if math.isinf(ideal):
        return best - value if ideal > 0 else value - best
    return abs(value - ideal) - abs(best - ideal)


def _exceeds(loss: float, bound: float) -> bool:
    # Shares are decimals: 0.9 - 0.7 is a last bit more than 0.2, and no loss of more than 0.2.
    return loss > bound and not math.isclose(loss, bound, rel_tol=1e-9, abs_tol=1e-12)


def _failure(criterion: Criterion, evaluations: Sequence[Evaluation], steps: int) -> Outcome | None:
    before = _bests(criterion, evaluations)
    judged = [
        (one.step, breaks(criterion, one, best=best))
        for one, best in zip(evaluations, before, strict=True)
        if one.step > criterion.after * steps
    ]
    for streak in _streaks(judged):
        if len(streak) == criterion.consecutive:
            return Outcome("failed", streak[0], str(criterion))
    return None


def _bests(criterion: Criterion, evaluations: Sequence[Evaluation]) -> Iterator[float]:
    """Before each evaluation, the best value so far; those that are not judged count too."""
    best = math.nan
    for evaluation in evaluations:
        yield best
        if criterion.drawdown is not None:
            best = best_of(criterion.metric, (best, _value(criterion, evaluation)))


def _value(criterion: Criterion, evaluation: Evaluation) -> float:
    return evaluation.values.get(criterion.metric, math.nan)


def _streaks(judged: Iterable[tuple[int, bool]]) -> Iterator[list[int]]:
    """After each evaluation (step, bad), the steps of the unbroken row of bad ones that ends with it."""
    streak: list[int] = []
    for step, bad in judged:
        streak = [*streak, step] if bad else []
        yield streak


def _step(failure: Outcome) -> float:
    return math.inf if failure.failed_at is None else failure.failed_at
