"""Mixtures of Gaussians: geometry, sampler, density and modes against closed forms and scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate
from scipy.special import logsumexp
from scipy.stats import chi2, kstest, multivariate_normal

from ganbench.data.mixtures import default_radius, gaussian_mixture

RNG = np.random.default_rng


def test_the_ring_has_its_means_at_equal_angles_and_the_radius(build):
    means = build("ring", modes=6, radius=2.0).means
    np.testing.assert_allclose(np.hypot(*means.T), 2)
    np.testing.assert_allclose(np.linalg.norm(means - np.roll(means, 1, axis=0), axis=1), 2)


def test_the_ring_of_pacgan_is_the_default(build):
    ring = build("ring")
    np.testing.assert_allclose(ring.means[[0, 2]], [[1, 0], [0, 1]], atol=1e-15)
    assert ring.means.shape == (8, 2)
    assert np.unique(ring.std) == [0.01]


def test_the_grid_of_veegan_is_the_default(build):
    means = build("grid").means
    assert {tuple(mean) for mean in means} == {(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)}
    assert np.unique(build("grid").std) == [0.05]


def test_the_scale_of_the_grid_multiplies_means_and_std(build):
    grid, small = build("grid"), build("grid", scale=0.25)
    np.testing.assert_allclose(small.means, grid.means / 4)
    np.testing.assert_allclose(small.std, grid.std / 4)


def test_the_line_is_centred_and_equally_spaced(build):
    means = build("line", modes=4, spacing=0.5).means
    np.testing.assert_allclose(means, [[-0.75, 0], [-0.25, 0], [0.25, 0], [0.75, 0]])


def test_the_spiral_winds_outwards_with_neighbours_far_apart(build):
    spiral = build("spiral", modes=20, turns=2, radius=2)
    radius = np.hypot(*spiral.means.T)
    assert (np.diff(radius) > 0).all()
    assert radius[-1] == pytest.approx(2)
    gaps = np.linalg.norm(spiral.means[:, None] - spiral.means, axis=-1)[np.triu_indices(20, 1)]
    assert gaps.min() > 6 * spiral.std.max()


def test_the_mixture_of_veegan_has_ten_modes_each_wide_in_700_of_1200_coordinates(build):
    law = build("veegan-1200")
    assert law.means.shape == (10, 1200)
    np.testing.assert_array_equal((law.std == 0.1).sum(axis=1), 700)
    np.testing.assert_array_equal((law.std == 0.01).sum(axis=1), 500)
    x, label = law.held_out(RNG(0), 200)
    np.testing.assert_array_equal(law.assign(x)[0], label)


def test_explicit_means_take_one_std_or_one_for_each(build):
    assert np.unique(build("mixture", means=[[0, 0], [1, 1]], std=0.3).std) == [0.3]
    np.testing.assert_array_equal(
        build("mixture", means=[[0, 0], [1, 1]], std=[0.3, 0.4]).std[:, 1], [0.3, 0.4]
    )


def test_built_laws_are_shared_and_therefore_read_only(build):
    ring = build("ring")
    assert ring is build("ring")
    assert not any(array.flags.writeable for array in (ring.means, ring.std, ring.weights))


def test_equal_weights_draw_every_mode_alike(build):
    counts = np.bincount(build("grid").held_out(RNG(0), 25_000).label, minlength=25)
    statistic = ((counts - 1000) ** 2 / 1000).sum()
    assert chi2.sf(statistic, 24) > 1e-3


def test_unequal_weights_are_relative_and_drawn_as_said(build):
    line = build("line", modes=3, weights=[1, 2, 7])
    np.testing.assert_allclose(line.weights, [0.1, 0.2, 0.7])
    counts = np.bincount(line.held_out(RNG(0), 20_000).label, minlength=3)
    expected = 20_000 * line.weights
    assert chi2.sf(((counts - expected) ** 2 / expected).sum(), 2) > 1e-3


def test_residuals_of_the_exact_law_are_standard_normal(build):
    law = build("mixture", means=[[0, 3], [40, 0]], std=[0.5, 3.0])
    x, label = law.held_out(RNG(1), 5_000)
    assert kstest(law.residuals(x, label).ravel(), "norm").pvalue > 1e-3


@pytest.mark.parametrize("name", ["ring", "grid", "spiral"])
def test_the_high_quality_share_of_the_exact_law_is_its_ceiling(build, name):
    law = build(name)
    assert law.radius == 3
    assert law.ceiling == pytest.approx(1 - math.exp(-9 / 2), abs=1e-12)
    share = (law.assign(law.held_out(RNG(0), 40_000).x)[1] < 3).mean()
    assert share == pytest.approx(law.ceiling, abs=4 * math.sqrt(0.989 * 0.011 / 40_000))


def test_the_ceiling_in_d_dimensions_is_the_chi_squared_law():
    law = gaussian_mixture(np.zeros((1, 5)), 1.0, radius=2.5)
    assert law.ceiling == pytest.approx(chi2.cdf(6.25, 5))
    share = (law.assign(law.held_out(RNG(0), 40_000).x)[1] < 2.5).mean()
    assert share == pytest.approx(law.ceiling, abs=0.01)


def test_the_radius_is_3_up_to_the_plane_and_keeps_its_ceiling_above():
    assert (default_radius(1), default_radius(2)) == (3, 3)
    for dim in (3, 64, 1200):
        assert chi2.cdf(default_radius(dim) ** 2, dim) == pytest.approx(1 - math.exp(-9 / 2))


def test_no_sample_of_a_1200_dimensional_gaussian_lies_within_ten_std():
    assert chi2.cdf(100, 700) < 1e-100


def test_the_nearest_mode_is_that_of_the_mahalanobis_distance():
    law = gaussian_mixture([[0.0], [10.0]], [[1.0], [0.1]])
    mode, distance = law.assign(np.array([[8.0], [9.9], [0.0]]))
    np.testing.assert_array_equal(mode, [0, 1, 0])
    np.testing.assert_allclose(distance, [8, 1, 0])


def test_assignment_agrees_with_the_naive_distances(build):
    for law in (build("grid"), build("veegan-1200")):
        x = RNG(0).normal(scale=3, size=(40, law.shape[0]))
        naive = np.stack(
            [np.linalg.norm((x - m) / s, axis=1) for m, s in zip(law.means, law.std, strict=True)]
        )
        mode, distance = law.assign(x)
        np.testing.assert_array_equal(mode, naive.argmin(axis=0))
        np.testing.assert_allclose(distance, naive.min(axis=0), rtol=1e-12)


def test_distances_are_exact_for_narrow_modes_far_from_the_origin():
    law = gaussian_mixture([[1e6, 1e6], [1e6 + 1, 1e6]], 1e-3)
    mode, distance = law.assign(np.array([[1e6 + 1, 1e6 + 2e-3]]))
    assert mode == [1]
    np.testing.assert_allclose(distance, 2, rtol=1e-6)


@pytest.mark.parametrize("weights", [None, [1, 2, 3, 4, 5, 6, 7, 8]])
def test_the_density_agrees_with_scipy(build, weights):
    law = build("ring", std=0.2, weights=weights)
    x = RNG(0).normal(scale=1.5, size=(60, 2))
    parts = [multivariate_normal(m, 0.04).logpdf(x) for m in law.means]
    np.testing.assert_allclose(
        law.log_density(x), logsumexp(np.transpose(parts), b=law.weights, axis=1), rtol=1e-10
    )


def test_the_density_agrees_with_scipy_for_diagonal_covariances():
    std = np.array([[0.1, 2.0, 1.0], [1.0, 0.5, 0.3]])
    law = gaussian_mixture([[0, 0, 0], [1, 2, 3]], std, weights=[3, 1])
    x = RNG(0).normal(size=(30, 3))
    parts = [multivariate_normal(m, np.diag(s**2)).logpdf(x) for m, s in zip(law.means, std, strict=True)]
    np.testing.assert_allclose(
        law.log_density(x), logsumexp(np.transpose(parts), b=[0.75, 0.25], axis=1), rtol=1e-10
    )


def test_the_density_integrates_to_1(build):
    law = build("line", modes=3, spacing=1.0, std=0.3, weights=[1, 2, 3])
    node = np.linspace(-4, 4, 401)
    grid = np.stack(np.meshgrid(node, node, indexing="ij"), axis=-1).reshape(-1, 2)
    density = np.exp(law.log_density(grid)).reshape(401, 401)
    assert integrate.simpson(integrate.simpson(density, x=node), x=node) == pytest.approx(1, abs=1e-9)


def test_the_density_far_away_is_finite_and_that_of_the_nearest_mode():
    law = gaussian_mixture([[0.0], [1.0]], 0.01)
    assert law.log_density(np.array([[1e6]]))[0] == pytest.approx(-0.5 * ((1e6 - 1) / 0.01) ** 2, rel=1e-9)


coordinates = st.floats(-100, 100)


@given(
    st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=6, unique=True),
    st.floats(0.01, 5),
    st.tuples(coordinates, coordinates),
)
def test_moving_the_law_moves_its_density_and_keeps_distances(means, std, shift):
    law = gaussian_mixture(means, std)
    moved = gaussian_mixture(np.add(means, shift), std)
    x = law.held_out(RNG(0), 20).x
    np.testing.assert_allclose(moved.log_density(x + shift), law.log_density(x), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(moved.assign(x + shift)[1], law.assign(x)[1], rtol=1e-6, atol=1e-6)


@given(st.lists(st.floats(0.01, 10), min_size=1, max_size=8), st.integers(0, 2**32))
def test_a_sampled_mode_always_exists(weights, seed):
    law = gaussian_mixture(np.arange(len(weights))[:, None] * 10.0, 0.1, weights=weights)
    label = law.held_out(RNG(seed), 100).label
    assert 0 <= label.min() <= label.max() < len(weights)
