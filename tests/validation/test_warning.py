"""The first quarter foretells what it can, and nothing after it is seen."""

from __future__ import annotations

import numpy as np

from ganbench.validation.answers import FAILED
from ganbench.validation.examples import Example
from ganbench.validation.warning import BASELINES, MODEL, forecast, quarter
from tests.detect.runs import STEPS, Synthetic, healthy, since
from tests.validation.made_up import example

FOREST = np.random.default_rng(1)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def outcome(run: Synthetic, *, failed: bool, **row) -> Example:
    return example({FAILED: "present" if failed else "absent"}, table=run.table(), **row)


def scaled(seed: int, factor: float) -> Synthetic:
    """With a gradient of G so many times as long."""
    return healthy(seed).with_signals(gradient_norm_g=lambda step, was: factor * was)


def part(seed: int, n: int = 16) -> list[Example]:
    """Runs that fail have a larger gradient of G from the start, and all else alike."""
    return [outcome(scaled(seed + k, 5.0 if k % 2 else 1.0), failed=k % 2 == 1) for k in range(n)]


def area(found, name: str):
    return next(one for one in found.areas if one.name == name)


def test_a_quarter_holds_no_row_of_later_steps() -> None:
    table = quarter(healthy().table(window=20))
    assert table.last[-1] == STEPS // 4 - 1
    assert table.evaluations.step[-1] == STEPS // 4 - STEPS // 20
    assert table.plan == STEPS


def test_the_regression_finds_the_sign_and_so_does_the_baseline_that_is_it() -> None:
    found = forecast(part(0), part(100), rng=rng())
    assert (found.failed, found.healthy, found.trained, found.left_out) == (8, 8, 16, 0)
    assert area(found, "logistic regression").value == 1.0
    assert area(found, "gradient norm of G").value == 1.0
    assert area(found, "covered modes so far").value == 0.5
    assert [one.name for one in found.areas] == ["logistic regression", *BASELINES]


def test_a_baseline_points_where_the_tuning_part_says() -> None:
    small = [outcome(scaled(k, 0.1 if k % 2 else 1.0), failed=k % 2 == 1) for k in range(8)]
    assert area(forecast(small, small, rng=rng()), "gradient norm of G").value == 1.0


def test_the_future_does_not_show() -> None:
    """Runs that differ after the quarter alone cannot be told apart."""
    later = since(STEPS // 4, 50.0)
    runs = [
        outcome(healthy(0).with_signals(gradient_norm_g=later) if k % 2 else healthy(0), failed=k % 2 == 1)
        for k in range(8)
    ]
    assert {one.value for one in forecast(runs, runs, rng=rng()).areas} == {0.5}


def test_faults_that_come_later_and_unknown_outcomes_are_left_out() -> None:
    runs = part(0, 4)
    late = outcome(healthy(), failed=True, fault="spike", onset=STEPS // 2)
    early = outcome(healthy(), failed=True, fault="spike", onset=0)
    unknown = example({FAILED: "borderline"}, table=healthy().table())
    found = forecast(part(20, 4), [*runs, late, early, unknown], rng=rng())
    assert (found.failed, found.healthy, found.left_out) == (3, 2, 2)


def test_of_one_outcome_alone_nothing_can_be_said() -> None:
    runs = [outcome(healthy(k), failed=False) for k in range(3)]
    assert {one.value for one in forecast(runs, runs, rng=rng()).areas} == {None}


def test_intervals_hold_the_value() -> None:
    noisy = [
        outcome(healthy(k).with_signals(gradient_norm_g=FOREST.lognormal(0.5 * (k % 2))), failed=k % 2 == 1)
        for k in range(24)
    ]
    one = area(forecast(noisy, noisy, rng=rng()), "gradient norm of G")
    assert one.low < one.value < one.high


def test_features_are_few_and_named() -> None:
    assert len(MODEL) <= 8
