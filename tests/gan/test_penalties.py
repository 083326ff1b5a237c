"""Penalties against finite differences, dead critics, and weights of one value per replica."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from ganbench import registry
from ganbench.gan.penalties import (
    R1,
    R2,
    WEIGHT_CLIPPING,
    WGAN_GP,
    Critique,
    Penalty,
    Projection,
    squared_gradient_norm,
)

R, B, F = 3, 5, 2
H = 1e-6


def critic(samples: Tensor) -> Tensor:
    """Smooth, and different in each replica: sin(a . x) + x_1^2 / 2, [R, B, F] -> [R, B]."""
    a = torch.tensor([[1.0, 0.5], [2.0, -1.0], [0.3, 3.0]], dtype=torch.float64)[:, None]
    return (samples * a).sum(-1).sin() + samples[..., 1].square() / 2


def view(critic=critic, *, dead: bool = False) -> Critique:
    rng = torch.Generator().manual_seed(0)
    real, fake = (torch.randn(R, B, F, dtype=torch.float64, generator=rng).requires_grad_() for _ in range(2))
    uniform = torch.rand(R, B, dtype=torch.float64, generator=rng)
    return Critique(critic, real, fake, critic(real), critic(fake), uniform)


def slopes(samples: Tensor, critic=critic) -> Tensor:
    """Norm of the critic's gradient by central differences, [R, B]."""
    columns = []
    for k in range(F):
        step = torch.zeros(F, dtype=torch.float64)
        step[k] = H
        columns.append((critic(samples + step) - critic(samples - step)) / (2 * H))
    return torch.stack(columns, -1).norm(dim=-1)


def vector(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


GAMMA = {"gamma": vector(1.0, 0.3, 10.0)}
GP = {"weight": vector(10.0, 0.1, 1.0), "target": vector(1.0, 0.0, 2.0)}


def between(v: Critique) -> Tensor:
    u = v.uniform[..., None]
    return (u * v.real + (1 - u) * v.fake).detach()


ORACLES = {
    "r1": (R1, GAMMA, lambda v: GAMMA["gamma"] / 2 * (slopes(v.real.detach()) ** 2).mean(1)),
    "r2": (R2, GAMMA, lambda v: GAMMA["gamma"] / 2 * (slopes(v.fake.detach()) ** 2).mean(1)),
    "wgan-gp": (
        WGAN_GP,
        GP,
        lambda v: GP["weight"] * ((slopes(between(v)) - GP["target"][:, None]) ** 2).mean(1),
    ),
}


def test_every_registered_penalty_is_tested_here():
    names = {entry.name for entry in registry.entries("penalty")}
    assert names == set(ORACLES) | {"weight-clipping"}


@pytest.mark.parametrize("name", ORACLES)
def test_penalties_are_those_of_finite_differences_with_one_weight_for_each_replica(name):
    penalty, weights, oracle = ORACLES[name]
    value = penalty.value(view(), weights)
    assert value.shape == (R,)
    torch.testing.assert_close(value, oracle(view()), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name", ORACLES)
def test_the_gradient_by_the_critics_weights_is_that_of_finite_differences(name):
    penalty, weights, _ = ORACLES[name]

    def value(scale: Tensor) -> Tensor:
        return penalty.value(view(lambda x: (scale * critic(x)).exp()), weights).sum()

    scale = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(value(scale), scale)
    with torch.enable_grad():
        expected = (value(scale.detach() + H) - value(scale.detach() - H)) / (2 * H)
    torch.testing.assert_close(slope, expected.detach(), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", ORACLES)
def test_a_replica_does_not_feel_its_neighbours_weights(name):
    penalty, weights, _ = ORACLES[name]
    others = {key: torch.cat([values[:1], 7 * values[1:]]) for key, values in weights.items()}
    assert torch.equal(penalty.value(view(), weights)[0], penalty.value(view(), others)[0])


@pytest.mark.parametrize("name", ORACLES)
def test_penalties_declare_the_samples_whose_gradient_they_take(name):
    penalty, _, _ = ORACLES[name]
    assert penalty.differentiates == {"r1": ("real",), "r2": ("fake",), "wgan-gp": ("between",)}[name]


def test_a_linear_critic_has_the_penalties_of_its_weight():
    """l(x) = w . x has the gradient w everywhere."""
    w = vector(3.0, 4.0)
    v = view(lambda x: x @ w)
    assert R1.value(v, {"gamma": vector(2, 2, 2)}).tolist() == pytest.approx([25.0] * R)
    assert R2.value(v, {"gamma": vector(1, 1, 1)}).tolist() == pytest.approx([12.5] * R)
    assert WGAN_GP.value(v, GP).tolist() == pytest.approx([10 * 16, 0.1 * 25, 9])


def test_wgan_gp_looks_at_real_samples_for_u_1_and_at_generated_ones_for_u_0():
    def at(level: float) -> Tensor:
        v = view()
        ends = Critique(
            v.critic, v.real, v.fake, v.real_logits, v.fake_logits, torch.full_like(v.uniform, level)
        )
        return WGAN_GP.value(ends, {"weight": vector(1, 1, 1), "target": vector(0, 0, 0)})

    ones = {"gamma": vector(2, 2, 2)}
    torch.testing.assert_close(at(1.0), R1.value(view(), ones))
    torch.testing.assert_close(at(0.0), R2.value(view(), ones))


def test_wgan_gp_at_a_dead_critic_has_a_finite_value_and_gradient():
    scale = torch.zeros((), dtype=torch.float64, requires_grad=True)
    value = WGAN_GP.value(view(lambda x: scale * critic(x)), GP)
    (slope,) = torch.autograd.grad(value.sum(), scale)
    assert value.tolist() == pytest.approx((GP["weight"] * GP["target"] ** 2).tolist())
    assert math.isfinite(slope)


def test_the_gradient_norm_flattens_images():
    images = torch.randn(R, B, 1, 4, 4, dtype=torch.float64, requires_grad=True)
    found = squared_gradient_norm(images.square().sum((-1, -2, -3)), images)
    torch.testing.assert_close(found, 4 * images.square().sum((-1, -2, -3)))


def test_clipping_keeps_every_replica_within_its_own_limit():
    flat = torch.linspace(-1, 1, 12, dtype=torch.float64).reshape(3, 4).clone()
    before, address = flat.clone(), flat.data_ptr()
    limits = vector(0.8, 0.1, 5.0)
    WEIGHT_CLIPPING.apply(flat, {"limit": limits})
    assert flat.abs().amax(1).tolist() == pytest.approx([0.8, 0.1, 1.0])
    assert torch.equal(flat, before.minimum(limits[:, None]).maximum(-limits[:, None]))
    assert flat.data_ptr() == address


def test_clipping_leaves_a_lost_replica_lost():
    flat = torch.tensor([[torch.nan, 2.0], [2.0, -2.0]])
    WEIGHT_CLIPPING.apply(flat, {"limit": torch.tensor([1.0, 0.5])})
    assert flat.nan_to_num(9).tolist() == [[9, 1], [0.5, -0.5]]


def test_penalties_add_to_the_loss_and_projections_do_not():
    kinds = {entry.name: type(entry.load()) for entry in registry.entries("penalty")}
    assert kinds == {"r1": Penalty, "r2": Penalty, "wgan-gp": Penalty, "weight-clipping": Projection}
