"""The unrolled discriminator against a plain loop that differentiates through steps written out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.func import functional_call

from ganbench import registry
from ganbench.gan.optimizers import ADAM, RMSPROP, SGD
from ganbench.gan.tricks.unrolling import DIFFERENTIABLE
from ganbench.train.training import Training
from ganbench.train.unroll import RULES
from tests.train.plain import D_LOSSES, G_LOSSES, _norm
from tests.train.settings import CPU, MLP, dirac, setting, train
from tests.train.tricks.oracle import Written, agrees

OPTIMIZERS: dict[str, dict[str, Any]] = {
    "adam": {"name": "adam", "lr": 1e-2},
    "sgd": {"name": "sgd", "lr": 0.1},
    "momentum": {"name": "sgd", "lr": 0.1, "momentum": 0.5},
    "rmsprop": {"name": "rmsprop", "lr": 1e-3},
}
TINY = 1e-60  # so that the root has a slope where a unit is dead


class Unrolled(Written):
    def _generator_step(self, step: int, partner: int) -> float:
        fake, real = self.g(self._draw(step, "noise", "generator")), self._draw(partner, "data")
        names = [name for name, _ in self.d.named_parameters()]
        weights = [p.detach().requires_grad_() for p in self.d.parameters()]
        moments = [dict(self.opt_d.state[p]) for p in self.d.parameters()]

        def judge(x: Tensor) -> Tensor:
            return functional_call(self.d, dict(zip(names, weights, strict=True)), (x,))

        for _ in range(self.options.steps):
            loss = D_LOSSES[self.setting.loss.name](judge(real), judge(fake))
            slopes = torch.autograd.grad(loss, weights, create_graph=True)
            weights = [w + self.change(g, m) for w, g, m in zip(weights, slopes, moments, strict=True)]
        self.opt_g.zero_grad()
        G_LOSSES[self.setting.loss.name](judge(fake), None).backward()
        norm = _norm(self.g)
        self.opt_g.step()
        return norm

    def change(self, g: Tensor, m: dict[str, Any]) -> Tensor:
        """One step of D's optimiser for one weight, its moments moved on."""
        o = self.setting.optimizers.discriminator
        if o.name == "sgd":
            old = m.get("momentum_buffer")
            m["momentum_buffer"] = g if old is None else o.momentum * old + g
            return -o.lr * m["momentum_buffer"]
        if o.name == "rmsprop":
            m["square_avg"] = o.alpha * m["square_avg"] + (1 - o.alpha) * g * g
            return -o.lr * g / ((m["square_avg"] + TINY).sqrt() + o.eps)
        m["step"] = m["step"] + 1
        m["exp_avg"] = o.beta1 * m["exp_avg"] + (1 - o.beta1) * g
        m["exp_avg_sq"] = o.beta2 * m["exp_avg_sq"] + (1 - o.beta2) * g * g
        t = float(m["step"])
        mean, square = m["exp_avg"] / (1 - o.beta1**t), m["exp_avg_sq"] / (1 - o.beta2**t)
        return -o.lr * mean / ((square + TINY).sqrt() + o.eps)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_generator_sees_what_the_discriminator_will_be(optimizer: str) -> None:
    optimizers = {"generator": {"name": "adam", "lr": 1e-3}, "discriminator": OPTIMIZERS[optimizer]}
    agrees(Unrolled, {"name": "unrolled-discriminator", "steps": 3}, optimizers=optimizers)


@pytest.mark.parametrize("steps", [1, 5, 10])
def test_it_looks_as_many_steps_ahead_as_it_is_told(steps: int) -> None:
    agrees(
        Unrolled,
        {"name": "unrolled-discriminator", "steps": steps},
        discriminator={**MLP, "activation": "tanh"},
    )


def unrolled_dirac(steps: int, **changes: Any):
    """The bilinear game L_D = -psi theta, L_G = psi theta, by gradient steps of size h = 0.2."""
    trick = {"name": "unrolled-discriminator", "steps": steps}
    return dirac(loss="wasserstein", tricks=[trick], schedule={"order": "simultaneous"}, **changes)


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_looking_ahead_damps_the_bilinear_game_by_twice_the_learning_rate_a_step(steps: int) -> None:
    """psi_K = psi + K h theta, so L_G = psi theta + K h theta^2: its slope has 2 K h theta more."""
    training = train(unrolled_dirac(steps), seeds=[0], steps=20)
    theta, psi, h = 1.0, 1.0, 0.2
    for _ in range(20):
        theta, psi = theta - h * (psi + 2 * steps * h * theta), psi + h * theta
    found = [float(p.stack.flat[0, 0]) for p in (training.game.generator, training.game.discriminator)]
    np.testing.assert_allclose(found, [theta, psi], rtol=1e-12)


@pytest.mark.parametrize("steps", [1, 3])
def test_the_geometry_is_that_of_the_game_that_is_played(steps: int) -> None:
    """v = (-psi - 2 K h theta, theta): eigenvalues -K h +- i sqrt(1 - K^2 h^2)."""
    training = train(unrolled_dirac(steps, probes={"geometry": 5}), seeds=[0], steps=5)
    ((_, look),) = training.geometry
    damping = steps * 0.2
    np.testing.assert_allclose(look["eigenvalue_0_real"], -damping, rtol=1e-9)
    np.testing.assert_allclose(abs(look["eigenvalue_0_imag"]), np.sqrt(1 - damping**2), rtol=1e-9)


def test_the_discriminator_itself_stands_still_meanwhile() -> None:
    network = {"discriminator": {**MLP, "norm": "batch"}}
    cells = [setting(**network, tricks=tricks) for tricks in (["unrolled-discriminator"], [])]
    ahead, plain = (train(cell, cell, steps=1).game.discriminator for cell in cells)
    assert torch.equal(ahead.stack.flat, plain.stack.flat)
    for name, moment in ahead.state.items():
        assert torch.equal(moment, plain.state[name])
    batches = "1.num_batches_tracked"
    assert torch.equal(ahead.stack.buffers[batches], plain.stack.buffers[batches])


def test_every_step_ahead_is_a_gradient_that_costs() -> None:
    training = train(setting(tricks=[{"name": "unrolled-discriminator", "steps": 5}]), seeds=[0], steps=10)
    assert training.counters(0)["gradient_evaluations"] == 10 * (1 + 1 + 5)


def test_a_unit_that_is_dead_from_the_start_gives_no_nan() -> None:
    training = Training([setting(tricks=["unrolled-discriminator"])] * 2, [0, 1], CPU)
    stack = training.game.discriminator.stack
    stack.weights["0.bias"].fill_(-100.0)
    training.advance(5)
    assert training.diverged_at() == [None, None]


def test_the_optimisers_that_can_be_unrolled_are_those_of_the_registry() -> None:
    assert {registry.entry("optimizer", name).load() for name in DIFFERENTIABLE} == {SGD, ADAM, RMSPROP}
    assert set(RULES) == {SGD, ADAM, RMSPROP}
