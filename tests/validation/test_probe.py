"""Fresh discriminators find what there is to find, and no more."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from ganbench.validation.probe import probe


def told(real, fake, seed=0):
    """Of samples [R, n, d], half to learn from and half to be judged on."""
    half = real.shape[1] // 2
    return probe(
        real[:, :half],
        fake[:, :half],
        real_test=real[:, half:],
        fake_test=fake[:, half:],
        rng=np.random.default_rng(seed),
    )


def gaussians(shifts, *, count=6000):
    """Real samples N(0, I) and fakes N((shift, 0), I), [R, n, 2] each."""
    rng = np.random.default_rng(1)
    real, fake = (rng.standard_normal((len(shifts), count, 2)) for _ in range(2))
    return real, fake + np.array([[[shift, 0.0]] for shift in shifts])


@pytest.fixture(scope="module")
def shifted():
    return told(*gaussians([0.0, 0.5, 1.5, 8.0]))


def test_shifted_gaussians_are_told_apart_as_far_as_they_can_be(shifted):
    best = norm.cdf(np.array([0.0, 0.5, 1.5, 8.0]) / np.sqrt(2))
    assert shifted.area == pytest.approx(best, abs=0.03)


def test_the_logits_spread_as_the_samples_differ(shifted):
    # Of the best D they are shift x + const: deviation about the shift.
    assert shifted.spread[0] < 0.4
    assert shifted.spread[1] == pytest.approx(0.5, rel=0.4)
    assert (np.diff(shifted.spread) > 0).all()


def test_what_is_told_of_a_run_does_not_depend_on_its_neighbours(shifted):
    real, fake = gaussians([0.0, 0.5, 1.5, 8.0])
    pair = told(real[1:3], fake[1:3])
    assert pair.area == pytest.approx(shifted.area[1:3], abs=1e-6)


def test_a_nonlinear_difference_is_found():
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, 2 * np.pi, (1, 6000))
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    assert told(ring, 0.5 * ring).area[0] > 0.98


def test_samples_far_away_and_samples_that_are_none(shifted):
    real, fake = gaussians([0.0, 0.0, 0.5])
    fake[0], fake[1] = 1e30, np.nan
    found = told(real, fake)
    assert found.area[0] == 1
    assert np.isnan(found.area[1])
    assert np.isfinite(found.area[2])
