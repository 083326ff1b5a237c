"""The value function at its known points, D* and the density estimate behind it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import digamma, expit, polygamma

from ganbench.metrics import density

RNG = np.random.default_rng


def test_a_blind_discriminator_has_a_value_of_minus_ln_4():
    assert density.value_function(np.zeros(5), np.zeros(7)) == pytest.approx(-math.log(4))


def test_a_discriminator_that_separates_has_a_value_of_0_without_overflow():
    assert density.value_function(np.full(3, 1e4), np.full(3, -1e4)) == 0


def test_a_discriminator_that_is_wrong_and_sure_has_the_value_of_its_logits():
    assert density.value_function(np.full(3, -1e4), np.full(3, 1e4)) == -2e4


@given(
    st.lists(st.floats(-30, 30), min_size=1, max_size=9), st.lists(st.floats(-30, 30), min_size=1, max_size=9)
)
def test_the_value_is_that_of_its_definition(real, fake):
    expected = np.mean(np.log(expit(real))) + np.mean(np.log(expit(-np.array(fake))))
    assert density.value_function(np.array(real), np.array(fake)) == pytest.approx(expected, rel=1e-9)


def test_the_value_of_the_optimal_discriminator_of_one_mode_in_eight_is_the_known_one():
    # D* = m/(m + K) on the covered mode and 1 elsewhere, m = 1, K = 8 (V* = -.392).
    logit = math.log(1 / 8)
    real = np.array([logit] + [50.0] * 7)
    assert density.value_function(real, np.array([logit])) == pytest.approx(-0.392, abs=1e-3)


@pytest.mark.parametrize("x", [-800.0, -3.0, 0.0, 3.0, 800.0])
def test_sigmoid_and_softplus_agree_with_their_formulas_and_do_not_overflow(x):
    assert density.sigmoid(np.array(x)) == pytest.approx(expit(x), rel=1e-12, abs=0)
    assert density.softplus(np.array(x)) == pytest.approx(max(x, 0) + math.log1p(math.exp(-abs(x))))


def test_the_optimal_discriminator_has_no_error_and_a_blind_one_half_on_disjoint_laws():
    log_data, log_model = np.array([0.0, -900.0, 2.0]), np.array([-900.0, 0.0, 2.0])
    known = {"log_data": log_data, "log_model": log_model}
    assert density.discriminator_error(log_data - log_model, **known) == pytest.approx(0)
    assert density.discriminator_error(np.zeros(3), **known) == pytest.approx(1 / 3)


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(-5, 5))
def test_the_error_is_the_difference_of_the_two_probabilities(logit, log_data, log_model):
    optimal = math.exp(log_data) / (math.exp(log_data) + math.exp(log_model))
    error = density.discriminator_error(
        np.array([logit]), log_data=np.array([log_data]), log_model=np.array([log_model])
    )
    assert error == pytest.approx(abs(expit(logit) - optimal), abs=1e-12)


@pytest.mark.parametrize("dim", [1, 2])
def test_the_density_estimate_is_unbiased_in_the_logarithm_with_the_spread_of_its_neighbours(dim):
    inside = 0.3 + 0.4 * RNG(0).random((200, dim))
    estimates = np.array(
        [
            density.log_density_by_neighbours(inside, RNG(seed).random((1000, dim)), neighbours=20)
            for seed in range(1, 41)
        ]
    )
    assert estimates.mean() == pytest.approx(0, abs=0.02)
    assert estimates.std() == pytest.approx(math.sqrt(polygamma(1, 20)), rel=0.1)


def test_the_density_estimate_has_the_closed_form_of_its_definition():
    sample = np.array([[1.0, 0.0], [0.0, 2.0], [9.0, 9.0]])
    estimate = density.log_density_by_neighbours(np.zeros((1, 2)), sample, neighbours=2)
    assert estimate[0] == pytest.approx(digamma(2) - math.log(3) - math.log(math.pi * 2**2))


def test_the_density_estimate_follows_the_scale_of_the_data():
    at, sample = RNG(0).normal(size=(10, 2)), RNG(1).normal(size=(300, 2))
    wide = density.log_density_by_neighbours(1e-3 * at, 1e-3 * sample, neighbours=10)
    narrow = density.log_density_by_neighbours(at, sample, neighbours=10)
    np.testing.assert_allclose(wide, narrow + 2 * math.log(1e3))


def test_a_collapse_onto_the_very_point_has_infinite_density_there():
    estimate = density.log_density_by_neighbours(
        np.array([[0.0, 0.0], [1.0, 0.0]]), np.zeros((50, 2)), neighbours=10
    )
    assert estimate[0] == math.inf
    assert math.isfinite(estimate[1])
