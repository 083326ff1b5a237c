"""Circles return, walks and noise do not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.validation.recurrence import displacement, orbit, recurrence

TIME = np.arange(512)


def circle(period, *, decay=0.0, radius=1.0):
    angle, size = 2 * np.pi * TIME / period, radius * np.exp(-decay * TIME)
    return size[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])


def autoregressive(phi, rng, *, dim):
    x = np.zeros((len(TIME), dim))
    for now, before in zip(x[1:], x, strict=False):
        now[:] = phi * before + rng.standard_normal(dim)
    return x


@given(st.integers(2, 170), st.floats(0.01, 100))
def test_a_circle_is_closed_after_its_period(period, radius):
    found = recurrence(circle(period, radius=radius))
    assert found.left == pytest.approx(0, abs=1e-6)
    # A neighbour of the period is hardly less complete a return.
    assert found.period == pytest.approx(period, rel=0.03)
    # The two farthest points are a diameter apart, over the root of two coordinates.
    assert found.amplitude == pytest.approx(radius * np.sqrt(2), rel=0.3)


def test_the_displacement_of_a_circle_is_a_sine():
    found = displacement(circle(60))
    lags = np.arange(len(found))
    assert found == pytest.approx(np.sqrt(2) * np.abs(np.sin(np.pi * lags / 60)), abs=1e-6)


def test_the_displacement_is_the_mean_over_all_pairs_of_that_lag():
    path = np.random.default_rng(0).standard_normal((30, 5))
    naive = [np.sqrt(np.mean(np.square(path[lag:] - path[: 30 - lag]))) for lag in range(11)]
    assert displacement(path) == pytest.approx(naive)


def test_a_period_that_fits_less_than_three_times_is_none():
    assert recurrence(circle(300)).left > 0.5


def test_a_damped_circle_keeps_what_is_left_of_it():
    # Half of the path is 256 points: exp(-256 / 200) of the amplitude.
    assert recurrence(circle(32, decay=1 / 200)).kept == pytest.approx(np.exp(-256 / 200), rel=0.02)


@pytest.mark.parametrize("phi", [0.0, 0.9, 0.97, 0.99, 1.0])
@pytest.mark.parametrize("dim", [1, 8])
def test_noise_and_walks_do_not_return(phi, dim):
    rng = np.random.default_rng(0)
    left = [recurrence(autoregressive(phi, rng, dim=dim)).left for _ in range(50)]
    assert min(left) > 0.5
    assert np.median(left) > 0.75


def test_a_drift_does_not_return():
    assert recurrence(np.linspace(0, 1, 200)[:, None] * np.ones(3)).left == 1


def test_a_path_that_goes_nowhere_has_no_amplitude():
    found = recurrence(np.ones((50, 4)))
    assert (found.amplitude, found.period) == (0, 0)
    assert np.isnan(found.left)


@pytest.mark.parametrize("turns", [-3.0, 0.5, 4.0])
def test_an_orbit_counts_turns_either_way_round(turns):
    angle = np.linspace(0, 2 * np.pi * turns, 400)
    found = orbit(2 * np.column_stack([np.cos(angle), np.sin(angle)]))
    assert found.turns == pytest.approx(abs(turns))
    assert found.radius == pytest.approx(2)
    assert found.kept == pytest.approx(1)


def test_a_spiral_keeps_the_share_between_its_quarters():
    found = orbit(circle(40, decay=0.01))
    assert found.kept == pytest.approx(np.exp(-0.01 * 384), rel=0.02)


def test_a_point_at_the_origin_has_no_radius():
    assert orbit(np.zeros((20, 2))).radius == 0
