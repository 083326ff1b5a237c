"""Two moons: sampler, density by quadrature and distance to the arcs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate
from scipy.stats import kstest

from ganbench.data.moons import CENTRES, SIGNS, distance_to_arc

RNG = np.random.default_rng


def arc(moon: int, angle: np.ndarray) -> np.ndarray:
    return CENTRES[moon] + SIGNS[moon] * np.column_stack([np.cos(angle), np.sin(angle)])


@pytest.mark.parametrize("std", [0.05, 0.2])
def test_the_density_integrates_to_1(build, std):
    law = build("moons", std=std)
    step = 0.4 * std
    axes = np.arange(-2.5, 3.5, step), np.arange(-2.0, 2.5, step)
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    assert np.exp(law.log_density(grid)).sum() * step**2 == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("std", [0.005, 0.05, 0.2])
@pytest.mark.parametrize("angle", [0.0, 0.7, 1.6, math.pi])
def test_the_density_agrees_with_adaptive_quadrature(build, std, angle):
    point = arc(0, np.array([angle]))[0] * (1 + std)

    def integrand(t: float, moon: int) -> float:
        gap = point - arc(moon, np.array([t]))[0]
        return math.exp(-(gap @ gap) / (2 * std**2)) / (2 * math.pi * std**2) / math.pi / 2

    near = [max(0, angle - 12 * std), min(math.pi, angle + 12 * std)]
    expected = integrate.quad(integrand, *near, args=(0,), epsabs=0, epsrel=1e-9)[0]
    expected += integrate.quad(integrand, 0, math.pi, args=(1,), points=[0.5, 1], epsrel=1e-9)[0]
    assert build("moons", std=std).log_density(point[None])[0] == pytest.approx(math.log(expected), abs=1e-7)


def test_samples_spread_evenly_over_both_arcs_with_the_noise_that_was_asked_for(build):
    x, label = build("moons", std=0.01).held_out(RNG(0), 4_000)
    assert label.mean() == pytest.approx(0.5, abs=0.03)
    upper = x[label == 0]
    angle, radius = np.arctan2(upper[:, 1], upper[:, 0]), np.hypot(*upper.T)
    assert kstest(angle[(angle > 0.1) & (angle < 3)], "uniform", (0.1, 2.9)).pvalue > 1e-3
    assert kstest((radius - 1) / 0.01, "norm").pvalue > 1e-3


def test_the_lower_moon_is_the_upper_one_turned_by_half_a_circle(build):
    law = build("moons")
    x = RNG(0).normal(size=(50, 2))
    np.testing.assert_allclose(law.log_density([1, 0.5] - x), law.log_density(x), rtol=1e-9)
    np.testing.assert_array_equal(law.assign([1, 0.5] - x)[0], 1 - law.assign(x)[0])


@pytest.mark.parametrize("std", [0.01, 0.05, 0.2])
def test_the_high_quality_share_of_the_exact_law_is_its_ceiling_within_a_thousandth(build, std):
    law = build("moons", std=std)
    share = (law.assign(law.held_out(RNG(0), 200_000).x)[1] < law.radius).mean()
    assert share == pytest.approx(law.ceiling, abs=1e-3)


def test_the_ceiling_tends_to_that_of_one_normal_coordinate(build):
    assert build("moons", std=0.005).ceiling == pytest.approx(math.erf(3 / math.sqrt(2)), abs=1e-5)


@given(st.tuples(st.floats(-3, 3), st.floats(-3, 3)))
def test_the_distance_to_an_arc_is_the_least_distance_to_its_points(point):
    points = np.column_stack([np.cos(np.linspace(0, np.pi, 4001)), np.sin(np.linspace(0, np.pi, 4001))])
    least = np.linalg.norm(points - point, axis=1).min()
    assert distance_to_arc(np.array([point]))[0] == pytest.approx(least, abs=1e-3)


def test_points_on_an_arc_belong_to_it_at_distance_0(build):
    law = build("moons")
    angle = np.linspace(0, np.pi, 30)
    for moon in (0, 1):
        mode, distance = law.assign(arc(moon, angle))
        np.testing.assert_array_equal(mode, moon)
        np.testing.assert_allclose(distance, 0, atol=1e-9)
