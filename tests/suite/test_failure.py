"""When a run has failed: streaks, bounds, warm-up, divergence."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.records import Evaluation, Outcome
from ganbench.suite.failure import HEALTHY, breaks, outcome
from ganbench.suite.schema import Criterion


def criterion(**given: Any) -> Criterion:
    return Criterion.model_validate({"metric": "m", "below": 0.5} | given)


def above(bound: float, **given: Any) -> Criterion:
    return Criterion.model_validate({"metric": "m", "above": bound} | given)


def course(*values: float, of: Any = "raw", metric: str = "m") -> list[Evaluation]:
    """Evaluations at steps 10, 20, ..."""
    return [Evaluation(10 * (i + 1), of, {metric: value}) for i, value in enumerate(values)]


def test_without_criteria_and_divergence_a_run_is_healthy() -> None:
    assert outcome([], course(0, math.nan), steps=20) == Outcome("healthy")


def test_a_run_fails_at_the_first_bad_evaluation() -> None:
    assert outcome([criterion()], course(1, 0.4, 1), steps=30) == Outcome("failed", 20, "m below 0.5")


def test_the_bound_itself_is_not_beyond_it() -> None:
    assert outcome([criterion(), above(0.5)], course(0.5, 0.5), steps=20) is HEALTHY


def test_above_is_the_other_side() -> None:
    assert outcome([above(2)], course(1, 3), steps=20) == Outcome("failed", 20, "m above 2")


def test_a_streak_is_counted_from_its_first_step() -> None:
    bad = course(0, 0, 1, 0, 0, 0, 0)
    assert outcome([criterion(**{"for": 3})], bad, steps=70) == Outcome("failed", 40, "m below 0.5")


def test_a_streak_that_is_too_short_does_not_fail_even_at_the_end() -> None:
    assert outcome([criterion(**{"for": 3})], course(1, 0, 0), steps=30) is HEALTHY


def test_a_run_that_recovers_after_a_full_streak_has_failed() -> None:
    assert outcome([criterion(**{"for": 2})], course(0, 0, 1, 1), steps=40).failed_at == 10


def test_the_first_share_of_the_steps_is_not_judged() -> None:
    late = criterion(after=0.5)
    assert outcome([late], course(0, 0, 1, 1), steps=40) is HEALTHY
    assert outcome([late], course(0, 0, 0, 1), steps=40).failed_at == 30


def test_a_streak_does_not_begin_before_judging_begins() -> None:
    late = criterion(after=0.5, **{"for": 2})
    assert outcome([late], course(0, 0, 0, 1), steps=40) is HEALTHY
    assert outcome([late], course(0, 0, 0, 0), steps=40).failed_at == 30


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("bound", [criterion(), above(0.5)])
def test_a_value_that_is_not_finite_breaks_every_bound(bound: Criterion, value: float) -> None:
    assert breaks(bound, Evaluation(10, "raw", {"m": value}))


def test_a_missing_value_breaks_the_bound() -> None:
    assert outcome([criterion()], course(1, metric="other"), steps=10) == Outcome("failed", 10, "m below 0.5")


def test_divergence_always_fails() -> None:
    assert outcome([], [], steps=10, diverged_at=7) == Outcome("failed", 7, "non-finite")


def test_whatever_comes_first_is_named() -> None:
    bad = course(1, 0)
    assert outcome([criterion()], bad, steps=20, diverged_at=15).criterion == "non-finite"
    assert outcome([criterion()], bad, steps=20, diverged_at=25).criterion == "m below 0.5"
    assert outcome([criterion()], bad, steps=20, diverged_at=20).criterion == "non-finite"


def test_of_two_criteria_the_earlier_failure_wins_and_then_the_first_in_the_suite() -> None:
    first, second = criterion(**{"for": 2}), above(-1)
    assert outcome([first, second], course(0, 0), steps=20).criterion == "m below 0.5"
    assert outcome([first, second], course(1, 0, 0), steps=30).criterion == "m above -1"


def test_divergence_at_step_zero_is_a_step() -> None:
    assert outcome([criterion()], course(0), steps=10, diverged_at=0) == Outcome("failed", 0, "non-finite")


def test_only_the_judged_generator_counts() -> None:
    mixed = course(0, 0, of="ema") + course(1, 1)
    assert outcome([criterion()], mixed, steps=20) is HEALTHY
    assert outcome([criterion()], mixed, steps=20, of="ema").failed_at == 10


@given(st.lists(st.booleans(), max_size=12), st.integers(1, 4), st.integers(0, 9))
def test_the_outcome_agrees_with_a_search_over_all_windows(
    bad: list[bool], consecutive: int, tenths: int
) -> None:
    steps = 10 * len(bad)
    judged = [i for i in range(len(bad)) if 10 * (i + 1) > tenths / 10 * steps]
    starts = [i for i in judged if i + consecutive <= len(bad) and all(bad[i : i + consecutive])]
    found = outcome(
        [criterion(after=tenths / 10, **{"for": consecutive})],
        course(*(0.0 if b else 1.0 for b in bad)),
        steps=steps,
    )
    assert found.failed_at == (10 * (starts[0] + 1) if starts else None)


@given(st.permutations(course(1, 0, 0, 1, 0)))
def test_the_order_in_which_evaluations_arrive_does_not_matter(shuffled: list[Evaluation]) -> None:
    assert outcome([criterion(**{"for": 2})], shuffled, steps=50).failed_at == 20
