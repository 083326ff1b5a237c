"""Events in 1,000 steps, with an interval over runs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ganbench.validation.rate import rate


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_it_is_events_over_steps_whatever_the_runs() -> None:
    found = rate([1, 0, 2], [500, 1000, 1500], rng=rng())
    assert (found.count, found.steps, found.value) == (3, 3000, 1.0)
    assert found.low < 1 < found.high


def test_runs_that_are_alike_leave_no_doubt_and_events_that_go_together_do() -> None:
    even = rate([1] * 20, [1000] * 20, rng=rng())
    assert (even.low, even.high) == (1.0, 1.0)
    together = rate([10, *[0] * 19], [1000] * 20, rng=rng())
    apart = rate([1] * 10 + [0] * 10, [1000] * 20, rng=rng())
    assert together.value == apart.value == 0.5
    assert together.high - together.low > apart.high - apart.low


def test_no_event_is_no_proof_of_none() -> None:
    found = rate([0, 0], [1000, 1000], rng=rng())
    assert (found.value, found.low) == (0.0, 0.0)
    assert math.exp(-found.high / 1000 * 2000) == pytest.approx(0.025)


def test_without_a_step_there_is_no_rate() -> None:
    assert rate([], [], rng=rng()).value is None
    assert rate([1], [0], rng=rng()).high is None
