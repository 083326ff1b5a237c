"""Faults of losses: by value, and by their gradients in the logits."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from ganbench.train.faults import switch_on
from ganbench.train.training import Training
from tests.train.faulty.scene import PLAIN, moves, started


def _gradients(training: Training, scaled: str, dose: float) -> tuple[Tensor, Tensor]:
    """Of D's loss by the logits of real samples and of fakes, with a fault."""
    switch_on(training, scaled, dose)
    return _slopes(training)


def _slopes(training: Training) -> tuple[Tensor, Tensor]:
    real, fake = _logits(training)
    loss = training.game.loss.discriminator(real, fake)
    return torch.autograd.grad(loss.sum(), (real, fake))


def _logits(training: Training) -> tuple[Tensor, Tensor]:
    rng = np.random.default_rng(4)
    real, fake = (
        training.place.tensor(rng.standard_normal((training.game.replicas, 8))).requires_grad_() for _ in "ab"
    )
    return real, fake


@pytest.mark.parametrize(
    "loss", ["non-saturating", "least-squares", "hinge", "wasserstein", "relativistic-pairing"]
)
def test_a_term_of_d_is_multiplied_in_its_gradient_alone(loss):
    of_real, of_fake = _slopes(started(0, loss=loss))
    real, fake = _gradients(started(0, loss=loss), "real-term", 0.25)
    torch.testing.assert_close(real, 0.25 * of_real)
    torch.testing.assert_close(fake, of_fake)
    real, fake = _gradients(started(0, loss=loss), "fake-term", 20.0)
    torch.testing.assert_close(real, of_real)
    torch.testing.assert_close(fake, 20.0 * of_fake)


def test_the_value_of_a_term_stays():
    plain, faulted = started(0), started(0)
    switch_on(faulted, "fake-term", 20.0)
    logits = _logits(plain)
    assert torch.equal(plain.game.loss.discriminator(*logits), faulted.game.loss.discriminator(*logits))


def test_labels_are_swapped_for_d_alone():
    plain, faulted = started(0), started(0)
    switch_on(faulted, "swapped-labels", 1, replicas=[1])
    real, fake = _logits(plain)
    found, swapped = faulted.game.loss.discriminator(real, fake), plain.game.loss.discriminator(fake, real)
    assert torch.equal(found[1], swapped[1])
    assert torch.equal(found[[0, 2]], plain.game.loss.discriminator(real, fake)[[0, 2]])
    assert torch.equal(plain.game.loss.generator(fake, real), faulted.game.loss.generator(fake, real))


def test_a_spike_is_one_iteration_long():
    plain, faulted = (started(optimizers=PLAIN, penalties=[], schedule={"d_steps": 2}) for _ in "ab")
    g = [t.game.generator.stack.flat.clone() for t in (plain, faulted)]
    assert torch.equal(*g)
    switch_on(faulted, "spike", 1000.0)
    first = [moves(t, "d").norm(dim=1) for t in (plain, faulted)]
    assert (first[1] > 100 * first[0]).all()
    real, fake = _logits(plain)
    values = [t.game.loss.discriminator(real, fake) for t in (plain, faulted)]
    assert torch.equal(*values)


def test_d_under_one_optimiser_minimises_the_loss_of_g():
    plain, faulted = started(0), started(0)
    switch_on(faulted, "shared-loss", 1)
    real, fake = _logits(plain)
    assert torch.equal(faulted.game.loss.discriminator(real, fake), plain.game.loss.generator(fake, real))


def test_a_second_sigmoid_bounds_both_losses():
    """softplus(-sigmoid(l)) + softplus(sigmoid(l)) of any logits is within ln(1 + e) + ln 2 and 2 ln(1 + e^-1)."""
    training = started(0)
    switch_on(training, "double-sigmoid", 1)
    real, fake = _logits(training)
    value = training.game.loss.discriminator(real.abs() + 50, -fake.abs() - 50)
    torch.testing.assert_close(value, torch.full_like(value, np.log1p(np.exp(-1)) + np.log(2)))
    of_g = training.game.loss.generator(-fake.abs() - 50, real)
    torch.testing.assert_close(of_g, torch.full_like(of_g, np.log(2)))


def test_a_share_of_the_loss_of_g_is_that_of_minimax():
    plain, half, saturated = (started(0) for _ in "abc")
    minimax = started(0, loss="minimax")
    switch_on(half, "saturating", 0.5)
    switch_on(saturated, "saturating", 1.0)
    real, fake = _logits(plain)
    own, other = (t.game.loss.generator(fake, real) for t in (plain, minimax))
    torch.testing.assert_close(half.game.loss.generator(fake, real), (own + other) / 2)
    torch.testing.assert_close(saturated.game.loss.generator(fake, real), other)
