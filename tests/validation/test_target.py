"""Fresh draws of the true law, and the distance to them."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.data import DigitsOptions, DiracOptions, RingOptions
from ganbench.data.dirac import dirac
from ganbench.data.images import digits
from ganbench.data.mixtures import gaussian_mixture, ring
from ganbench.validation.target import FRESH, Target

RING = ring(RingOptions(name="ring", radius=2.0, std=0.05))
FEW = ring(RingOptions(name="ring", radius=2.0, std=0.05, points=10))


def test_real_draws_are_of_the_law_also_where_a_run_has_a_few_points():
    few, law = Target(FEW, 3), Target(RING, 3)
    np.testing.assert_array_equal(few.fresh(50), law.fresh(50))
    np.testing.assert_array_equal(few.learnable(50), law.learnable(50))
    assert len(np.unique(few.learnable(50), axis=0)) == 50


def test_draws_depend_on_seed_and_name_alone():
    target = Target(RING, 3)
    np.testing.assert_array_equal(target.fresh(9, "a"), Target(RING, 3).fresh(9, "a"))
    assert not np.array_equal(target.fresh(9, "a"), target.fresh(9, "b"))
    assert not np.array_equal(target.fresh(9, "a"), Target(RING, 4).fresh(9, "a"))


def test_a_probe_learns_images_that_it_is_not_judged_on():
    data = digits(DigitsOptions(name="digits"))
    target = Target(data, 0)
    known = {row.tobytes() for row in data.labelled[1].x}
    assert not known & {row.tobytes() for row in target.learnable(1000)}
    assert {row.tobytes() for row in target.fresh(297)} == known


def test_the_distance_of_the_law_to_itself_is_small():
    assert Target(RING, 0).distance(RING.held_out(np.random.default_rng(7), FRESH).x) < 0.04


@pytest.mark.parametrize("shift", [1.0, 5.0])
def test_a_shift_is_two_over_pi_of_its_length_in_the_plane(shift):
    law = gaussian_mixture([[0.0, 0.0]], 1.0)
    x = law.held_out(np.random.default_rng(1), FRESH).x + np.array([shift, 0])
    # 32 random directions stand for all: 2/pi within some per cent.
    assert Target(law, 0).distance(x) == pytest.approx(2 / np.pi * shift, rel=0.12)


def test_the_distance_has_no_unit():
    small, large = gaussian_mixture([[0.0, 0.0]], 1.0), gaussian_mixture([[0.0, 0.0]], 1000.0)
    x = small.held_out(np.random.default_rng(1), FRESH).x + 1
    assert Target(small, 0).distance(x) == pytest.approx(Target(large, 0).distance(1000 * x))


def test_more_samples_than_it_takes_change_nothing():
    x = RING.held_out(np.random.default_rng(1), FRESH + 10).x
    assert Target(RING, 0).distance(x) == Target(RING, 0).distance(x[:FRESH])


def test_a_point_mass_has_no_scale_and_no_modes():
    target = Target(dirac(DiracOptions(name="dirac")), 0)
    assert target.is_point
    assert (target.scale, target.modes) == (1.0, None)
    assert target.distance(np.full((FRESH, 1), -0.3)) == pytest.approx(0.3)


def test_the_distance_of_samples_that_are_not_finite_is_not_a_number():
    assert np.isnan(Target(RING, 0).distance(np.full((FRESH, 2), np.nan)))
