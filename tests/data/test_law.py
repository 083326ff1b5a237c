"""Fresh draws and fixed training sets."""

from __future__ import annotations

import numpy as np


def test_without_points_training_samples_are_fresh_draws_of_the_law(build):
    ring = build("ring")
    fresh, held_out = (draw(np.random.default_rng(5), 100).x for draw in (ring.train, ring.held_out))
    np.testing.assert_array_equal(fresh, held_out)


def test_a_fixed_training_set_holds_only_its_points_with_their_labels(build):
    ring = build("ring", points=50)
    x, label = ring.train(np.random.default_rng(0), 5_000)
    points = {
        (*point, mode)
        for point, mode in zip(ring.training_set.x.tolist(), ring.training_set.label, strict=True)
    }
    drawn = {(*point, mode) for point, mode in zip(x.tolist(), label, strict=True)}
    assert len(points) == 50
    assert drawn == points


def test_held_out_samples_of_a_fixed_training_set_are_fresh(build):
    ring = build("ring", points=50)
    held_out = ring.held_out(np.random.default_rng(0), 500).x
    assert len(np.unique(held_out, axis=0)) == 500
    assert not np.isin(held_out[:, 0], ring.training_set.x[:, 0]).any()


def test_every_run_of_a_cell_sees_the_same_set_in_its_own_order(build):
    ring = build("ring", points=50)
    one, other = (ring.train(np.random.default_rng(seed), 50).x for seed in (1, 2))
    assert not np.array_equal(one, other)
    assert np.isin(one, ring.training_set.x).all()
    assert np.isin(other, ring.training_set.x).all()


def test_the_set_depends_on_its_own_seed_and_size_alone(build):
    first = build("ring", points=50).training_set.x
    assert not np.array_equal(first, build("ring", points=50, points_seed=1).training_set.x)
    assert first is build("ring", points=50).training_set.x


def test_a_set_is_shared_and_therefore_read_only(build):
    assert not build("moons", points=10).training_set.x.flags.writeable
