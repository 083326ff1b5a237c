"""Population optimisers are torch's own, or a paper's written out for torch, one replica at a time; who does
not move keeps every bit.
"""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ganbench import registry
from ganbench.gan.optimizers import Optimizer
from tests.gan.optimistic import OptimisticAdam, OptimisticSGD

R, P, STEPS = 3, 7, 30

HYPER = {
    "sgd": {"lr": (0.1, 0.01, 1.0), "momentum": (0.0, 0.9, 0.5)},
    "adam": {
        "lr": (1e-3, 1e-2, 0.1),
        "beta1": (0.0, 0.5, 0.9),
        "beta2": (0.9, 0.999, 0.99),
        "eps": (1e-8, 1e-3, 1e-6),
    },
    "rmsprop": {"lr": (1e-3, 1e-2, 0.1), "alpha": (0.0, 0.9, 0.99), "eps": (1e-8, 1e-3, 1e-6)},
    "optimistic-sgd": {"lr": (0.1, 0.01, 1.0)},
}
HYPER["optimistic-adam"] = HYPER["adam"]
TORCH = {
    "sgd": lambda p, h: torch.optim.SGD(p, lr=h["lr"], momentum=h["momentum"]),
    "adam": lambda p, h: torch.optim.Adam(p, lr=h["lr"], betas=(h["beta1"], h["beta2"]), eps=h["eps"]),
    "rmsprop": lambda p, h: torch.optim.RMSprop(p, lr=h["lr"], alpha=h["alpha"], eps=h["eps"]),
    "optimistic-sgd": lambda p, h: OptimisticSGD(p, **h),
    "optimistic-adam": lambda p, h: OptimisticAdam(p, **h),
}


def gradients(seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    """[STEPS, R, P], of very different sizes."""
    rng = torch.Generator().manual_seed(seed)
    scale = torch.logspace(-4, 2, P)
    return (torch.randn(STEPS, R, P, generator=rng) * scale).to(dtype)


def start(dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.linspace(-1, 1, R * P, dtype=dtype).reshape(R, P).clone()


class Walk:
    """A population of weights under one optimiser, called as a player calls it."""

    def __init__(self, name: str, hyper: dict, dtype: torch.dtype = torch.float64) -> None:
        self.optimizer: Optimizer = registry.entry("optimizer", name).load()
        self.hyper = {key: torch.tensor(values, dtype=dtype)[:, None] for key, values in hyper.items()}
        self.weights = start(dtype)
        self.state = {moment: torch.zeros_like(self.weights) for moment in self.optimizer.moments}
        self.state["steps"] = torch.zeros_like(self.weights[:, :1])

    def move(self, gradient: Tensor, moves: tuple[bool, ...] = (True,) * R) -> None:
        chosen = torch.tensor(moves)[:, None]
        gradient = gradient.masked_fill(~chosen, 0)
        self.weights += self.optimizer.delta(gradient, chosen.to(gradient.dtype), self.state, self.hyper)

    def held(self, replica: int) -> list[Tensor]:
        return [self.weights[replica].clone(), *(s[replica].clone() for s in self.state.values())]


def in_torch(name: str, replica: int, found: Tensor) -> Tensor:
    weights = start(found.dtype)[replica].clone().requires_grad_()
    hyper = {key: values[replica] for key, values in HYPER[name].items()}
    optimizer = TORCH[name]([weights], hyper)
    for gradient in found[:, replica]:
        weights.grad = gradient.clone()
        optimizer.step()
    return weights.detach()


def test_every_registered_optimizer_has_one_of_torch_to_be_compared_with():
    assert {entry.name for entry in registry.entries("optimizer")} == set(HYPER)


@pytest.mark.parametrize(("dtype", "digits"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
@pytest.mark.parametrize("name", HYPER)
def test_every_replica_walks_as_torchs_optimizer_with_its_own_hyperparameters(name, dtype, digits):
    walk, found = Walk(name, HYPER[name], dtype), gradients(dtype=dtype)
    for gradient in found:
        walk.move(gradient)
    for replica in range(R):
        expected = in_torch(name, replica, found)
        torch.testing.assert_close(walk.weights[replica], expected, rtol=digits, atol=digits)


@pytest.mark.parametrize("beta", [-0.5, -0.3, 0.7])
def test_momentum_of_either_sign_is_the_heavy_ball(beta):
    """w_{t+1} = w_t - lr g_t + beta (w_t - w_{t-1}) (Gidel et al. 2019, equation 6)."""
    walk = Walk("sgd", {"lr": (0.1,) * R, "momentum": (beta,) * R})
    before = now = start()
    for gradient in gradients():
        walk.move(gradient)
        before, now = now, now - 0.1 * gradient + beta * (now - before)
    torch.testing.assert_close(walk.weights, now, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", HYPER)
def test_a_late_joiner_walks_as_if_it_had_started_alone(name):
    walk, found = Walk(name, HYPER[name]), gradients()
    for gradient in gradients(seed=1)[:5]:
        gradient[1] = torch.nan
        walk.move(gradient, moves=(True, False, True))
    for gradient in found:
        walk.move(gradient)
    torch.testing.assert_close(walk.weights[1], in_torch(name, 1, found), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("name", HYPER)
@pytest.mark.parametrize("before", [0, 1, 10])
def test_who_does_not_move_keeps_weights_and_moments_bit_for_bit(name, before, dtype):
    walk = Walk(name, HYPER[name], dtype)
    found = gradients(dtype=dtype)
    for gradient in found[:before]:
        walk.move(gradient)
    held = walk.held(1)
    for gradient in found[before : before + 10]:
        gradient[1] = torch.nan
        walk.move(gradient, moves=(True, False, True))
    for old, new in zip(held, walk.held(1), strict=True):
        assert torch.equal(old, new)


@pytest.mark.parametrize("name", HYPER)
def test_who_moves_does_not_feel_who_does_not(name):
    walk, alone = Walk(name, HYPER[name]), Walk(name, HYPER[name])
    for gradient in gradients():
        alone.move(gradient)
        broken = gradient.clone()
        broken[1] = torch.inf
        walk.move(broken, moves=(True, False, True))
    for replica in (0, 2):
        assert torch.equal(walk.weights[replica], alone.weights[replica])


@pytest.mark.parametrize("name", HYPER)
def test_state_advances_in_place(name):
    walk = Walk(name, HYPER[name])
    addresses = {moment: tensor.data_ptr() for moment, tensor in walk.state.items()}
    for gradient in gradients():
        walk.move(gradient)
    assert addresses == {moment: tensor.data_ptr() for moment, tensor in walk.state.items()}


@pytest.mark.parametrize("name", ["adam", "rmsprop", "optimistic-adam"])
def test_a_weight_without_gradient_stays_where_it_is(name):
    walk = Walk(name, HYPER[name])
    walk.move(torch.zeros(R, P, dtype=torch.float64))
    assert torch.equal(walk.weights, start())


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_adams_first_step_has_the_size_of_the_learning_rate(size):
    walk = Walk("adam", {"lr": (0.1,) * R, "beta1": (0.5,) * R, "beta2": (0.9,) * R, "eps": (1e-12,) * R})
    walk.move(torch.full((R, P), size, dtype=torch.float64))
    torch.testing.assert_close(walk.weights, start() - 0.1, rtol=1e-5, atol=1e-6)
