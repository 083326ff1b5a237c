"""Distances against scipy, closed forms and invariances."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import energy_distance as scipy_energy_distance
from scipy.stats import kstest, wasserstein_distance

from ganbench.metrics import transport

RNG = np.random.default_rng


def sliced(x: np.ndarray, y: np.ndarray, *, order: int = 1, directions: np.ndarray | None = None) -> float:
    if directions is None:
        directions = transport.random_directions(RNG(9), 32, dim=x.shape[1])
    return transport.sliced_wasserstein(
        *(transport.sorted_projections(s, directions) for s in (x, y)), order=order
    )


def test_directions_have_length_1_and_no_preference():
    directions = transport.random_directions(RNG(0), 2_000, dim=2)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1)
    angle = np.arctan2(directions[:, 1], directions[:, 0])
    assert kstest(angle, "uniform", (-np.pi, 2 * np.pi)).pvalue > 1e-3


def test_projections_are_sorted_over_samples_for_each_direction():
    x, directions = RNG(0).normal(size=(20, 3)), transport.random_directions(RNG(1), 4, dim=3)
    projections = transport.sorted_projections(x, directions)
    np.testing.assert_allclose(projections, [np.sort(x @ u) for u in directions])


values = st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=20)


@given(values, st.integers(0, 2**32))
def test_in_one_dimension_all_wasserstein_1_distances_agree_with_scipy(x, seed):
    y = RNG(seed).normal(scale=100, size=len(x))
    expected = pytest.approx(wasserstein_distance(x, y), rel=1e-9, abs=1e-9)
    columns = np.array(x)[:, None], y[:, None]
    assert sliced(*columns) == expected
    assert transport.exact_wasserstein(*columns) == expected


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("dim", [1, 2, 5])
def test_the_distance_to_a_shifted_sample_is_the_shift(order, dim):
    x, shift = RNG(0).normal(size=(64, dim)), np.linspace(1, 2, dim)
    assert transport.exact_wasserstein(x, x + shift, order=order) == pytest.approx(np.linalg.norm(shift))


@pytest.mark.parametrize("order", [1, 2])
def test_the_sliced_distance_to_a_shifted_sample_is_the_mean_projected_shift(order):
    x, shift = RNG(0).normal(size=(64, 2)), np.array([3.0, 4.0])
    angle = 2 * np.pi * np.arange(360) / 360
    directions = np.column_stack([np.cos(angle), np.sin(angle)])
    # E|cos| = 2/pi and E cos^2 = 1/2 in the plane.
    expected = {1: 5 * 2 / math.pi, 2: 5 / math.sqrt(2)}[order]
    assert sliced(x, x + shift, order=order, directions=directions) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("order", [1, 2])
def test_the_exact_distance_is_the_least_over_all_matchings(order):
    x, y = RNG(0).normal(size=(6, 2)), RNG(1).normal(size=(6, 2))
    cost = np.linalg.norm(x[:, None] - y, axis=-1) ** order
    least = min(np.mean([cost[i, j] for i, j in enumerate(p)]) for p in itertools.permutations(range(6)))
    assert transport.exact_wasserstein(x, y, order=order) == pytest.approx(least ** (1 / order))


def test_slices_never_exceed_the_exact_distance():
    for seed in range(20):
        x, y = RNG(seed).normal(size=(30, 3)), RNG(seed + 100).exponential(size=(30, 3))
        for order in (1, 2):
            assert sliced(x, y, order=order) <= transport.exact_wasserstein(x, y, order=order) + 1e-12


def v_statistic(x: np.ndarray, y: np.ndarray) -> float:
    """The energy distance with the pairs (i, i) counted: what scipy computes, squared."""
    n, m = len(x), len(y)
    within = [np.abs(s[:, None] - s).sum() for s in (x, y)]
    unbiased = transport.energy_distance(x[:, None], y[:, None])
    return unbiased + within[0] / n**2 / (n - 1) + within[1] / m**2 / (m - 1)


@given(values, values)
def test_the_energy_distance_in_one_dimension_agrees_with_scipy(x, y):
    x, y = np.array(x), np.array(y)
    # scipy returns the root of a difference of large numbers: compare squares at the scale of the data.
    scale = max(np.abs(x).max(), np.abs(y).max(), 1)
    assert v_statistic(x, y) == pytest.approx(scipy_energy_distance(x, y) ** 2, abs=1e-9 * scale)


def test_the_energy_distance_of_two_points_far_apart_is_twice_their_distance():
    assert transport.energy_distance(np.zeros((5, 2)), np.full((7, 2), [3.0, 4.0])) == pytest.approx(10)


def test_the_energy_distance_of_equal_laws_is_0_on_average_and_negative_at_times():
    draws = [
        transport.energy_distance(RNG(i).normal(size=(50, 2)), RNG(i + 999).normal(size=(50, 2)))
        for i in range(200)
    ]
    assert np.mean(draws) == pytest.approx(0, abs=4 * np.std(draws) / math.sqrt(200))
    assert min(draws) < 0 < max(draws)


DISTANCES = [sliced, transport.exact_wasserstein, transport.energy_distance]


@pytest.mark.parametrize("distance", DISTANCES)
def test_a_distance_is_symmetric_and_ignores_the_order_of_samples_and_a_common_shift(distance):
    x, y = RNG(0).normal(size=(40, 2)), RNG(1).normal(1, 2, size=(40, 2))
    value = distance(x, y)
    assert distance(y, x) == pytest.approx(value)
    assert distance(x[RNG(2).permutation(40)], y) == pytest.approx(value)
    shift = np.array([5, -7])
    assert distance(x + shift, y + shift) == pytest.approx(value)


@pytest.mark.parametrize("distance", DISTANCES)
def test_a_distance_scales_with_the_units_of_the_data(distance):
    x, y = RNG(0).normal(size=(40, 2)), RNG(1).normal(1, 2, size=(40, 2))
    assert distance(3 * x, 3 * y) == pytest.approx(3 * distance(x, y))


@pytest.mark.parametrize("distance", [sliced, transport.exact_wasserstein])
def test_a_sample_is_at_distance_0_from_itself(distance):
    x = RNG(0).normal(size=(40, 2))
    assert distance(x, x[::-1]) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_sample_that_is_not_finite_gives_no_finite_distance(distance, bad):
    x = RNG(0).normal(size=(10, 2))
    broken = x.copy()
    broken[3, 1] = bad
    with np.errstate(invalid="ignore"):
        assert not math.isfinite(distance(broken, x))
