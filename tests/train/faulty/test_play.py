"""Faults of who moves, how far and how often: each does what its sentence says on the next step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from ganbench.train.faults import faulty, switch_on
from ganbench.train.faulty.play import ALONE
from ganbench.train.training import Training
from tests.train.faulty.scene import PLAIN, SGD, moves, started, weights
from tests.train.settings import dirac, setting, train


@pytest.mark.parametrize(
    ("name", "players"), [("generator-rate", "g"), ("discriminator-rate", "d"), ("rates", "gd")]
)
def test_a_rate_multiplies_the_move_of_its_player(name, players):
    for letter in "gd":
        plain, faulted = (
            started(schedule={"order": "simultaneous"}, optimizers=PLAIN, penalties=[]) for _ in "ab"
        )
        switch_on(faulted, name, 3.0)
        expected = moves(plain, letter) * (3.0 if letter in players else 1.0)
        torch.testing.assert_close(moves(faulted, letter), expected, rtol=1e-12, atol=1e-15)


def test_a_rate_of_0_leaves_a_player_where_it_is():
    training = started()
    switch_on(training, "generator-rate", 0.0)
    assert not moves(training, "g").any()
    assert moves(training, "d").any()


def test_momentum_is_that_of_the_dose():
    """b <- m b + g, w <- w - lr b: the second move of constant gradients is 1 + m times the first."""
    bilinear = dirac(loss="wasserstein", schedule={"order": "simultaneous"})
    training = train(bilinear, steps=1)
    theta, psi = (stack.flat.clone() for stack in _stacks(training))
    switch_on(training, "momentum", 0.5)
    # L_G = -l(theta) = psi theta, L_D = l(theta) - l(0) = -psi theta; the first step was from (1, 1).
    moved = moves(training, "g")
    torch.testing.assert_close(moved, -0.2 * (0.5 * torch.ones_like(psi) + psi))
    assert float(theta[0, 0]) == pytest.approx(0.8)


def _stacks(training: Training) -> tuple[Any, Any]:
    return training.game.generator.stack, training.game.discriminator.stack


def test_the_weight_of_a_penalty_multiplies_its_gradient():
    """R1 of the Dirac-GAN is gamma/2 psi^2: without a loss of its own at theta = 0, D moves by -lr gamma psi."""
    one = dirac(
        loss="wasserstein",
        penalties=[{"name": "r1", "gamma": 0.3}],
        generator={"name": "dirac-generator", "start": 0.0},
        schedule={"order": "simultaneous"},
    )
    training = train(one, steps=0)
    switch_on(training, "penalty-weight", 4.0)
    moved = moves(training, "d")
    torch.testing.assert_close(moved, torch.full_like(moved, -0.2 * 4.0 * 0.3))


def test_the_bound_of_clipping_is_multiplied():
    training = started(optimizers=PLAIN | {"discriminator": {"name": "sgd", "lr": 50.0}})
    switch_on(training, "clip-bound", 0.1)
    training.loop.advance(1)
    assert float(training.game.discriminator.stack.flat.abs().max()) == pytest.approx(0.05)


def test_d_takes_as_many_steps_as_the_dose_says():
    training = started()
    before = training.game.discriminator.state["steps"].clone()
    switch_on(training, "discriminator-steps", 6)
    training.loop.advance(2)
    assert ((training.game.discriminator.state["steps"] - before) == 12).all()
    assert training.step == 6


def test_generator_steps_are_in_the_content():
    content = setting().content()
    changed = faulty(content, "generator-steps", 5)
    assert changed["schedule"]["g_steps"] == 5
    assert content["schedule"]["g_steps"] == 1
    assert faulty(content, "spike", 5) == content


def test_a_head_start_moves_d_alone():
    plain, training = started(), started()
    g = training.game.generator.stack.flat.clone()
    switch_on(training, "head-start", 40)
    assert torch.equal(training.game.generator.stack.flat, g)
    assert (training.game.discriminator.state["steps"] == 44).all()
    assert training.step == plain.step
    assert training.game.alive.all()


def test_a_replica_that_left_stays_away_through_a_head_start():
    training = started()
    training.game.alive[0] = False
    before = weights(training)[0]
    switch_on(training, "head-start", 3, replicas=[0, 1])
    assert training.game.alive.tolist() == [False, True, True]
    assert torch.equal(weights(training)[0], before)


def test_a_displaced_generator_is_so_many_deviations_off_and_d_knows_it():
    training = started(
        optimizers={"generator": SGD, "discriminator": {"name": "adam", "lr": 1e-3}}, penalties=[]
    )
    before = training.generate(2000)
    switch_on(training, "displacement", 3.0)
    spread = np.sqrt((1 + 2 * 0.05**2) / 2)  # of a ring of radius 1: cos^2 and the noise
    moved = training.generate(2000) - before
    np.testing.assert_allclose(moved, 3.0 * spread, rtol=0.03)
    assert (training.game.discriminator.state["steps"] == 4 + ALONE).all()
