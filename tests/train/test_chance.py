"""Layers that draw, in a population against the plain loop with their draws from the tape; and at sampling."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ganbench import seeding
from ganbench.gan.networks.chance import GaussianNoise, SamplingDropout
from ganbench.train.audit import audit
from ganbench.train.state import restore, state_of
from ganbench.train.training import Training
from tests.train.plain import PlainLoop, distance
from tests.train.settings import CPU, MLP, setting, train

SAMPLED = {**MLP, "dropout": 0.3, "dropout_at": "always"}


class FromTape(nn.Module):
    """A layer whose draws are written out."""

    def __init__(self, loop: Taped, role: str, layer: nn.Module) -> None:
        super().__init__()
        self.__dict__["loop"] = loop  # not as a part of the network
        self.role, self.layer = role, layer

    def forward(self, x: Tensor) -> Tensor:
        rng = self.loop.next_draw(self.role)
        shape = (64, *x.shape)
        row = self.loop.step % 64
        if isinstance(self.layer, GaussianNoise):
            return x + self.layer.std * torch.from_numpy(rng.standard_normal(shape)[row])
        kept = torch.from_numpy(rng.random(shape)[row]) >= self.layer.p
        return x * kept / (1 - self.layer.p)


class Taped(PlainLoop):
    joint = True  # one call of D for real and fake, as the engine makes it: its masks are of both

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        for role, network in (("generator", self.g), ("discriminator", self.d)):
            for index, layer in enumerate(network):
                if isinstance(layer, nn.Dropout | GaussianNoise):
                    network[index] = FromTape(self, role, layer)

    def next_draw(self, role: str) -> np.random.Generator:
        self.position[role] += 1
        parts = (role, self.phase, self.position[role])
        return seeding.stream(self.seed, "dropout", *parts, block=self.step // 64)

    def _open(self, phase: str, step: int) -> None:
        self.phase, self.step = phase, step
        self.position = {"generator": -1, "discriminator": -1}

    def _discriminator_step(self, step: int) -> float:
        self._open("d", step)
        return super()._discriminator_step(step)

    def _generator_step(self, step: int, partner: int) -> float:
        self._open("g", step)
        return super()._generator_step(step, partner)


CELLS: dict[str, dict[str, Any]] = {
    "noise in D": {"discriminator": {**MLP, "noise": 0.2}},
    "noise in G": {"generator": {**MLP, "noise": 0.2}},
    "both, in every layer": {
        "generator": {**MLP, "noise": 0.1, "dropout": 0.2},
        "discriminator": {**MLP, "noise": 0.3, "dropout": 0.4},
    },
    "dropout in D": {"discriminator": {**MLP, "dropout": 0.4}},
    "dropout in G, also when sampled": {"generator": SAMPLED},
}


@pytest.mark.parametrize("name", CELLS)
def test_a_population_does_what_the_plain_loop_with_the_same_draws_does(name: str) -> None:
    cell = setting(**CELLS[name], steps=100)
    training = train(*[cell] * 3, seeds=[3, 1, 2])
    assert distance(training, 1, Taped(cell, 1).train(100)) < 1e-9


def test_dropout_for_sampling_trains_as_ordinary_dropout_does() -> None:
    one, other = (
        train(setting(generator={**MLP, "dropout": 0.3, "dropout_at": at}, steps=30), seeds=[0])
        for at in ("training", "always")
    )
    assert torch.equal(one.game.generator.stack.flat, other.game.generator.stack.flat)
    assert not np.array_equal(one.generate(50), other.generate(50))


def test_its_samples_are_those_of_the_plain_module_with_masks_of_the_evaluation_stream() -> None:
    training = train(*[setting(generator=SAMPLED, steps=20)] * 2, seeds=[7, 8])
    found = training.generate(30)[1]
    module = training.game.generator.stack.module(1)
    noise = seeding.stream(8, "evaluation", "noise", block=20).standard_normal((30, 2))
    x = torch.from_numpy(noise)
    position = 0
    for layer in module:
        if isinstance(layer, SamplingDropout):
            rng = seeding.stream(8, "evaluation", "masks", "evaluation", position, block=20)
            x = x * (torch.from_numpy(rng.random((1, *x.shape))[0]) >= layer.p) / (1 - layer.p)
            position += 1
        else:
            x = layer(x)
    assert position == 2
    np.testing.assert_allclose(found, x.detach().numpy(), rtol=1e-9)


def test_sampling_draws_the_same_twice_and_moves_nothing() -> None:
    cell = setting(generator=SAMPLED, discriminator={**MLP, "noise": 0.1}, steps=40)
    looked, blind = Training([cell], [0], CPU), Training([cell], [0], CPU)
    looked.advance(20)
    before = torch.random.get_rng_state()
    assert np.array_equal(looked.generate(40), looked.generate(40))
    np.testing.assert_allclose(looked.generate(9), looked.generate(40)[:, :9], rtol=1e-9)
    audit(looked)
    assert torch.equal(torch.random.get_rng_state(), before)
    for training in (looked, blind):
        training.advance(40)
    assert torch.equal(looked.game.generator.stack.flat, blind.game.generator.stack.flat)
    assert not np.array_equal(looked.generate(9)[0], Training([cell], [1], CPU).generate(9)[0])


def test_a_run_is_sampled_alone_as_beside_others() -> None:
    cell = setting(generator=SAMPLED, steps=20)
    beside, alone = train(*[cell] * 3, seeds=[4, 5, 6]), train(cell, seeds=[5])
    np.testing.assert_allclose(beside.generate(20)[1], alone.generate(20)[0], rtol=1e-9)


def test_noise_goes_on_from_a_checkpoint_bit_for_bit() -> None:
    cell = setting(generator=SAMPLED, discriminator={**MLP, "noise": 0.2}, steps=80)
    through, resumed = train(cell, cell), Training([cell] * 2, [0, 1], CPU)
    restore(resumed, state_of(train(cell, cell, steps=40)))
    resumed.advance(80)
    assert torch.equal(through.game.discriminator.stack.flat, resumed.game.discriminator.stack.flat)
    assert np.array_equal(through.generate(5), resumed.generate(5))


def test_noise_is_off_where_d_is_looked_at() -> None:
    training = train(setting(discriminator={**MLP, "noise": 0.5}, steps=10), seeds=[0])
    stack = training.game.discriminator.stack
    x = torch.randn(2, 6, 2, dtype=torch.float64)
    out, _ = stack(x, training=False)
    plain = nn.Sequential(*[layer for layer in stack.module(0) if not isinstance(layer, GaussianNoise)])
    torch.testing.assert_close(out[0], plain(x[0]))


def test_plain_modules_draw_from_torch() -> None:
    x = torch.ones(100, 50)
    noise, dropout = GaussianNoise(0.2), SamplingDropout(0.5)
    assert (noise(x) - x).std().item() == pytest.approx(0.2, rel=0.05)
    assert torch.equal(noise.eval()(x), x)
    assert (dropout.eval()(x) == 0).double().mean().item() == pytest.approx(0.5, abs=0.03)
    assert repr(noise) == "GaussianNoise(std=0.2)"
