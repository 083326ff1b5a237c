"""The f-GAN family: the best D has the logit of the table, and its loss is minus the divergence."""

from __future__ import annotations

import pytest
import torch

from ganbench import registry
from ganbench.gan.losses import Loss, loss_of
from tests.gan.losses.densities import P, Q, best, of_d, of_g
from tests.gan.losses.table import TABLE

DIVERGENCES = {
    "kl": (P * (P / Q).log()).sum(),
    "reverse-kl": (Q * (Q / P).log()).sum(),
    "pearson": ((P - Q) ** 2 / Q).sum(),
    "squared-hellinger": ((P.sqrt() - Q.sqrt()) ** 2).sum(),
    "jensen-shannon": (P * (2 * P / (P + Q)).log()).sum() + (Q * (2 * Q / (P + Q)).log()).sum(),
}


def loss(name: str, form: str = "saturating") -> Loss:
    return loss_of(registry.entry("loss", name).options(form=form))


def test_every_divergence_of_the_table_is_registered() -> None:
    found = {entry.name for entry in registry.entries("loss") if ".divergences:" in entry.target}
    assert found == set(TABLE) == set(DIVERGENCES)


@pytest.mark.parametrize("name", TABLE)
def test_the_best_discriminator_is_that_of_the_table_and_its_loss_minus_the_divergence(name: str) -> None:
    logits, value = best(loss(name))
    torch.testing.assert_close(logits, TABLE[name].optimum(P / Q), rtol=1e-6, atol=1e-7)
    assert -value.item() == pytest.approx(DIVERGENCES[name].item(), rel=1e-12)
    assert DIVERGENCES[name].item() == pytest.approx((Q * TABLE[name].f(P / Q)).sum().item())


@pytest.mark.parametrize("name", TABLE)
def test_the_logit_is_the_log_density_ratio_where_the_record_says_so(name: str) -> None:
    exact = torch.allclose(TABLE[name].optimum(P / Q), (P / Q).log())
    assert loss(name).density_ratio == exact


@pytest.mark.parametrize("name", TABLE)
def test_a_blind_discriminator_has_the_divergence_0_at_the_decision_value(name: str) -> None:
    found = loss(name)
    one = torch.ones(1, dtype=torch.float64)
    assert found.decision == pytest.approx(TABLE[name].optimum(one).item(), abs=1e-15)
    level = torch.full((4,), found.decision, dtype=torch.float64)
    assert (of_d(found, level).item(), of_g(found, level).item()) == pytest.approx(
        found.equilibrium, abs=1e-15
    )


@pytest.mark.parametrize("name", TABLE)
def test_the_saturating_generator_minimises_the_bound(name: str) -> None:
    """Its loss is that of D with the sign turned, but for the term that G has no hand in."""
    logits = torch.linspace(-1, 1, 4, dtype=torch.float64)
    real_term = (P * TABLE[name].activation(logits)).sum()
    assert of_g(loss(name), logits).item() == pytest.approx(-(of_d(loss(name), logits) + real_term).item())


@pytest.mark.parametrize("name", TABLE)
def test_the_other_generator_maximises_the_mean_activation(name: str) -> None:
    logits = torch.linspace(-1, 1, 4, dtype=torch.float64)
    expected = -(Q * TABLE[name].activation(logits)).sum()
    assert of_g(loss(name, "non-saturating"), logits).item() == pytest.approx(expected.item())


@pytest.mark.parametrize("form", ["saturating", "non-saturating"])
@pytest.mark.parametrize("name", TABLE)
def test_attenuation_is_the_slope_of_the_generators_loss(name: str, form: str) -> None:
    found = loss(name, form)
    fake = torch.linspace(-3, 3, 13, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(found.generator(fake, fake), fake)
    expected = torch.ones_like(fake) if found.attenuation is None else found.attenuation(fake)
    torch.testing.assert_close(slope.abs() * len(fake), expected)


def test_jensen_shannon_is_minimax_less_2_ln_2() -> None:
    logits = torch.linspace(-2, 2, 4, dtype=torch.float64)
    minimax = loss_of(registry.entry("loss", "minimax").options())
    apart = of_d(minimax, logits) - of_d(loss("jensen-shannon"), logits)
    assert apart.item() == pytest.approx(2 * torch.log(torch.tensor(2.0).double()).item())


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ValueError, match="form"):
        registry.entry("loss", "kl").options(form="satturating")
