"""Spectral normalisation in a population: the numbers of the plain module, and u moves once in a step of its player."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ganbench.gan.networks.spectral import SpectralLinear
from ganbench.train.audit import audit, top_singular_value
from ganbench.train.noise import Place
from ganbench.train.population import Stack
from ganbench.train.replica import replica_network
from ganbench.train.state import game_of, restore, state_of
from ganbench.train.training import Training
from ganbench.train.vectorise import FORWARDS
from tests.train.plain import PlainLoop
from tests.train.settings import CPU, MLP, setting, train

R, B = 3, 8
SPECTRAL = {**MLP, "norm": "spectral"}
PLACE = Place(CPU, torch.float64)
STILL = {"name": "sgd", "lr": 1e-300}  # weights do not move, so that u is a count of the iterations

CELLS = {
    "non-saturating": {},
    "hinge, leaky": {"loss": "hinge", "discriminator": {**SPECTRAL, "activation": "leaky-relu"}},
    "relativistic": {"loss": "relativistic-pairing"},
    "k": {"schedule": {"d_steps": 3}},
    "r1": {"penalties": [{"name": "r1", "gamma": 0.3}]},
    "lazy r1": {"penalties": [{"name": "r1", "gamma": 0.3, "every": 4}]},
    "wgan-gp": {
        "loss": "wasserstein",
        "penalties": [{"name": "wgan-gp", "weight": 0.1}],
        "schedule": {"d_steps": 3},
    },
    "maxout": {"discriminator": {**SPECTRAL, "maxout": 3}},
    "joint": {"discriminator": {**SPECTRAL, "minibatch": "deviation"}, "schedule": {"batches": "joint"}},
    "both players": {"generator": SPECTRAL},
    "ema": {"generator": SPECTRAL, "ema": {"decay": 0.9}},
}


def cell(**changes):
    return setting(**{"discriminator": SPECTRAL, **changes})


def layers(network: nn.Module) -> list[SpectralLinear]:
    return [module for module in network.modules() if isinstance(module, SpectralLinear)]


def naive_iteration(layer: SpectralLinear) -> None:
    w, u = layer.weight.detach().numpy(), layer.u.numpy()
    v = w.T @ u / np.linalg.norm(w.T @ u)
    layer.u.copy_(torch.from_numpy(w @ v / np.linalg.norm(w @ v)))


class SpectralLoop(PlainLoop):
    """The plain loop on plain modules, which iterates a network's layers by hand once in a step of its player."""

    def __init__(self, *args) -> None:
        super().__init__(*args)
        for layer in layers(self.g) + layers(self.d):
            layer.eval()  # so that no call iterates

    def _discriminator_step(self, step: int) -> float:
        self._iterate(self.d)
        return super()._discriminator_step(step)

    def _generator_step(self, step: int, partner: int) -> float:
        self._iterate(self.g)
        return super()._generator_step(step, partner)

    def _iterate(self, network: nn.Module) -> None:
        for layer in layers(network):
            naive_iteration(layer)


def assert_same(training: Training, replica: int, loop: PlainLoop) -> None:
    for player, network in ((training.game.generator, loop.g), (training.game.discriminator, loop.d)):
        held = player.stack.weights | player.stack.buffers
        for name, expected in network.state_dict().items():
            assert (held[name][replica] - expected).norm() <= 1e-9 * expected.norm(), name


@pytest.mark.parametrize("name", CELLS)
def test_weights_and_u_are_those_of_plain_modules_after_200_steps(name):
    given = cell(**CELLS[name])
    training = train(*[given] * 3, seeds=[3, 1, 2])
    assert_same(training, 1, SpectralLoop(given, 1).train(200))


def test_population_and_plain_module_agree_step_by_step():
    given = cell(penalties=[{"name": "r1"}], schedule={"d_steps": 2})
    training, loop = Training([given] * 2, [3, 1], CPU), SpectralLoop(given, 1)
    d_steps = iter(range(1000))
    for step in range(10):
        training.advance(step + 1)
        last = max(loop._discriminator_step(d) and d for d in (next(d_steps), next(d_steps)))
        loop._generator_step(step, last)
        assert_same(training, 1, loop)


COUNTED = {
    "plain": ({}, 1, 1),
    "k and m": ({"schedule": {"d_steps": 3, "g_steps": 2}}, 3, 2),
    "r1 and r2": ({"penalties": [{"name": "r1"}, {"name": "r2"}]}, 1, 1),
    "wgan-gp": ({"penalties": [{"name": "wgan-gp"}], "schedule": {"d_steps": 2}}, 2, 1),
    "paired": ({"loss": "relativistic-pairing"}, 1, 1),
    "generator first": ({"schedule": {"order": "generator-first"}}, 1, 1),
    "simultaneous": ({"schedule": {"order": "simultaneous"}}, 1, 1),
    "geometry": ({"probes": {"geometry": 4}}, 1, 1),
    "joint": (
        {"discriminator": {**SPECTRAL, "minibatch": "deviation"}, "schedule": {"batches": "joint"}},
        1,
        1,
    ),
}


@pytest.mark.parametrize("name", COUNTED)
def test_u_moves_once_in_every_step_of_its_player(name):
    changes, d_steps, g_steps = COUNTED[name]
    optimizers = {"generator": STILL, "discriminator": STILL}
    given = cell(generator=SPECTRAL, optimizers=optimizers, steps=6 * g_steps, **changes)
    training = Training([given] * 2, [0, 1], CPU)
    stacks = (training.game.generator.stack, training.game.discriminator.stack)
    starts = [[stack.module(r) for r in range(2)] for stack in stacks]
    for stop in (2 * g_steps, 6 * g_steps):
        training.advance(stop)
        audit(training)
        training.generate(20)
    for stack, modules, steps in zip(stacks, starts, (6 * g_steps, 6 * d_steps), strict=True):
        for replica, module in enumerate(modules):
            for layer in layers(module):
                for _ in range(steps):
                    naive_iteration(layer)
            for buffer, expected in module.named_buffers():
                torch.testing.assert_close(stack.buffers[buffer][replica], expected, rtol=1e-10, atol=1e-12)


class Coupled(nn.Module):
    """A user's network: batch norm makes separate calls of real and fake, a residual keeps it out of the kernels."""

    def __init__(self, drop: float = 0.0) -> None:
        super().__init__()
        self.first = SpectralLinear(2, 6)
        self.norm = nn.BatchNorm1d(6)
        self.drop = nn.Dropout(drop)
        self.last = SpectralLinear(6, 1)

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.drop(self.norm(self.first(x))).relu()
        return self.last(hidden) + hidden.mean(1, keepdim=True)


def populated(build=Coupled) -> tuple[list[nn.Module], Stack]:
    torch.manual_seed(0)
    modules = [build() for _ in range(R)]
    example = torch.randn(B, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
    return modules, Stack(modules, example, place=PLACE)


@pytest.mark.parametrize(("drop", "strategy"), [(0.0, "vmap"), (0.3, "sequential")])
def test_networks_without_kernels_hold_u_still_too_and_iterate_when_asked(drop, strategy):
    modules, stack = populated(lambda: Coupled(drop))
    assert stack.choice.strategy == strategy
    x, alive = torch.randn(R, B, 2, dtype=torch.float64), torch.ones(R, dtype=torch.bool)
    for _ in range(3):
        stack.iterate(alive)
        for _ in range(2):
            _, moved = stack(x, training=True)
            stack.keep(moved, alive)
    for replica, module in enumerate(modules):
        for layer in layers(module.double()):
            for _ in range(3):
                naive_iteration(layer)
        for name in ("first.u", "last.u"):
            torch.testing.assert_close(stack.buffers[name][replica], module.get_buffer(name))
        assert stack.buffers["norm.num_batches_tracked"][replica] == 6


def test_real_and_fake_in_separate_batches_meet_the_same_u():
    _, stack = populated()
    stack.iterate(torch.ones(R, dtype=torch.bool))
    before = {name: buffer.clone() for name, buffer in stack.buffers.items()}
    for x in torch.randn(2, R, B, 2, dtype=torch.float64):
        _, moved = stack(x, training=True)
        stack.keep(moved, torch.ones(R, dtype=torch.bool))
    assert torch.equal(stack.buffers["first.u"], before["first.u"])
    assert not torch.equal(stack.buffers["norm.running_mean"], before["norm.running_mean"])


@pytest.mark.parametrize("strategy", FORWARDS)
def test_every_strategy_gives_the_numbers_of_the_plain_modules(strategy):
    def build():
        return nn.Sequential(SpectralLinear(2, 6), nn.LeakyReLU(0.2), SpectralLinear(6, 1))

    torch.manual_seed(0)
    modules = [build() for _ in range(R)]
    x = torch.randn(R, B, 2, dtype=torch.float64)
    stack = Stack(modules, x[0], place=PLACE, strategy=strategy)
    out, _ = stack(x, training=True)
    for r, module in enumerate(modules):
        torch.testing.assert_close(out[r], module.double().eval()(x[r]))


def test_a_stack_of_tied_weights_iterates_each_layer_on_the_weight_it_uses():
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.other = SpectralLinear(2, 2), SpectralLinear(2, 2)
            self.other.weight = self.one.weight

        def forward(self, x: Tensor) -> Tensor:
            return self.other(self.one(x).tanh())

    modules, stack = populated(Tied)
    stack.iterate(torch.ones(R, dtype=torch.bool))
    for r, module in enumerate(modules):
        for layer in layers(module.double()):
            naive_iteration(layer)
        for name, expected in module.named_buffers():
            torch.testing.assert_close(stack.buffers[name][r], expected)


def test_a_run_does_not_depend_on_its_neighbours():
    given = cell(penalties=[{"name": "r1"}])
    loop = SpectralLoop(given, 7).train(100)
    assert_same(train(*[given] * 5, seeds=[5, 7, 8, 9, 1], steps=100), 1, loop)
    assert_same(train(given, seeds=[7], steps=100), 0, loop)


def test_u_of_a_dead_replica_stands_still():
    _, stack = populated()
    before = stack.buffers["first.u"].clone()
    stack.flat[2] = torch.nan
    stack.iterate(torch.tensor([True, False, True]))
    after = stack.buffers["first.u"]
    assert not torch.equal(after[0], before[0])
    assert torch.equal(after[1:], before[1:])


def test_measuring_changes_no_bit():
    given = cell(precision="float32", probes={"geometry": 7}, penalties=[{"name": "r1", "every": 3}])
    measured, blind = train(given, given, steps=50), train(given, given, steps=50, probed=False)
    audit(measured)
    for name, tensor in game_of(blind).items():
        assert torch.equal(game_of(measured)[name], tensor), name


def test_the_singular_value_on_record_is_that_of_the_weights_as_they_are_applied():
    """1 once u has converged, whatever the raw weights; at least 1 while u lags behind them."""
    still, moving = (
        cell(optimizers={"generator": one, "discriminator": one}) for one in (STILL, {"name": "adam"})
    )
    stack = train(still, seeds=[0]).game.discriminator.stack
    raw = max(torch.linalg.svdvals(w[0])[0].item() for w in stack.weights.values() if w.dim() > 2)
    assert raw > 1.5
    assert top_singular_value(stack)[0].item() == pytest.approx(1, rel=1e-6)
    for matrix in train(moving, seeds=[0], steps=20).game.discriminator.stack.matrices():
        assert torch.linalg.svdvals(matrix[0])[0] >= 1 - 1e-9


def test_u_goes_through_a_checkpoint_bit_for_bit():
    given = cell(generator=SPECTRAL, precision="float32", ema={"decay": 0.9})
    first, second = (Training([given] * 2, [4, 5], CPU) for _ in range(2))
    first.advance(20)
    restore(second, state_of(first))
    for training in (first, second):
        training.advance(40)
    names = [name for name in game_of(first) if name.endswith(".u")]
    assert len(names) == 9  # three layers of G, of D and of the average of G
    for name, tensor in game_of(first).items():
        assert torch.equal(game_of(second)[name], tensor), name


def test_an_export_is_a_plain_module_with_u_in_its_state_dict():
    given = cell()
    training = train(given, given, steps=30)
    module = replica_network(given, "discriminator", game_of(training), 1).eval()
    assert [name for name in module.state_dict() if name.endswith(".u")] == ["0.u", "2.u", "4.u"]
    x = torch.randn(2, 9, 2, dtype=torch.float64)
    out, _ = training.game.discriminator.stack(x, training=False)
    torch.testing.assert_close(module(x[1]), out[1].detach())
