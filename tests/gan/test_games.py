"""The networks of the Dirac-GAN and the bilinear game."""

from __future__ import annotations

import pytest
import torch

from ganbench import registry
from ganbench.gan.losses.cross_entropy import MINIMAX
from ganbench.gan.losses.margins import WASSERSTEIN


def player(name: str, inputs: int, outputs: int, start: float = 1.0):
    options = registry.entry("network", name).options(start=start)
    return registry.load("network", options)(options, inputs, outputs).double()


def test_the_generator_is_a_point_mass_whatever_the_noise():
    generator = player("dirac-generator", 3, 2, start=0.7)
    out = generator(torch.randn(5, 3, dtype=torch.float64))
    assert out.shape == (5, 2)
    assert torch.equal(out, generator.theta.expand(5, 2))


def test_the_generator_follows_the_precision_of_its_weights():
    assert player("dirac-generator", 1, 1)(torch.zeros(2, 1)).dtype == torch.float64


def test_the_logit_of_the_discriminator_is_minus_psi_x():
    discriminator = player("dirac-discriminator", 2, 1, start=3.0)
    x = torch.tensor([[1.0, 2.0], [0.0, -1.0]], dtype=torch.float64)
    assert discriminator(x).tolist() == [[-9.0], [3.0]]


@pytest.mark.parametrize(("theta", "psi"), [(1.0, 1.0), (0.5, -2.0), (-1.5, 0.3)])
@pytest.mark.parametrize(
    ("loss", "slope"),
    [(MINIMAX, lambda t: 1 / (1 + torch.tensor(t).exp().item())), (WASSERSTEIN, lambda t: 1)],
)
def test_the_field_is_that_of_the_paper(loss, slope, theta, psi):
    """v = (-psi f'(psi theta), theta f'(psi theta)) (Mescheder et al. 2018, equation 5)."""
    generator, discriminator = (
        player("dirac-generator", 1, 1, start=theta),
        player("dirac-discriminator", 1, 1, start=psi),
    )
    fake = discriminator(generator(torch.zeros(1, 1, dtype=torch.float64)))[:, 0]
    real = discriminator(torch.zeros(1, 1, dtype=torch.float64))[:, 0]
    loss.generator(fake, real).backward(retain_graph=True, inputs=[generator.theta])
    loss.discriminator(real, fake).backward(inputs=[discriminator.psi])
    assert -generator.theta.grad.item() == pytest.approx(-psi * slope(psi * theta), rel=1e-6)
    assert -discriminator.psi.grad.item() == pytest.approx(theta * slope(psi * theta), rel=1e-6)
