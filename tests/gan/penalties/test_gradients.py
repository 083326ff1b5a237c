"""Gradient penalties against finite differences, dead critics, and weights of one value per replica."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from ganbench import registry
from ganbench.gan.penalties import Critique, Penalty
from ganbench.gan.penalties.gradients import squared_gradient_norm
from tests.gan.penalties.scene import B, Critic, Draws, F, R, critic, load, scene, vector, view

H = 1e-6


def slopes(samples: Tensor, critic: Critic = critic) -> Tensor:
    """Norm of the critic's gradient by central differences, [R, B]."""
    columns = []
    for k in range(F):
        step = torch.zeros(F, dtype=torch.float64)
        step[k] = H
        columns.append((critic(samples + step) - critic(samples - step)) / (2 * H))
    return torch.stack(columns, -1).norm(dim=-1)


GAMMA = {"gamma": vector(1.0, 0.3, 10.0)}
GP = {"weight": vector(10.0, 0.1, 1.0), "target": vector(1.0, 0.0, 2.0)}
NEAR = GP | {"spread": vector(0.5, 2.0, 0.1)}


def between(v: Critique) -> Tensor:
    u = v.uniform[..., None]
    return (u * v.real + (1 - u) * v.fake).detach()


def near(v: Critique) -> Tensor:
    """Replica by replica, with numpy's standard deviation of everything in the batch."""
    deviations = [float(batch.detach().numpy().std()) for batch in v.real]
    width = NEAR["spread"] * vector(*deviations)
    return v.real.detach() + width[:, None, None] * Draws().normal((B, F))


def norm_penalty(values: dict[str, Tensor], at: Callable[[Critique], Tensor]) -> Callable[[Critique], Tensor]:
    return lambda v: values["weight"] * ((slopes(at(v)) - values["target"][:, None]) ** 2).mean(1)


ORACLES = {
    "r1": (GAMMA, lambda v: GAMMA["gamma"] / 2 * (slopes(v.real.detach()) ** 2).mean(1)),
    "r2": (GAMMA, lambda v: GAMMA["gamma"] / 2 * (slopes(v.fake.detach()) ** 2).mean(1)),
    "wgan-gp": (GP, norm_penalty(GP, between)),
    "dragan": (NEAR, norm_penalty(NEAR, near)),
}
SAMPLES = {"r1": ("real",), "r2": ("fake",), "wgan-gp": ("between",), "dragan": ("near",)}


def value(name: str, v: Critique, values: dict[str, Tensor]) -> Tensor:
    return load(name).value(v, scene(name, values))


def test_every_penalty_that_takes_a_gradient_is_tested_here_and_says_of_which_samples() -> None:
    loaded = {entry.name: entry.load() for entry in registry.entries("penalty")}
    found = {n: p.differentiates for n, p in loaded.items() if isinstance(p, Penalty) and p.differentiates}
    assert found == SAMPLES
    assert set(ORACLES) == set(SAMPLES)


@pytest.mark.parametrize("name", ORACLES)
def test_penalties_are_those_of_finite_differences_with_one_weight_for_each_replica(name: str) -> None:
    values, oracle = ORACLES[name]
    found = value(name, view(), values)
    assert found.shape == (R,)
    torch.testing.assert_close(found, oracle(view()), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name", ORACLES)
def test_the_gradient_by_the_critics_weights_is_that_of_finite_differences(name: str) -> None:
    values, _ = ORACLES[name]

    def total(scale: Tensor) -> Tensor:
        return value(name, view(lambda x: (scale * critic(x)).exp()), values).sum()

    scale = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(total(scale), scale)
    with torch.enable_grad():
        expected = (total(scale.detach() + H) - total(scale.detach() - H)) / (2 * H)
    torch.testing.assert_close(slope, expected.detach(), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", ORACLES)
def test_a_replica_does_not_feel_its_neighbours_weights(name: str) -> None:
    values, _ = ORACLES[name]
    others = {key: torch.cat([vector[:1], 7 * vector[1:]]) for key, vector in values.items()}
    assert torch.equal(value(name, view(), values)[0], value(name, view(), others)[0])


@pytest.mark.parametrize("name", ORACLES)
def test_a_replica_does_not_feel_that_its_neighbour_is_lost(name: str) -> None:
    values, _ = ORACLES[name]
    lost = torch.tensor([0.0, torch.nan, 0.0], dtype=torch.float64)[:, None]
    found = value(name, view(lambda x: critic(x) + lost * x.sum(-1)), values)
    assert found.isfinite().tolist() == [True, False, True]


def test_a_linear_critic_has_the_penalties_of_its_weight() -> None:
    """l(x) = w . x has the gradient w everywhere."""
    w = vector(3.0, 4.0)
    v = view(lambda x: x @ w)
    assert value("r1", v, {"gamma": vector(2, 2, 2)}).tolist() == pytest.approx([25.0] * R)
    assert value("r2", v, {"gamma": vector(1, 1, 1)}).tolist() == pytest.approx([12.5] * R)
    assert value("wgan-gp", v, GP).tolist() == pytest.approx([10 * 16, 0.1 * 25, 9])
    assert value("dragan", v, NEAR).tolist() == pytest.approx([10 * 16, 0.1 * 25, 9])


def test_wgan_gp_looks_at_real_samples_for_u_1_and_at_generated_ones_for_u_0() -> None:
    def at(level: float) -> Tensor:
        v = view()
        ends = replace(v, uniform=torch.full_like(v.uniform, level))
        return value("wgan-gp", ends, {"weight": vector(1, 1, 1), "target": vector(0, 0, 0)})

    ones = {"gamma": vector(2, 2, 2)}
    torch.testing.assert_close(at(1.0), value("r1", view(), ones))
    torch.testing.assert_close(at(0.0), value("r2", view(), ones))


def test_dragan_around_nothing_looks_at_real_samples() -> None:
    values = {"weight": vector(1, 1, 1), "target": vector(0, 0, 0), "spread": vector(0, 0, 0)}
    torch.testing.assert_close(
        value("dragan", view(), values), value("r1", view(), {"gamma": vector(2, 2, 2)})
    )


@pytest.mark.parametrize(("name", "values"), [("wgan-gp", GP), ("dragan", NEAR)])
def test_a_dead_critic_has_a_finite_value_and_gradient(name: str, values: dict[str, Tensor]) -> None:
    scale = torch.zeros((), dtype=torch.float64, requires_grad=True)
    found = value(name, view(lambda x: scale * critic(x)), values)
    (slope,) = torch.autograd.grad(found.sum(), scale)
    assert found.tolist() == pytest.approx((GP["weight"] * GP["target"] ** 2).tolist())
    assert math.isfinite(slope)


def test_the_gradient_norm_flattens_images() -> None:
    images = torch.randn(R, B, 1, 4, 4, dtype=torch.float64, requires_grad=True)
    found = squared_gradient_norm(images.square().sum((-1, -2, -3)), images)
    torch.testing.assert_close(found, 4 * images.square().sum((-1, -2, -3)))


@pytest.mark.parametrize("name", ["wgan-gp", "dragan"])
def test_samples_may_be_images(name: str) -> None:
    images = torch.randn(2, R, B, 1, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    weigh = lambda x: x.flatten(2).sum(-1)  # noqa: E731  # a gradient of norm 4 everywhere
    v = Critique(weigh, *images, *map(weigh, images), torch.rand(R, B, dtype=torch.float64))
    assert value(name, v, NEAR).tolist() == pytest.approx([10 * 9, 0.1 * 16, 4])


@pytest.mark.parametrize("name", ["r1", "r2", "wgan-gp", "dragan", "consistency"])
@pytest.mark.parametrize("every", [0, -1])
def test_an_interval_is_at_least_1(name: str, every: int) -> None:
    with pytest.raises(ValueError, match="every"):
        registry.entry("penalty", name).options(every=every)
