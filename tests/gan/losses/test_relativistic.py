"""Relativistic average losses: symmetric, blind to a shift, with the optimum that can be written down."""

from __future__ import annotations

import math

import pytest
import torch

from ganbench import registry
from ganbench.gan.losses import loss_of
from tests.gan.losses.densities import P, Q, best, of_d

AVERAGES = ["relativistic-average", "relativistic-average-least-squares"]
LOSSES = {name: loss_of(registry.entry("loss", name).options()) for name in AVERAGES}


@pytest.mark.parametrize("name", AVERAGES)
def test_the_generator_plays_the_discriminators_part_with_the_samples_exchanged(name: str) -> None:
    real, fake = torch.randn(2, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    assert torch.equal(LOSSES[name].generator(fake, real), LOSSES[name].discriminator(fake, real))


def test_one_sample_of_each_kind_is_twice_the_pairing_loss() -> None:
    pairing = loss_of(registry.entry("loss", "relativistic-pairing").options())
    real, fake = torch.tensor([0.7]).double(), torch.tensor([-1.1]).double()
    twice = LOSSES["relativistic-average"].discriminator(real, fake)
    assert twice.item() == pytest.approx(2 * pairing.discriminator(real, fake).item())


def test_the_best_discriminator_of_the_squares_is_that_of_the_closed_form() -> None:
    """l = k (p - q) / (p + q) up to a shift, k = 2 / (1 + 3/2 t), t = int (p - q)^2 / (p + q).

    From 0 = p (l - m_q - 1) + q (l - m_p + 1) - q (d - 1) + p (d - 1), m the mean logits and d = m_p - m_q.
    """
    logits, value = best(LOSSES["relativistic-average-least-squares"])
    triangular = float(((P - Q) ** 2 / (P + Q)).sum())
    expected = 2 / (1 + 1.5 * triangular) * (P - Q) / (P + Q)
    torch.testing.assert_close(logits - logits[0], expected - expected[0], rtol=1e-6, atol=1e-7)
    assert value.item() == pytest.approx(of_d(LOSSES["relativistic-average-least-squares"], expected).item())


@pytest.mark.parametrize("name", AVERAGES)
def test_the_best_discriminator_of_equal_densities_is_constant(name: str) -> None:
    """Any other level is as good; any other shape is worse."""
    equal = torch.randn(50, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    at_rest, _ = LOSSES[name].equilibrium
    assert bool((LOSSES[name].discriminator(equal, equal) >= at_rest).all())
    assert LOSSES[name].discriminator(equal[0] * 0 + 3, equal[0] * 0 + 3).item() == pytest.approx(at_rest)


def test_the_best_average_discriminator_orders_the_cells_by_their_density_ratio() -> None:
    logits, value = best(LOSSES["relativistic-average"])
    assert logits.argsort().tolist() == (P / Q).argsort().tolist()
    assert value.item() < 2 * math.log(2)
