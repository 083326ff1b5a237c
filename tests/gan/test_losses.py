"""Every loss is its formula, is stable from logits, and has the optimum that its record states."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ganbench import registry
from ganbench.gan.losses import Loss, loss_of
from tests.gan.losses.table import TABLE

ENTRIES = list(registry.entries("loss"))
NAMES = [entry.name for entry in ENTRIES]
LOSSES: dict[str, Loss] = {entry.name: loss_of(entry.options()) for entry in ENTRIES}
LN2 = math.log(2)
EXPONENTIAL = ("kl", "reverse-kl", "squared-hellinger")  # grow like e^|l|, as their divergences do


def d(logits: Tensor) -> Tensor:
    return 1 / (1 + (-logits).exp())


def average(real: Tensor, fake: Tensor) -> Tensor:
    """RaGAN's loss of D; G's is the same with the two exchanged."""
    return -d(real - fake.mean()).log().mean() - (1 - d(fake - real.mean())).log().mean()


def average_squares(real: Tensor, fake: Tensor) -> Tensor:
    return (((real - fake.mean() - 1) ** 2).mean() + ((fake - real.mean() + 1) ** 2).mean()) / 2


# The formulas as the papers print them, over probabilities or critics: naive, and right only for small logits.
FORMULAS_D = {
    "minimax": lambda real, fake: -d(real).log().mean() - (1 - d(fake)).log().mean(),
    "non-saturating": lambda real, fake: -d(real).log().mean() - (1 - d(fake)).log().mean(),
    "wasserstein": lambda real, fake: fake.mean() - real.mean(),
    "least-squares": lambda real, fake: ((real - 1) ** 2).mean() / 2 + (fake**2).mean() / 2,
    "hinge": lambda real, fake: (
        torch.maximum(torch.zeros(()), 1 - real).mean() + torch.maximum(torch.zeros(()), 1 + fake).mean()
    ),
    "relativistic-pairing": lambda real, fake: -d(real - fake).log().mean(),
    "relativistic-average": lambda real, fake: average(real, fake),
    "relativistic-average-least-squares": lambda real, fake: average_squares(real, fake),
    "alpha-gan": lambda real, fake: -d(real).log().mean() - (1 - d(fake)).log().mean(),
    **{name: lambda real, fake, f=f: f.bound(real, fake) for name, f in TABLE.items()},
}
FORMULAS_G = {
    "minimax": lambda fake, real: (1 - d(fake)).log().mean(),
    "non-saturating": lambda fake, real: -d(fake).log().mean(),
    "wasserstein": lambda fake, real: -fake.mean(),
    "least-squares": lambda fake, real: ((fake - 1) ** 2).mean() / 2,
    "hinge": lambda fake, real: -fake.mean(),
    "relativistic-pairing": lambda fake, real: -d(fake - real).log().mean(),
    "relativistic-average": lambda fake, real: average(fake, real),
    "relativistic-average-least-squares": lambda fake, real: average_squares(fake, real),
    "alpha-gan": lambda fake, real: (1 - d(fake)).log().mean(),
    **{name: lambda fake, real, f=f: -f.conjugate(f.activation(fake)).mean() for name, f in TABLE.items()},
}


def logits(seed: int, *shape: int, scale: float = 2.0) -> tuple[Tensor, Tensor]:
    rng = torch.Generator().manual_seed(seed)
    real, fake = (scale * torch.randn(*shape, dtype=torch.float64, generator=rng) for _ in range(2))
    return real.requires_grad_(), fake.requires_grad_()


def both(loss: Loss, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    return loss.discriminator(real, fake), loss.generator(fake, real)


def test_every_registered_loss_has_its_formula_here():
    assert set(NAMES) == set(FORMULAS_D) == set(FORMULAS_G)


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None)
@given(seed=st.integers(0, 1000))
def test_values_and_gradients_are_those_of_the_formula(name, seed):
    formulas = (FORMULAS_D[name], FORMULAS_G[name])
    for side, arguments in enumerate([logits(seed, 12), logits(seed, 12)[::-1]]):
        value = (LOSSES[name].discriminator, LOSSES[name].generator)[side](*arguments)
        expected = formulas[side](*arguments)
        torch.testing.assert_close(value, expected, rtol=1e-12, atol=1e-12)
        found = torch.autograd.grad(value, arguments, materialize_grads=True)
        wanted = torch.autograd.grad(expected, arguments, materialize_grads=True)
        torch.testing.assert_close(found, wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_leading_axes_are_kept_and_do_not_mix(name):
    real, fake = logits(0, 2, 3, 5)
    of_d, of_g = both(LOSSES[name], real, fake)
    assert of_d.shape == of_g.shape == (2, 3)
    alone = both(LOSSES[name], real[1, 2], fake[1, 2])
    torch.testing.assert_close((of_d[1, 2], of_g[1, 2]), alone, rtol=0, atol=0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("sign", [(1, 1), (1, -1), (-1, 1), (-1, -1)])
@pytest.mark.parametrize("name", NAMES)
def test_huge_logits_give_finite_values_and_gradients(name, sign, dtype):
    size = 50 if name in EXPONENTIAL else 1e4
    real, fake = (torch.full((4,), s * size, dtype=dtype, requires_grad=True) for s in sign)
    for value in both(LOSSES[name], real, fake):
        slopes = torch.autograd.grad(value, (real, fake), materialize_grads=True)
        assert all(torch.isfinite(t).all() for t in (value, *slopes))


@pytest.mark.parametrize("name", ["minimax", "non-saturating"])
def test_a_confidently_wrong_discriminator_keeps_its_full_gradient(name):
    real = torch.full((2,), -1e4, requires_grad=True)
    value = LOSSES[name].discriminator(real, torch.zeros(2))
    assert value.item() == pytest.approx(1e4 + LN2)
    (slope,) = torch.autograd.grad(value, real)
    assert slope.tolist() == [-0.5, -0.5]  # -1/B each


@pytest.mark.parametrize("name", ["minimax", "non-saturating"])
def test_the_optimal_discriminator_of_equal_densities_is_one_half_with_value_minus_ln_4(name):
    logit = torch.linspace(-3, 3, 601, dtype=torch.float64)[:, None]
    value = LOSSES[name].discriminator(logit, logit)
    best = value.argmin()
    assert d(logit[best]).item() == pytest.approx(0.5, abs=1e-12)
    assert -value[best].item() == pytest.approx(-math.log(4), abs=1e-12)


@pytest.mark.parametrize("name", [name for name in NAMES if LOSSES[name].density_ratio])
@pytest.mark.parametrize(("p_data", "p_model"), [(0.5, 0.5), (0.9, 0.1), (0.2, 0.6)])
def test_the_optimal_logit_is_the_log_density_ratio(name, p_data, p_model):
    """At one point x the loss is p_data(x) (real term) + p_model(x) (fake term)."""
    best = torch.tensor(math.log(p_data / p_model), dtype=torch.float64, requires_grad=True)
    far = torch.tensor([0.0], dtype=torch.float64)
    of_real = LOSSES[name].discriminator(best[None], far)
    of_fake = LOSSES[name].discriminator(far, best[None])
    (slope,) = torch.autograd.grad(p_data * of_real + p_model * of_fake, best)
    assert slope.item() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("name", [name for name in NAMES if LOSSES[name].decision is not None])
def test_a_discriminator_that_cannot_tell_sits_at_the_decision_value_with_the_equilibrium_losses(name):
    loss = LOSSES[name]
    level = torch.linspace(-2, 2, 401, dtype=torch.float64)[:, None]
    value = loss.discriminator(level, level)
    blind = torch.full((7,), loss.decision, dtype=torch.float64)
    of_d, of_g = both(loss, blind, blind)
    assert of_d.item() == pytest.approx(value.min().item(), abs=1e-12)
    assert (of_d.item(), of_g.item()) == pytest.approx(loss.equilibrium, abs=1e-12)


@pytest.mark.parametrize("level", [-7.0, 0.0, 3.0])
def test_the_losses_of_critics_have_an_equilibrium_at_any_level(level):
    blind = torch.full((5,), level, dtype=torch.float64)
    for name in (name for name in NAMES if LOSSES[name].paired):
        of_d, of_g = both(LOSSES[name], blind, blind)
        assert (of_d.item(), of_g.item()) == pytest.approx(LOSSES[name].equilibrium)
    assert LOSSES["wasserstein"].discriminator(blind, blind).item() == LOSSES["wasserstein"].equilibrium[0]
    assert LOSSES["wasserstein"].equilibrium[1] is None


@pytest.mark.parametrize("name", [name for name in NAMES if not LOSSES[name].paired])
def test_attenuation_is_the_slope_of_the_generators_loss_at_each_logit(name):
    loss = LOSSES[name]
    real, fake = logits(3, 40, scale=3.0)
    (slope,) = torch.autograd.grad(loss.generator(fake, real), fake)
    measured = slope.abs() * len(fake)
    expected = torch.ones_like(fake) if loss.attenuation is None else loss.attenuation(fake)
    torch.testing.assert_close(measured, expected, rtol=1e-10, atol=1e-12)


def test_minimax_saturates_where_the_non_saturating_loss_does_not():
    sure = torch.tensor([-10.0], dtype=torch.float64)
    weak, strong = (LOSSES[name].attenuation(sure).item() for name in ("minimax", "non-saturating"))
    assert weak == pytest.approx(math.exp(-10), rel=1e-4)
    assert strong == pytest.approx(1, rel=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_only_paired_losses_look_at_real_logits_in_the_generators_step(name):
    real, fake = logits(1, 6)
    (slope,) = torch.autograd.grad(LOSSES[name].generator(fake, real), real, materialize_grads=True)
    assert bool(slope.any()) == LOSSES[name].paired


@pytest.mark.parametrize("name", [name for name in NAMES if LOSSES[name].decision is None])
def test_a_shift_of_the_critic_changes_nothing_but_the_generators_offset(name):
    real, fake = logits(2, 9)
    shifted = LOSSES[name].discriminator(real + 3, fake + 3)
    torch.testing.assert_close(shifted, LOSSES[name].discriminator(real, fake))


def test_minimax_is_a_zero_sum_game_in_the_generator():
    real, fake = logits(4, 9)
    of_d, of_g = both(LOSSES["minimax"], real, fake)
    (up,), (down,) = (torch.autograd.grad(value, fake) for value in (of_d, of_g))
    torch.testing.assert_close(up, -down)
