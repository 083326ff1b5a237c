"""The point mass of the Dirac-GAN."""

from __future__ import annotations

import numpy as np


def test_every_sample_is_the_origin(build):
    law = build("dirac", dim=3)
    assert law.shape == (3,)
    np.testing.assert_array_equal(law.train(np.random.default_rng(0), 4).x, np.zeros((4, 3)))
    np.testing.assert_array_equal(law.held_out(np.random.default_rng(0), 4).x, np.zeros((4, 3)))


def test_the_dirac_gan_lives_on_a_line_and_is_judged_by_its_distance(build):
    law = build("dirac")
    assert law.shape == (1,)
    assert law.default_metrics == ("distance",)
    assert law.law is law.labelled is law.label_count is None
