"""Motion and cycles: known series, and how often noise is taken for a cycle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ganbench.detect.cycles import LEAST, autocorrelation, crossings, cycle, detrended, motion

Floats = NDArray[np.float64]


def autoregressive(phi: float, n: int, runs: int, seed: int = 0) -> Floats:
    """[runs, n] of AR(1) from 0; phi = 1 is a random walk."""
    shocks = np.random.default_rng(seed).standard_normal((n, runs))
    x = np.zeros((n, runs))
    x[0] = shocks[0]
    for t in range(1, n):
        x[t] = phi * x[t - 1] + shocks[t]
    return x.T


@pytest.mark.parametrize("n", [LEAST, 60, 125, 250])
@pytest.mark.parametrize("phi", [0.0, 0.9, 0.97, 0.99, 1.0])
def test_red_noise_is_taken_for_a_cycle_in_half_a_percent_of_series_at_most(phi: float, n: int) -> None:
    series = autoregressive(phi, n, runs=2000)
    scores = np.array([cycle(detrended(x))[0] for x in series])
    assert (scores > 0.5).mean() <= 0.005


@pytest.mark.parametrize("periods", [4, 6, 10])
def test_a_sine_scores_one_less_the_share_of_one_period_and_gives_its_period(periods: int) -> None:
    n = 240
    score, period = cycle(np.sin(2 * np.pi * np.arange(n) * periods / n))
    assert score == pytest.approx(1 - 1 / periods, abs=0.03)
    assert period == pytest.approx(n / periods, abs=1.5)


def test_fewer_than_three_periods_are_no_cycle() -> None:
    n = 240
    assert cycle(np.sin(2 * np.pi * np.arange(n) * 1.5 / n))[0] < 0.5


def test_a_line_and_a_constant_are_no_cycle() -> None:
    assert cycle(detrended(np.arange(100.0)))[0] <= 0.5
    assert cycle(np.full(100, 3.0)) == (0.0, 0.0)


def test_a_cycle_under_noise_of_a_third_of_its_size_is_still_one() -> None:
    rng = np.random.default_rng(0)
    wave = np.sin(2 * np.pi * np.arange(120) / 20)
    noise = rng.standard_normal((200, 120)) / 3
    assert np.mean([cycle(wave + one)[0] > 0.5 for one in noise]) > 0.95


@given(st.integers(8, 60), st.integers(0, 10**6))
def test_the_autocorrelation_is_that_of_the_definition(n: int, seed: int) -> None:
    x = np.random.default_rng(seed).standard_normal(n)
    y = x - x.mean()
    expected = [float(y[: n - k] @ y[k:]) / float(y @ y) for k in range(n)]
    np.testing.assert_allclose(autocorrelation(x), expected, atol=1e-9)


def test_the_drift_of_pure_sampling_noise_is_1_whatever_its_size() -> None:
    rng = np.random.default_rng(0)
    sizes = 0.1 + rng.random(200)
    found = [motion(sizes * rng.standard_normal((1, 200)), noise=sizes[None]).drift for _ in range(500)]
    assert np.mean(found) == pytest.approx(1, abs=0.01)
    assert np.quantile(found, 0.999) < 1.3


def test_the_amplitude_is_what_is_beyond_the_noise() -> None:
    rng = np.random.default_rng(0)
    wave = 2.0 * np.sin(2 * np.pi * np.arange(400) / 40)
    found = motion(wave + 0.5 * rng.standard_normal((1, 400)), noise=np.full((1, 400), 0.5))
    assert found.amplitude == pytest.approx(2 / np.sqrt(2), rel=0.05)
    assert found.ratio == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(("rate", "low", "high"), [(-0.01, 0.0, 0.3), (0.0, 0.9, 1.1), (0.01, 3.0, 99.0)])
def test_the_ratio_tells_a_spiral_inwards_a_circle_and_a_spiral_outwards(
    rate: float, low: float, high: float
) -> None:
    t = np.arange(300)
    found = motion(np.exp(rate * t) * np.sin(2 * np.pi * t[None] / 25), noise=np.full((1, 300), 0.01))
    assert low <= found.ratio <= high


def test_without_noise_any_movement_is_infinitely_beyond_it_and_none_is_as_expected() -> None:
    none = np.zeros((1, 50))
    assert motion(np.sin(np.arange(50.0))[None], noise=none).drift == np.inf
    assert motion(none, noise=none).drift == 1.0


@given(st.integers(2, 6), st.integers(0, 10**6))
def test_a_path_moves_the_same_whichever_way_its_axes_are_turned(dimensions: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = np.cumsum(rng.standard_normal((dimensions, 60)), axis=1)
    turned = np.linalg.qr(rng.standard_normal((dimensions, dimensions)))[0] @ x
    noise = np.full((dimensions, 60), 0.3)
    np.testing.assert_allclose(
        astuple(motion(turned, noise=noise)), astuple(motion(x, noise=noise)), rtol=1e-6, atol=1e-9
    )
    assert crossings(turned) == crossings(x)


def test_a_cycle_in_one_of_many_dimensions_that_wander_is_none_of_the_path() -> None:
    rng = np.random.default_rng(0)
    wave = np.sin(2 * np.pi * np.arange(120) / 20)
    paths = np.cumsum(rng.standard_normal((50, 8, 120)), axis=2) / 5
    paths[:, 0] = wave
    assert cycle(wave)[0] > 0.8
    assert np.mean([cycle(detrended(path))[0] > 0.5 for path in paths]) < 0.05


@pytest.mark.parametrize(
    ("shape", "count"),
    [
        (lambda t: t**2, 2),
        (lambda t: t**3 - 0.4 * t, 3),
        (lambda t: np.sin(4 * np.pi * (t + 1)), 7),
    ],
)
def test_crossings_are_those_of_the_axis_that_moves_most(
    shape: Callable[[Floats], Floats], count: int
) -> None:
    t = np.linspace(-1, 1, 200)
    noise = 0.01 * np.random.default_rng(0).standard_normal((2, 200))
    assert crossings(noise + np.array([3 * shape(t), shape(t)])) == count
