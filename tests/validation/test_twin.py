"""Copies of a game do what it would have done, and leave it alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from ganbench.train import faults
from ganbench.train.state import game_of
from ganbench.validation.twin import path, recent_reals, saturated, twin
from tests.train.settings import MLP, dirac, setting, train

FORMS = {
    "plain": {},
    "adam with r1": {"penalties": ["r1"]},
    "wasserstein with a gradient penalty": {"loss": "wasserstein", "penalties": ["wgan-gp"]},
    "batch norm": {"generator": MLP | {"norm": "batch"}},
    "spectral norm": {"discriminator": MLP | {"norm": "spectral"}},
    "dropout": {"discriminator": MLP | {"dropout": 0.3}},
    "two and three steps": {"schedule": {"d_steps": 2, "g_steps": 3}, "steps": 201},
    "extragradient": {"schedule": {"order": "extragradient"}},
    "a moving average": {"ema": {"decay": 0.9}},
    "a trick with a memory": {"tricks": ["lookahead"]},
}


def same(one, other):
    assert one.keys() == other.keys()
    return all(torch.equal(one[name], other[name]) for name in one)


def shown(game):
    return game.generator.stack.flat.clone()


@pytest.mark.parametrize("changes", FORMS.values(), ids=FORMS)
def test_a_twin_takes_the_steps_that_training_takes_bit_for_bit(changes):
    training = train(setting(**changes), setting(**changes), steps=60)
    before = game_of(training)
    copied = twin(training)
    copied.advance(9)
    assert same(before, game_of(training))
    training.advance(60 + 9 * training.loop.schedule.g_steps)
    for one, other in (
        (copied.game.generator, training.game.generator),
        (copied.game.discriminator, training.game.discriminator),
    ):
        assert torch.equal(one.stack.flat, other.stack.flat)
        assert same(one.stack.buffers, other.stack.buffers)
        assert same(one.state, other.state)


@pytest.mark.parametrize(
    ("fault", "dose"), [("pool", 16), ("generator-rate", 3), ("codes", 4), ("modes", 2), ("saturating", 1)]
)
def test_a_twin_has_the_faults_of_its_original(fault, dose):
    training = train(setting(), setting(), steps=20)
    faults.switch_on(training, fault, dose)
    copied = twin(training)
    copied.advance(10)
    training.advance(30)
    assert torch.equal(copied.game.generator.stack.flat, training.game.generator.stack.flat)
    assert torch.equal(copied.game.discriminator.stack.flat, training.game.discriminator.stack.flat)


def test_a_path_shows_every_step():
    training = train(setting(), setting(), steps=10)
    steps = path(twin(training), shown, iterations=4)
    for step, seen in enumerate(steps, 11):
        training.advance(step)
        assert torch.equal(seen, training.game.generator.stack.flat)


def test_recent_reals_are_those_of_the_last_steps_of_d():
    training = train(setting(schedule={"d_steps": 2}), setting(schedule={"d_steps": 2}), steps=70)
    tape = twin(training).game.tapes.real
    found = recent_reals(twin(training), 30)
    expected = torch.cat([tape.at(step).clone() for step in range(136, 140)], dim=1)
    assert torch.equal(found, expected)


def test_before_the_first_step_they_are_those_of_the_first():
    training = train(setting(), setting(), steps=0)
    assert torch.equal(recent_reals(twin(training), 8), twin(training).game.tapes.real.at(0))


def confident(loss):
    """The Dirac-GAN with G at -3 where D gives its samples the logit -30, G by this loss."""
    pair = {"discriminator": "minimax", "generator": loss}
    training = train(dirac(loss=pair), dirac(loss=pair), steps=0)
    training.game.generator.stack.flat.fill_(-3)
    training.game.discriminator.stack.flat.fill_(-10)
    return training


def test_a_saturated_loss_hardly_moves_g_and_the_other_does():
    own, other = saturated(confident("minimax"), shown)
    # Slope sigmoid(-30) against 1: D's slope 10 times the rate .2, until the logit is no longer -30.
    assert own.max() < 1e-8
    assert other.min() > 2


def test_a_loss_that_does_not_saturate_moves_g_as_far_as_itself():
    own, other = saturated(confident("non-saturating"), shown)
    assert torch.equal(own, other)


def test_a_g_that_has_no_rate_moves_under_neither_loss():
    training = confident("minimax")
    training.game.generator.hyper["lr"].zero_()
    own, other = saturated(training, shown)
    assert own.tolist() == other.tolist() == [0, 0]


def test_the_counterfactual_leaves_training_alone():
    training = train(setting(), setting(), steps=10)
    before, loss = game_of(training), training.game.loss
    saturated(training, shown)
    assert same(before, game_of(training))
    assert training.game.loss is loss
    assert replace(loss) == loss
