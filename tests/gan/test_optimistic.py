"""Optimistic steps: what they do that plain ones do not."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganbench.gan.optimistic import OPTIMISTIC_ADAM, OPTIMISTIC_SGD, Optimistic
from ganbench.gan.optimizers import ADAM, Optimizer
from ganbench.registry import entry


def walk(optimizer: Optimizer, gradients: list[float], **hyper: float) -> list[float]:
    """Changes of one weight of one replica."""
    state = {name: torch.zeros(1, 1, dtype=torch.float64) for name in (*optimizer.moments, "steps")}
    values = {name: torch.tensor([[value]], dtype=torch.float64) for name, value in hyper.items()}
    moves = torch.ones(1, 1, dtype=torch.float64)
    found = [torch.tensor([[g]], dtype=torch.float64) for g in gradients]
    return [float(optimizer.delta(g, moves, state, values)) for g in found]


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=20))
def test_a_step_is_twice_this_gradient_less_the_last_one(gradients):
    expected = [-0.1 * (2 * now - before) for before, now in zip([0.0, *gradients], gradients, strict=False)]
    assert walk(OPTIMISTIC_SGD, gradients, lr=0.1) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("steps", [1, 2, 10])
def test_a_constant_gradient_is_followed_as_by_plain_steps_and_one_more(steps):
    assert sum(walk(OPTIMISTIC_SGD, [3.0] * steps, lr=0.1)) == pytest.approx(-0.3 * (steps + 1))


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=20))
def test_optimistic_adam_makes_adams_step_twice_and_takes_the_last_one_back(gradients):
    hyper = {"lr": 1e-2, "beta1": 0.5, "beta2": 0.9, "eps": 1e-8}
    plain = walk(ADAM, gradients, **hyper)
    expected = [2 * now - before for before, now in zip([0.0, *plain], plain, strict=False)]
    assert walk(OPTIMISTIC_ADAM, gradients, **hyper) == pytest.approx(expected, abs=1e-12)


def test_defaults_are_those_of_the_source():
    options = entry("optimizer", "optimistic-adam").options()
    assert (options.lr, options.beta1, options.beta2) == (1e-4, 0.5, 0.9)


@pytest.mark.parametrize("name", ["optimistic-sgd", "optimistic-adam"])
def test_both_are_known_to_take_their_last_step_back(name):
    assert issubclass(entry("optimizer", name).options, Optimistic)
