"""Faults of weights, in what the networks say."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ganbench.errors import UsageError
from ganbench.train.faults import switch_on
from tests.train.faulty.scene import started
from tests.train.settings import dirac, train


def test_dead_units_say_the_same_of_everything():
    training = started()
    switch_on(training, "dead-units", 100.0, replicas=[0])
    x = torch.from_numpy(np.random.default_rng(5).standard_normal((50, 2)))
    spread = [float(training.discriminator(r)(x).detach().std()) for r in (0, 1)]
    assert spread[0] == 0
    assert spread[1] > 0


def test_the_dirac_gan_has_no_hidden_layer():
    with pytest.raises(UsageError, match="no hidden layer"):
        switch_on(train(dirac(), steps=0), "dead-units", 1)


@pytest.mark.parametrize("dose", [0.0, 10.0])
def test_a_gain_multiplies_what_a_network_says(dose):
    plain, faulted = started(), started()
    switch_on(faulted, "discriminator-gain", dose)
    switch_on(faulted, "generator-gain", dose)
    x = torch.from_numpy(np.random.default_rng(6).standard_normal((50, 2)))
    said = [t.discriminator(0)(x) for t in (plain, faulted)]
    torch.testing.assert_close(said[1], dose * said[0])
    np.testing.assert_allclose(faulted.generate(20), dose * plain.generate(20), atol=1e-12)


def test_weights_that_are_no_number_end_a_run():
    training = started()
    switch_on(training, "nan-weights", 1, replicas=[2])
    training.advance(8)
    assert training.diverged_at() == [None, None, 4]
