"""Closed forms against simulation: optimal discriminators over m of K modes, samples of one law."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ganbench.detect.nulls import (
    auc_std,
    collapsed_attenuation,
    collapsed_auc,
    collapsed_value,
    total_variation,
    total_variation_null,
)

SOME = [(1, 8), (2, 8), (6, 8), (8, 8), (3, 25)]


def optimal_logits(m: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    """ln(p_data / p_model) at K modes of the data, and at the m of the model, which has no other."""
    inside = math.log(m / k)
    return np.array([inside] * m + [np.inf] * (k - m)), np.full(m, inside)


@pytest.mark.parametrize(("m", "k"), SOME)
def test_the_auc_of_an_optimal_discriminator_is_one_less_half_of_the_coverage(m: int, k: int) -> None:
    real, fake = optimal_logits(m, k)
    above = (real[:, None] > fake).mean() + (real[:, None] == fake).mean() / 2
    assert collapsed_auc(np.array(m / k)) == pytest.approx(above)


@pytest.mark.parametrize(("m", "k"), SOME)
def test_the_value_function_of_an_optimal_discriminator(m: int, k: int) -> None:
    real, fake = optimal_logits(m, k)
    value = -np.logaddexp(0, -real).mean() - np.logaddexp(0, fake).mean()
    assert collapsed_value(m / k) == pytest.approx(value)


def test_the_value_of_complete_coverage_is_minus_ln_4_and_of_one_mode_of_eight_minus_392() -> None:
    assert collapsed_value(1.0) == pytest.approx(-math.log(4))
    assert collapsed_value(1 / 8) == pytest.approx(-0.392, abs=1e-3)


@pytest.mark.parametrize(("m", "k"), SOME)
def test_the_attenuation_of_minimax_is_m_over_m_plus_k(m: int, k: int) -> None:
    _, fake = optimal_logits(m, k)
    assert collapsed_attenuation(np.array(m / k)) == pytest.approx(1 / (1 + np.exp(-fake[0])))
    assert collapsed_attenuation(np.array(m / k)) == pytest.approx(m / (m + k))


@pytest.mark.parametrize(("n", "m"), [(64, 64), (128, 128), (200, 50)])
def test_the_standard_deviation_of_auc_is_that_of_many_batches(n: int, m: int) -> None:
    rng = np.random.default_rng(0)
    real, fake = rng.standard_normal((4000, n)), rng.standard_normal((4000, m))
    ranks = np.concatenate([real, fake], axis=1).argsort(axis=1).argsort(axis=1)[:, :n].sum(axis=1)
    auc = (ranks - n * (n - 1) / 2) / (n * m)
    assert auc.std() == pytest.approx(auc_std(n, m), rel=0.05)


def test_the_standard_deviation_of_auc_is_that_of_the_trace() -> None:
    assert auc_std(128, 128) == pytest.approx(math.sqrt(257 / (12 * 128**2)))
    assert auc_std(128, 128) == pytest.approx(0.036, abs=1e-3)


@pytest.mark.parametrize("p", [np.full(8, 1 / 8), np.array([0.65, *[0.05] * 7])])
def test_the_total_variation_of_two_samples_of_one_law(p: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    one, other = (rng.multinomial(1000, p, size=4000) for _ in range(2))
    assert total_variation(one, other).mean() == pytest.approx(total_variation_null(p, 1000), rel=0.03)


def test_total_variation_is_0_for_equal_and_1_for_disjoint_histograms_and_nan_for_empty_ones() -> None:
    counts = np.array([[3.0, 1.0, 0.0], [4.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    others = np.array([[6.0, 2.0, 0.0], [0.0, 1.0, 1.0], [1.0, 0.0, 0.0]])
    np.testing.assert_allclose(total_variation(counts, others), [0, 1, np.nan])
