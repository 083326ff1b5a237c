"""(alpha_D, alpha_G)-GAN: the alpha-loss against its formula, its limits, the optimum and the Arimoto divergence."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ganbench import registry
from ganbench.gan.losses import Loss, loss_of, realised
from ganbench.gan.losses.alpha import alpha_loss
from tests.gan.losses.densities import P, Q, best, of_d, of_g

OPTIONS = registry.entry("loss", "alpha-gan").options
ORDERS = [0.3, 0.5, 1.0, 2.0, 5.0]


def loss(alpha_d: float | str = 1.0, alpha_g: float | str = 1.0, **more: str) -> Loss:
    return loss_of(OPTIONS(alpha_d=alpha_d, alpha_g=alpha_g, **more))


def named(name: str) -> Loss:
    return loss_of(registry.entry("loss", name).options())


def naive(probability: Tensor, alpha: float) -> Tensor:
    if alpha == 1:
        return -probability.log()
    if math.isinf(alpha):
        return 1 - probability
    return alpha / (alpha - 1) * (1 - probability ** ((alpha - 1) / alpha))


def arimoto(alpha: float) -> float:
    """f(u) = a / (a - 1) ((1 + u^a)^(1/a) - (1 + u) - 2^(1/a) + 2), as int q f(p / q)."""
    u = P / Q
    f = (1 + u**alpha) ** (1 / alpha) - (1 + u) - 2 ** (1 / alpha) + 2
    return float((Q * f).sum()) * alpha / (alpha - 1)


@settings(deadline=None)
@given(alpha=st.floats(0.1, 20), logit=st.floats(-15, 15))
def test_the_alpha_loss_and_its_slope_are_those_of_the_formula(alpha: float, logit: float) -> None:
    mine, theirs = (torch.tensor([logit], dtype=torch.float64, requires_grad=True) for _ in range(2))
    value, expected = alpha_loss(mine, alpha), naive(theirs.sigmoid(), alpha)
    torch.testing.assert_close(value, expected, rtol=1e-6, atol=1e-9)
    slopes = [torch.autograd.grad(v.sum(), x)[0] for v, x in ((value, mine), (expected, theirs))]
    torch.testing.assert_close(*slopes, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("alpha", [1.0, math.inf])
def test_the_limits_are_log_loss_and_the_error_probability(alpha: float) -> None:
    logit = torch.linspace(-8, 8, 33, dtype=torch.float64)
    torch.testing.assert_close(alpha_loss(logit, alpha), naive(logit.sigmoid(), alpha))


@pytest.mark.parametrize("step", [1e-4, -1e-4, 1e-9, -1e-9, 1e-15])
def test_the_loss_and_its_slope_are_continuous_at_1(step: float) -> None:
    logit = torch.linspace(-5, 5, 21, dtype=torch.float64, requires_grad=True)
    near, at = alpha_loss(logit, 1 + step), alpha_loss(logit, 1.0)
    torch.testing.assert_close(near, at, rtol=10 * abs(step) + 1e-12, atol=1e-12)
    slopes = [torch.autograd.grad(v.sum(), logit)[0] for v in (near, at)]
    torch.testing.assert_close(*slopes, rtol=10 * abs(step) + 1e-12, atol=1e-12)


@pytest.mark.parametrize(("form", "name"), [("saturating", "minimax"), ("non-saturating", "non-saturating")])
def test_1_and_1_is_the_vanilla_gan_bit_for_bit(form: str, name: str) -> None:
    logits = torch.linspace(-4, 3, 4, dtype=torch.float64)
    mine, other = loss(form=form), named(name)
    assert torch.equal(of_d(mine, logits), of_d(other, logits))
    assert torch.equal(of_g(mine, logits), of_g(other, logits))
    assert mine.equilibrium == other.equilibrium


@pytest.mark.parametrize("alpha", ORDERS)
def test_the_best_logit_is_alpha_times_the_log_density_ratio(alpha: float) -> None:
    logits, value = best(loss(alpha))
    torch.testing.assert_close(logits, alpha * (P / Q).log(), rtol=1e-5, atol=1e-6)
    if alpha != 1:
        offset = alpha / (alpha - 1) * (2 ** (1 / alpha) - 2)
        assert -value.item() == pytest.approx(arimoto(alpha) + offset, rel=1e-10)


def test_at_one_half_the_divergence_is_squared_hellinger() -> None:
    assert arimoto(0.5) == pytest.approx(float(((P.sqrt() - Q.sqrt()) ** 2).sum()))


def test_at_infinity_the_best_value_is_the_total_variation_less_1() -> None:
    sure = 200 * (P / Q).log()  # only the sign of the logit is determined
    total_variation = 0.5 * (P - Q).abs().sum()
    assert -of_d(loss("infinity"), sure).item() == pytest.approx(total_variation.item() - 1, abs=1e-6)


@pytest.mark.parametrize("form", ["saturating", "non-saturating"])
@pytest.mark.parametrize("alpha", [0.3, 1.0, 3.0, "infinity"])
def test_a_blind_discriminator_has_the_losses_of_the_record(alpha: float | str, form: str) -> None:
    found = loss(alpha, alpha, form=form)
    blind = torch.zeros(4, dtype=torch.float64)
    assert (of_d(found, blind).item(), of_g(found, blind).item()) == pytest.approx(found.equilibrium)


@pytest.mark.parametrize("form", ["saturating", "non-saturating"])
@pytest.mark.parametrize("alpha", [0.3, 1.0, 3.0, "infinity"])
def test_attenuation_is_the_slope_of_the_generators_loss(alpha: float | str, form: str) -> None:
    found = loss(1.0, alpha, form=form)
    fake = torch.linspace(-3, 3, 13, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(found.generator(fake, fake), fake)
    torch.testing.assert_close(slope.abs() * len(fake), found.attenuation(fake))


@pytest.mark.parametrize("alpha", [1.0, 2.0, "infinity"])
@pytest.mark.parametrize("level", [1e4, -1e4])
def test_huge_logits_give_finite_values_and_slopes_from_1_on(alpha: float | str, level: float) -> None:
    found = loss(alpha, alpha)
    logits = torch.full((4,), level, requires_grad=True)
    for value in (of_d(found, logits), of_g(found, logits)):
        (slope,) = torch.autograd.grad(value, logits)
        assert bool(value.isfinite() & slope.isfinite().all())


def test_soft_targets_mix_the_two_terms() -> None:
    found, logits = loss(0.5), torch.linspace(-2, 2, 5, dtype=torch.float64)
    for target in (0.0, 0.25, 1.0):
        mixed = target * alpha_loss(logits, 0.5) + (1 - target) * alpha_loss(-logits, 0.5)
        torch.testing.assert_close(found.targeted(logits, torch.full_like(logits, target)), mixed)


def test_every_replica_has_its_own_alphas() -> None:
    logits = torch.randn(3, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    orders = [0.5, 1.0, math.inf]
    values = {"alpha_d": torch.tensor(orders).double(), "alpha_g": torch.tensor(orders[::-1]).double()}
    stacked = realised(OPTIONS(), values)
    for replica, (of_d_, of_g_) in enumerate(zip(orders, orders[::-1], strict=True)):
        alone = realised(OPTIONS(), {"alpha_d": of_d_, "alpha_g": of_g_})
        row, other = logits[replica], -logits[replica]
        torch.testing.assert_close(
            stacked.discriminator(logits, -logits)[replica], alone.discriminator(row, other)
        )
        torch.testing.assert_close(stacked.generator(logits, logits)[replica], alone.generator(row, row))
        over_time = stacked.attenuation(logits.expand(4, 3, 6))
        torch.testing.assert_close(over_time[2, replica], alone.attenuation(row))


@pytest.mark.parametrize("alpha", [0, -1, "inf", float("nan")])
def test_an_order_is_above_0(alpha: float | str) -> None:
    with pytest.raises(ValueError, match="alpha_d"):
        OPTIONS(alpha_d=alpha)
