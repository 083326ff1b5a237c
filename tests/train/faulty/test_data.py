"""Faults of what the networks are shown: pools, modes, widths, codes."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.errors import UsageError
from ganbench.train.faults import switch_on
from tests.train.faulty.scene import sampled, started
from tests.train.settings import dirac, train


def test_data_without_labels_have_no_first_labels():
    with pytest.raises(UsageError, match="no labels"):
        switch_on(train(dirac(), steps=0), "modes", 1)


def test_labels_that_nobody_has_are_refused():
    with pytest.raises(UsageError, match="below 0"):
        switch_on(started(0), "modes", 0)


def test_a_pool_has_so_many_samples_and_audits_see_it():
    training = started(batch=64)
    switch_on(training, "pool", 16)
    for r in range(3):
        seen = {tuple(x) for step in range(5, 9) for x in sampled(training, step)[r].tolist()}
        assert len(seen) == 16
        audited = {tuple(x) for x in training.shown[r].train(np.random.default_rng(1), 500).x.tolist()}
        assert audited == seen
        assert len({tuple(x) for x in training.shown[r].held_out(np.random.default_rng(1), 500).x}) == 500


def test_pools_are_the_seeds_own():
    training = started(batch=64)
    switch_on(training, "pool", 4)
    first, second = (training.shown[r].train(np.random.default_rng(1), 50).x for r in (0, 1))
    assert not np.isin(first, second).any()


def test_real_samples_are_of_the_first_modes():
    training = started(batch=64)
    switch_on(training, "modes", 3)
    law = training.datasets[0].law
    assert law is not None
    for r in range(3):
        mode, _ = law.assign(sampled(training, 9)[r].numpy())
        assert set(mode) == {0, 1, 2}
    drawn = training.shown[0].train(np.random.default_rng(2), 1000)
    assert len(drawn.x) == 1000
    np.testing.assert_allclose(np.bincount(drawn.label) / 1000, 1 / 3, atol=0.06)


def test_narrowed_samples_have_the_spread_of_the_dose():
    training = started(batch=64)
    switch_on(training, "narrow", 0.25)
    drawn = training.shown[0].train(np.random.default_rng(3), 8000)
    law = training.datasets[0].law
    assert law is not None
    mode, distance = law.assign(drawn.x)
    assert np.array_equal(mode, drawn.label)
    assert np.sqrt((distance**2).mean() / 2) == pytest.approx(0.25, rel=0.05)


def test_a_generator_of_few_codes_has_as_many_outputs():
    training = started()
    switch_on(training, "codes", 4, replicas=[0, 2])
    made = training.generate(400)
    assert [len(np.unique(one.round(9), axis=0)) for one in made] == [4, 400, 4]
    stack = training.game.generator.stack.copy()
    z = training.place.tensor(np.random.default_rng(0).standard_normal((3, 200, 2)))
    assert len(stack(z, training=False)[0][0].round(decimals=9).unique(dim=0)) == 4
