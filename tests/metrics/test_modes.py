"""Coverage and quality against closed forms, perfect samplers and oracles that cover m of K modes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy

from ganbench.metrics import modes

RNG = np.random.default_rng


def test_counts_are_of_the_chosen_samples_only():
    counts = modes.mode_counts(np.array([0, 2, 2, 3]), np.array([True, True, False, True]), modes=5)
    np.testing.assert_array_equal(counts, [1, 0, 1, 1, 0])


def test_a_mode_is_covered_by_its_least_count():
    counts = np.array([0, 1, 2, 3, 4])
    assert [modes.covered_modes(counts, least=least) for least in (1, 3, 5)] == [4, 2, 0]


def test_a_sample_on_the_radius_or_without_a_distance_is_not_of_high_quality():
    assert modes.high_quality_share(np.array([0.0, 2.9, 3.0, np.inf, np.nan]), 3.0) == 0.4


@pytest.mark.parametrize("count", [2, 8, 25, 1000])
def test_the_kl_of_one_covered_mode_is_ln_k(count):
    counts = np.zeros(count, int)
    counts[1] = 77
    assert modes.reverse_kl(counts, np.full(count, 1 / count)) == pytest.approx(math.log(count))


def test_the_kl_of_m_modes_out_of_k_is_ln_k_over_m():
    assert modes.reverse_kl(np.array([5, 5, 0, 0, 0, 0, 0, 5]), np.full(8, 1 / 8)) == pytest.approx(
        math.log(8 / 3)
    )


def test_the_kl_of_the_true_shares_is_0_and_of_no_samples_undefined():
    weights = np.array([0.1, 0.2, 0.7])
    assert modes.reverse_kl(np.array([1, 2, 7]), weights) == pytest.approx(0, abs=1e-15)
    assert math.isnan(modes.reverse_kl(np.zeros(3, int), weights))


counted = st.lists(st.integers(0, 100), min_size=2, max_size=10).filter(any)


@given(counted, st.integers(0, 2**32))
def test_the_kl_agrees_with_scipy_is_never_negative_and_ignores_the_order_of_modes(counts, seed):
    weights = RNG(seed).dirichlet(np.ones(len(counts)) * 5)
    order = RNG(seed).permutation(len(counts))
    value = modes.reverse_kl(np.array(counts), weights)
    assert value == pytest.approx(entropy(counts, weights), abs=1e-12)
    assert value >= -1e-12
    assert modes.reverse_kl(np.array(counts)[order], weights[order]) == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize(
    ("count", "samples", "published"), [(8, 2500, 0.0014), (25, 2500, 0.0048), (1000, 26000, 0.0192)]
)
def test_the_floor_of_the_kl_is_what_a_perfect_sampler_gets_on_average(count, samples, published):
    floor = modes.reverse_kl_floor(count, samples)
    assert floor == pytest.approx(published, abs=5e-5)
    weights = np.full(count, 1 / count)
    draws = [modes.reverse_kl(RNG(seed).multinomial(samples, weights), weights) for seed in range(100)]
    assert np.mean(draws) == pytest.approx(floor, abs=4 * np.std(draws) / 10 + 0.02 * floor)


def gaussian_residuals(std: float, dim: int, n: int = 40_000) -> tuple[np.ndarray, np.ndarray]:
    x = std * RNG(0).standard_normal((n, dim))
    near = np.linalg.norm(x, axis=1) < 3
    return x[near], RNG(1).integers(4, size=near.sum())


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_the_in_mode_std_of_the_exact_law_is_1_although_it_is_cut_at_3_std(dim):
    residuals, mode = gaussian_residuals(1.0, dim)
    assert modes.in_mode_std(residuals, mode, modes=4, radius=3.0) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("std", [0.1, 0.5, 0.7])
def test_narrow_modes_show_their_own_std(std):
    residuals, mode = gaussian_residuals(std, 2)
    value = modes.in_mode_std(residuals, mode, modes=4, radius=3.0)
    assert value == pytest.approx(std / modes.truncated_std(3, 2), rel=0.02)
    assert value < 0.75


def test_wide_modes_are_compressed_below_the_std_of_the_disc():
    residuals, mode = gaussian_residuals(30.0, 2, n=1_000_000)
    assert 1.4 < modes.in_mode_std(residuals, mode, modes=4, radius=3.0) < 1.65


def test_modes_that_are_points_off_their_centre_have_an_in_mode_std_of_0():
    mode = np.arange(12) % 3
    centres = np.array([[1.0, 0.5], [0.0, 2.0], [-1.0, 0.1]])
    assert modes.in_mode_std(centres[mode], mode, modes=3, radius=3.0) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("mode", [[], [0], [0, 1, 2]])
def test_the_in_mode_std_needs_two_samples_in_some_mode(mode):
    residuals = np.zeros((len(mode), 2))
    assert math.isnan(modes.in_mode_std(residuals, np.array(mode, int), modes=3, radius=3.0))


def test_the_in_mode_std_is_the_pooled_deviation_of_each_mode_from_its_mean():
    residuals, mode = RNG(0).normal(size=(30, 2)), RNG(1).integers(3, size=30)
    pooled = sum(np.square(residuals[mode == k] - residuals[mode == k].mean(0)).sum() for k in range(3)) / (
        2 * 27
    )
    value = modes.in_mode_std(residuals, mode, modes=3, radius=3.0)
    assert value == pytest.approx(math.sqrt(pooled) / modes.truncated_std(3, 2))


@pytest.mark.parametrize("dim", [1, 2, 5])
def test_the_std_of_a_cut_gaussian_agrees_with_draws_and_tends_to_1(dim):
    x = RNG(0).standard_normal((200_000, dim))
    inside = x[np.linalg.norm(x, axis=1) < 2]
    assert modes.truncated_std(2, dim) == pytest.approx(inside[:, 0].std(), rel=0.02)
    assert modes.truncated_std(100, dim) == pytest.approx(1)


def test_the_std_of_a_gaussian_cut_at_3_in_the_plane_is_in_closed_form():
    tail = math.exp(-9 / 2)
    assert modes.truncated_std(3, 2) ** 2 == pytest.approx((1 - tail * (1 + 9 / 2)) / (1 - tail))
