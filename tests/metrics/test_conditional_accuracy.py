"""Conditional accuracy: exact answers, its null value, and what it cannot say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ganbench import registry
from ganbench.metrics.battery import Judge

NAME = "conditional_accuracy"
RNG = np.random.default_rng


def accuracy(data, samples, asked) -> float:
    return Judge(data, len(samples), metrics=[NAME]).evaluate(samples, asked=asked)[NAME]


def test_samples_at_the_modes_asked_for_are_right_and_at_the_next_ones_wrong(build) -> None:
    ring = build("ring", modes=5)
    asked = np.arange(50) % 5
    assert accuracy(ring, ring.means[asked], asked) == 1
    assert accuracy(ring, ring.means[asked], (asked + 1) % 5) == 0
    assert accuracy(ring, ring.means[asked], np.where(np.arange(50) < 20, asked, (asked + 2) % 5)) == 0.4


@pytest.mark.parametrize("modes", [2, 5, 8])
def test_a_generator_that_is_blind_to_the_label_gets_one_over_k(build, modes: int) -> None:
    ring = build("ring", modes=modes)
    n = 20_000
    blind = ring.held_out(RNG(0), n).x
    asked = RNG(1).integers(modes, size=n)
    assert accuracy(ring, blind, asked) == pytest.approx(1 / modes, abs=4 * math.sqrt(0.25 / n))
    assert accuracy(ring, np.tile(ring.means[:1], (n, 1)), asked) == pytest.approx(1 / modes, abs=0.015)


def test_far_samples_count_for_their_nearest_mode_and_broken_ones_are_wrong(build) -> None:
    ring = build("ring", modes=4)
    samples = np.array([[9.0, 0.1], [np.nan, 0.0], [np.inf, 0.0], [0.0, 7.0]])
    assert accuracy(ring, samples, np.array([0, 0, 0, 1])) == 0.5


def test_where_nobody_asked_there_is_no_answer(build) -> None:
    ring = build("ring")
    assert math.isnan(accuracy(ring, ring.means, None))


def test_of_classes_it_is_the_classifier_that_decides_and_its_floor_is_what_it_gets_right(build) -> None:
    digits = build("digits")
    judge = Judge(digits, 100, metrics=[NAME])
    x, label = digits.train(RNG(0), 100)
    assert judge.evaluate(x, asked=label)[NAME] == 1
    assert judge.floors()[NAME] == judge.held_out_accuracy
    assert 0.9 < judge.held_out_accuracy < 1


def test_of_modes_the_floor_is_what_real_samples_get(build) -> None:
    assert Judge(build("ring", std=0.01), 200, metrics=[NAME]).floors()[NAME] == 1
    assert Judge(build("ring", std=1.0), 200, metrics=[NAME]).floors()[NAME] < 0.7


def test_it_is_of_the_registry() -> None:
    assert "1/K is blind" in registry.entry("metric", NAME).summary
