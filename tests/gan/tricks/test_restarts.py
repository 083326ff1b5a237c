"""Warm restarts: where a cycle begins and ends, how long it is, and torch's own schedule."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

from ganbench.gan.tricks.restarts import done
from tests.gan.tricks.scenes import scene


def factor(progress: float, letter: str = "g", **options: object) -> float:
    trick, where = scene("warm-restarts", options, progress=progress)
    assert trick.rate is not None
    return float(trick.rate(letter, where)[0])


def of_torch(first: int, growth: int, least: float, steps: int) -> list[float]:
    """The factor before each step, by torch's scheduler."""
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    schedule = CosineAnnealingWarmRestarts(optimizer, first, T_mult=growth, eta_min=least)
    found = []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found


@given(
    first=st.integers(1, 60), growth=st.integers(1, 4), least=st.floats(0, 0.9), steps=st.integers(60, 700)
)
def test_every_step_has_the_rate_of_torchs_scheduler(
    first: int, growth: int, least: float, steps: int
) -> None:
    expected = of_torch(first, growth, least, steps)
    found = [factor(k / steps, first=first / steps, growth=growth, least=least) for k in range(steps)]
    assert found == pytest.approx(expected, abs=1e-9)


def test_the_defaults_are_ten_of_two_hundred_epochs_and_twice_as_many_after_each_restart() -> None:
    full = [epoch for epoch in range(200) if factor(epoch / 200) == 1]
    assert full == [0, 10, 30, 70, 150]
    assert factor((70 + 40) / 200) == pytest.approx(0.5)
    assert factor((150 - 0.1) / 200) == pytest.approx(0, abs=1e-5)


@given(
    first=st.floats(0.01, 1),
    growth=st.floats(1, 5),
    least=st.floats(0, 0.99),
    cycle=st.integers(0, 3),
    s=st.floats(0.001, 0.998),
)
def test_within_a_cycle_it_is_the_cosine_of_the_share_that_is_done(
    first: float, growth: float, least: float, cycle: int, s: float
) -> None:
    begun = first * sum(growth**i for i in range(cycle))
    here = begun + s * first * growth**cycle
    expected = least + (1 - least) * math.cos(math.pi * s / 2) ** 2
    assert factor(here, first=first, growth=growth, least=least) == pytest.approx(expected, abs=1e-6)


def test_one_cycle_as_long_as_the_run_is_the_cosine_that_falls_once() -> None:
    decay, where = scene("learning-rate-decay", {"law": "cosine", "final": 0.2}, progress=0.37)
    assert decay.rate is not None
    assert factor(0.37, first=1.0, least=0.2) == pytest.approx(float(decay.rate("g", where)[0]))


@pytest.mark.parametrize(
    ("of", "g", "d"), [("both", 0.5, 0.5), ("generator", 0.5, 1.0), ("discriminator", 1.0, 0.5)]
)
def test_it_is_of_whom_it_is_meant_for(of: str, g: float, d: float) -> None:
    half = 0.05 / 2
    assert factor(half, "g", of=of) == pytest.approx(g)
    assert factor(half, "d", of=of) == pytest.approx(d)


def test_options_rounded_to_float32_restart_at_the_same_steps() -> None:
    steps = 12_345
    for first in (20, 100, 1234):
        t = torch.arange(steps, dtype=torch.float64) / steps
        exact, rounded = (
            done(t, torch.tensor(first / steps, dtype=dtype).double(), torch.tensor(1.0).double())
            for dtype in (torch.float64, torch.float32)
        )
        torch.testing.assert_close(exact, rounded, rtol=0, atol=1e-3)


def test_replicas_restart_each_at_its_own_time() -> None:
    options = [{"first": 0.1, "growth": 1.0}, {"first": 0.1, "growth": 3.0}, {"first": 0.5, "least": 0.3}]
    trick, where = scene("warm-restarts", *options, progress=0.35)
    assert trick.rate is not None
    alone = [factor(0.35, **one) for one in options]
    assert trick.rate("g", where).tolist() == pytest.approx(alone)
    assert len(set(alone)) == 3
