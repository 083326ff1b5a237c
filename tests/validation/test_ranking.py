"""Rank AUC by closed forms and by counting pairs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from ganbench.validation.ranking import area, informative

FEW = arrays(float, st.integers(1, 12), elements=st.integers(-3, 3).map(float))


@given(FEW, FEW)
def test_it_is_the_share_of_pairs_in_order_and_half_of_the_ties(real, fake):
    pairs = np.sign(real[:, None] - fake) / 2 + 0.5
    assert area(real, fake) == pytest.approx(pairs.mean())


@given(FEW, FEW)
def test_it_turns_round_with_the_score_and_with_the_samples(real, fake):
    assert area(fake, real) == pytest.approx(1 - area(real, fake))
    assert area(-real, -fake) == pytest.approx(1 - area(real, fake))
    assert informative(area(fake, real)) == pytest.approx(informative(area(real, fake)))


def test_of_shifted_gaussians_it_is_the_distribution_function_of_the_shift():
    rng = np.random.default_rng(0)
    shift = np.array([[0.0], [0.5], [2.0]])
    found = area(rng.standard_normal((3, 20_000)) + shift, rng.standard_normal((3, 20_000)))
    assert found == pytest.approx(norm.cdf(shift[:, 0] / np.sqrt(2)), abs=0.01)


def test_a_constant_score_tells_nothing():
    assert area(np.zeros(5), np.zeros(9)) == 0.5


def test_a_score_that_is_not_finite_leaves_the_other_rows_alone():
    real, fake = np.array([[1.0, np.nan], [2.0, 3.0]]), np.zeros((2, 3))
    np.testing.assert_array_equal(area(real, fake), [np.nan, 1.0])
