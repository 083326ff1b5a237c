"""The slower look: D on data it has seen and has not seen, and how steep the networks are."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ganbench.train.audit import audit, top_singular_value
from ganbench.train.reference import reference
from tests.train.settings import MLP, setting, train


def test_the_largest_singular_value_is_that_of_numpy():
    training = train(setting(), setting(), steps=3)
    stack = training.game.discriminator.stack
    expected = [
        max(np.linalg.norm(w[r].numpy(), 2) for w in stack.weights.values() if w.dim() > 2) for r in range(2)
    ]
    np.testing.assert_allclose(top_singular_value(stack), expected, rtol=1e-9)


def test_a_weight_that_is_not_finite_makes_it_nan_in_that_replica_alone():
    stack = train(setting(), setting(), steps=1).game.generator.stack
    stack.flat[0, 0] = torch.inf
    values = top_singular_value(stack)
    assert values[0].isnan()
    assert values[1].isfinite()


def test_a_blind_discriminator_has_auc_one_half_on_both():
    training = train(setting(), setting(), steps=1)
    training.game.discriminator.stack.flat.zero_()
    found = audit(training)
    assert found["auc_train"].tolist() == found["auc_held_out"].tolist() == [0.5, 0.5]


def test_a_discriminator_that_knows_its_few_points_by_heart_tells_them_from_new_ones():
    cell = setting(data={"name": "moons", "points": 4}, steps=1)
    training = train(cell, cell, steps=1)
    points = training.datasets[0].train(np.random.default_rng(0), 64).x
    stack = training.game.discriminator.stack
    stack._forward = lambda weights, buffers, x, context: (
        -torch.cdist(x, torch.from_numpy(points)).amin(-1, keepdim=True)
    )
    found = audit(training)
    assert found["auc_train"][0] > found["auc_held_out"][0] + 0.1


def test_looking_moves_nothing_and_gives_the_same_twice():
    cell = setting(discriminator={**MLP, "norm": "batch", "dropout": 0.2})
    training = train(cell, cell, steps=10)
    state = torch.random.get_rng_state()
    flat, buffers = training.game.discriminator.stack.flat.clone(), training.game.discriminator.stack.buffers
    kept = {name: buffer.clone() for name, buffer in buffers.items()}
    first, second = audit(training), audit(training)
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])
    assert torch.equal(training.game.discriminator.stack.flat, flat)
    assert all(torch.equal(kept[name], buffers[name]) for name in kept)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_replica_is_seen_alone_as_beside_others():
    cell = setting()
    beside, alone = (
        audit(train(*[cell] * 3, seeds=[4, 5, 6], steps=20)),
        audit(train(cell, seeds=[5], steps=20)),
    )
    for name in beside:
        np.testing.assert_allclose(beside[name][1], alone[name][0], rtol=1e-9)


def test_reference_moments_are_those_of_the_data():
    ring = train(setting(data={"name": "ring", "radius": 2.0, "std": 0.02}), steps=1).datasets[0]
    found = reference(ring, 256)
    assert found.moments["mean_0"] == pytest.approx(0, abs=0.06)
    assert found.moments["std_0"] == pytest.approx(2 / np.sqrt(2), rel=0.03)
    # Two independent modes of a ring of 8: the mean of 2 r sin(k pi / 8).
    chords = [4 * np.sin(k * np.pi / 8) for k in range(8)]
    assert found.moments["pairwise_distance"] == pytest.approx(np.mean(chords), rel=0.02)
    assert 0 < found.resolution < 0.02
