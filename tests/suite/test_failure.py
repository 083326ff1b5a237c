"""When a run has failed: streaks, bounds, warm-up, divergence."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench import registry
from ganbench.metrics.direction import IDEAL
from ganbench.records import Evaluation, Outcome
from ganbench.suite.failure import HEALTHY, breaks, drawdown, is_final, outcome
from ganbench.suite.schema import Criterion


def criterion(**given: Any) -> Criterion:
    return Criterion.model_validate({"metric": "m", "below": 0.5} | given)


def above(bound: float, **given: Any) -> Criterion:
    return Criterion.model_validate({"metric": "m", "above": bound} | given)


def drop(bound: float, metric: str = "covered_share", **given: Any) -> Criterion:
    return Criterion.model_validate({"metric": metric, "drawdown": bound} | given)


def share(*values: float, metric: str = "covered_share") -> list[Evaluation]:
    return course(*values, metric=metric)


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


def final(criteria: list[Criterion], *values: float, of_all: int, diverged_at: int | None = None) -> bool:
    """Of a course of `of_all` evaluations that has come as far as `values`."""
    ahead = range(10 * (len(values) + 1), 10 * of_all + 1, 10)
    return is_final(criteria, course(*values), ahead=ahead, steps=10 * of_all, diverged_at=diverged_at)


def test_a_failure_is_final_once_the_next_evaluation_is_past_it() -> None:
    twice = criterion(**{"for": 2})
    assert not final([twice], 0, of_all=4)
    assert final([twice], 0, 0, of_all=4)
    assert final([twice], 0, 0, 1, of_all=4)


def test_a_divergence_at_the_step_of_the_failure_would_be_named_so_it_is_not_final_there() -> None:
    assert not final([criterion()], 0, of_all=3)
    assert final([criterion()], 0, 1, of_all=3)


def test_a_healthy_run_is_never_final_not_even_at_the_end() -> None:
    assert not final([criterion()], 1, of_all=2)
    assert not final([criterion()], 1, 1, of_all=2)


def test_a_streak_that_began_before_and_may_yet_be_full_keeps_a_failure_open() -> None:
    both = [criterion(**{"for": 4}), above(0.4)]
    assert outcome(both, course(0, 0.45, 0.45), steps=40) == Outcome("failed", 20, "m above 0.4")
    assert not final(both, 0, 0.45, 0.45, of_all=4)
    assert outcome(both, course(0, 0.45, 0.45, 0.45), steps=40) == Outcome("failed", 10, "m below 0.5")
    assert final(both, 0, 0.45, 0.45, of_all=3)  # nothing is ahead that could fill it
    assert final(both, 0, 0.45, 0.6, of_all=4)


def test_a_divergence_is_final_unless_a_streak_had_begun_before_it() -> None:
    thrice = criterion(**{"for": 3})
    assert final([thrice], 1, math.nan, of_all=4, diverged_at=15)
    assert not final([thrice], 0, math.nan, of_all=4, diverged_at=15)
    assert outcome([thrice], course(0, *[math.nan] * 3), steps=40, diverged_at=15).failed_at == 10


CRITERIA = st.lists(
    st.builds(
        lambda bound, after, times: criterion(**bound, after=after, **{"for": times}),
        st.sampled_from([{"below": 0.5}, {"below": None, "above": 0.7}]),
        st.sampled_from([0.0, 0.3]),
        st.integers(1, 3),
    ),
    max_size=3,
)
VALUES = st.lists(st.sampled_from([0.0, 0.6, 1.0, math.nan]), max_size=5)
LEFT = st.none() | st.integers(0, 60)


@given(CRITERIA, VALUES, VALUES, LEFT)
def test_what_is_final_no_continuation_changes_and_what_is_not_some_does(
    criteria: list[Criterion], seen: list[float], more: list[float], left: int | None
) -> None:
    steps, now = 10 * (len(seen) + len(more)), 10 * len(seen)
    gone = left if left is not None and left < now else None
    found = final(criteria, *seen, of_all=len(seen) + len(more), diverged_at=gone)
    ahead = more if gone is None else [math.nan] * len(more)
    told = outcome(criteria, course(*seen), steps=steps, diverged_at=gone)
    ended = outcome(criteria, course(*seen, *ahead), steps=steps, diverged_at=gone if left is None else left)
    lost = outcome(criteria, course(*seen, *[math.nan] * len(more)), steps=steps, diverged_at=now)
    if found:
        assert ended == told
    elif gone is None:
        assert told.status == "healthy" or lost != told


def test_a_drawdown_is_measured_from_the_best_value_so_far() -> None:
    found = outcome([drop(0.2)], share(0.4, 0.9, 0.8, 0.6, 0.9), steps=50)
    assert found == Outcome("failed", 40, "covered_share drawdown above 0.2")


def test_a_run_that_never_was_good_has_lost_nothing() -> None:
    assert outcome([drop(0.2)], share(0.1, 0.0, 0.1), steps=30) is HEALTHY


def test_the_first_evaluation_has_nothing_to_lose() -> None:
    assert outcome([drop(0.0)], share(-100), steps=10) is HEALTHY
    assert not breaks(drop(0.0), Evaluation(10, "raw", {"covered_share": -100}))


def test_what_comes_later_is_no_measure_of_what_came_before() -> None:
    assert outcome([drop(0.2)], share(0.1, 0.5, 1.0), steps=30) is HEALTHY


@pytest.mark.parametrize(("best", "value"), [(0.9, 0.7), (1.0, 0.8), (0.92, 0.72), (0.3, 0.1), (0.28, 0.08)])
def test_a_loss_of_the_bound_itself_is_not_beyond_it_whatever_the_last_bits(
    best: float, value: float
) -> None:
    assert outcome([drop(0.2)], share(best, value), steps=20) is HEALTHY
    assert outcome([drop(0.2)], share(best, value - 0.01), steps=20).failed_at == 20


def test_with_no_drawdown_allowed_an_equal_value_is_fine_and_a_worse_one_is_not() -> None:
    assert outcome([drop(0)], share(0.3, 0.3), steps=20) is HEALTHY
    assert outcome([drop(0)], share(0.3, 0.29), steps=20).failed_at == 20


@pytest.mark.parametrize(
    ("metric", "values", "failed_at"),
    [
        ("covered_share", (1.0, 0.4), 20),
        ("covered_share", (0.4, 1.0), None),
        ("reverse_kl", (0.4, 1.0), 20),
        ("reverse_kl", (1.0, 0.4), None),
        ("in_mode_std", (1.1, 1.7), 20),
        ("in_mode_std", (1.1, 0.5), None),
        ("in_mode_std", (0.9, 0.3), 20),
        ("in_mode_std", (0.5, 1.4), None),
        ("value_function", (-math.log(4), -0.5), 20),
        ("value_function", (-1.2, -1.5), None),
    ],
)
def test_what_is_worse_follows_the_direction_of_the_metric(
    metric: str, values: tuple[float, float], failed_at: int | None
) -> None:
    assert outcome([drop(0.5, metric)], share(*values, metric=metric), steps=20).failed_at == failed_at


def test_every_metric_has_a_direction_to_draw_down_in() -> None:
    assert {entry.name for entry in registry.entries("metric")} <= set(IDEAL)


def test_evaluations_that_are_not_judged_still_show_what_the_run_could_do() -> None:
    late = drop(0.2, after=0.5)
    assert outcome([late], share(1.0, 0.3, 0.3, 0.3), steps=40).failed_at == 30
    assert outcome([late], share(1.0, 0.3, 0.9, 0.9), steps=40) is HEALTHY


def test_a_streak_of_drawdowns_is_measured_from_one_best() -> None:
    found = share(1.0, 0.7, 0.9, 0.7, 0.7, 0.7)
    assert outcome([drop(0.2, **{"for": 3})], found, steps=60).failed_at == 40
    assert outcome([drop(0.2, **{"for": 4})], found, steps=60) is HEALTHY


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_finite_breaks_a_drawdown_and_is_never_the_best(value: float) -> None:
    assert outcome([drop(0.2)], share(value, 0.5), steps=20).failed_at == 10
    late = drop(0.2, after=0.5)
    assert outcome([late], share(value, 0.5), steps=20) is HEALTHY
    assert outcome([late], share(0.8, value, 0.7, 0.5), steps=40).failed_at == 40


def test_the_other_generator_s_best_is_no_measure() -> None:
    mixed = [*course(1, 1, of="ema", metric="covered_share"), *share(0.3, 0.3)]
    assert outcome([drop(0.2)], mixed, steps=20) is HEALTHY


finite = st.floats(-10, 10)


@given(st.lists(finite, min_size=1, max_size=8), st.floats(0, 5), st.sampled_from(sorted(IDEAL)))
def test_the_first_drawdown_agrees_with_a_search_over_all_pairs(
    values: list[float], bound: float, metric: str
) -> None:
    def lost(earlier: float, later: float) -> float:
        ideal = IDEAL[metric]
        if math.isinf(ideal):
            return (earlier - later) * math.copysign(1, ideal)
        return abs(later - ideal) - abs(earlier - ideal)

    losses = [max((lost(a, b) for a in values[:i]), default=-math.inf) for i, b in enumerate(values)]
    beyond = [i for i, loss in enumerate(losses) if loss > bound]
    surely = [i for i, loss in enumerate(losses) if loss > bound + 1e-6]
    found = outcome([drop(bound, metric)], share(*values, metric=metric), steps=80).failed_at
    at = math.inf if found is None else found // 10 - 1
    assert (beyond[0] if beyond else math.inf) <= at <= (surely[0] if surely else math.inf)


@given(finite, finite, st.sampled_from(sorted(IDEAL)))
def test_what_one_value_loses_the_other_gains(one: float, other: float, metric: str) -> None:
    assert drawdown(metric, one, best=other) == -drawdown(metric, other, best=one)


@given(st.lists(finite, min_size=2, max_size=8), st.floats(0, 5), st.floats(0, 5))
def test_a_larger_bound_never_fails_earlier(values: list[float], one: float, other: float) -> None:
    low, high = sorted((one, other))
    strict, lenient = (
        outcome([drop(bound)], share(*values), steps=80).failed_at or math.inf for bound in (low, high)
    )
    assert strict <= lenient
