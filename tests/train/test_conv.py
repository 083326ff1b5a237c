"""Convolutional networks in a population: the plain loop's numbers, three ways to call them, export, refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from ganbench import registry, seeding
from ganbench.train.audit import audit
from ganbench.train.layers import Context
from ganbench.train.networks import network
from ganbench.train.replica import replica_network
from ganbench.train.state import game_of, restore, state_of
from ganbench.train.training import Training
from ganbench.train.vectorise import FORWARDS, body
from tests.suite.example import problems
from tests.train.plain import PlainLoop, distance
from tests.train.settings import CPU, setting, train

# Biases start away from 0: one before a norm has no slope, and as 0 no size to compare its rounding with.
G = {"name": "conv-generator", "width": 3, "init": "default"}
D = {"name": "conv-discriminator", "width": 3, "init": "default"}
SGD = {"name": "sgd", "lr": 1e-3}
WITHOUT_ADAM = {"optimizers": {"generator": SGD, "discriminator": SGD}}
R1 = {"penalties": [{"name": "r1", "gamma": 0.3}]}


def cell(**changes: Any):
    given = {"generator": G, "discriminator": D, **changes}
    return setting(**{"data": "digits", "latent": {"dim": 4}, "steps": 25, **given})


class ImageLoop(PlainLoop):
    """On images: the networks are built with their rows and columns."""

    def _network(self, role: str, inputs: int, outputs: int) -> nn.Module:
        options = getattr(self.setting, role)
        torch.manual_seed(seeding.torch_seed(self.seed, "initialisation", role))
        build = registry.load("network", options)
        return build(options, inputs, outputs, image_shape=(8, 8)).to(self.dtype)


CELLS: dict[str, dict[str, Any]] = {
    "dcgan": WITHOUT_ADAM,
    "without norm, r1": {"generator": {**G, "norm": "none"}, "discriminator": {**D, "norm": "none"}, **R1},
    "instance, nearest, average": {
        "generator": {**G, "norm": "instance", "upsampling": "nearest"},
        "discriminator": {**D, "norm": "instance", "downsampling": "average"},
        **WITHOUT_ADAM,
    },
    "layer, maximum": {
        "generator": {**G, "norm": "layer"},
        "discriminator": {**D, "norm": "layer", "downsampling": "maximum"},
        **R1,
    },
}


@pytest.mark.parametrize("name", CELLS)
def test_a_population_does_what_the_plain_loop_does(name: str) -> None:
    given = cell(**CELLS[name])
    training = train(*[given] * 3, seeds=[3, 1, 2])
    assert "one replica at a time" in training.strategy
    assert distance(training, 1, ImageLoop(given, 1).train(25)) < 1e-9


NETWORKS = {
    f"{player}, {norm}": (player, norm)
    for player, norms in {
        "generator": ("none", "batch", "layer", "instance"),
        "discriminator": ("none", "batch", "layer", "instance", "spectral"),
    }.items()
    for norm in norms
}


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", NETWORKS)
def test_vectorised_as_one_at_a_time(name: str, training: bool) -> None:
    """Outputs, gradients and buffers; on a GPU vmap is the way."""
    player, norm = NETWORKS[name]
    base = G if player == "generator" else D
    given = cell(**{player: {**base, "norm": norm}})
    modules = [network(given, player).double() for _ in range(3)]
    weights = {
        n: torch.stack([m.get_parameter(n).detach() for m in modules])
        for n, _ in modules[0].named_parameters()
    }
    buffers = {n: torch.stack([m.get_buffer(n) for m in modules]) for n, _ in modules[0].named_buffers()}
    leaves = {n: w.requires_grad_() for n, w in weights.items()}
    x = torch.randn(3, 5, 4 if player == "generator" else 64, dtype=torch.float64)
    found = []
    for way in ("vmap", "sequential"):
        context = Context(training=training, masks=None, moved={})
        out = FORWARDS[way](modules[0])(leaves, buffers, x, context)
        slopes = torch.autograd.grad(out.square().sum(), list(leaves.values()))
        found.append((out, list(slopes), dict(context.moved)))
    torch.testing.assert_close(found[0], found[1], rtol=1e-8, atol=1e-10)


def test_spectral_convolutions_iterate_once_in_a_step_of_their_player() -> None:
    still = {"name": "sgd", "lr": 1e-300}
    given = cell(
        discriminator={**D, "norm": "spectral"}, optimizers={"generator": still, "discriminator": still}
    )
    training = Training([given] * 2, [0, 1], CPU)
    layer = training.game.discriminator.stack.module(0)[1]
    training.advance(3)
    x = torch.zeros(1, 1, 8, 8, dtype=torch.float64)
    for _ in range(3):
        layer.train()(x)
    torch.testing.assert_close(training.game.discriminator.stack.module(0)[1].u, layer.u)
    assert audit(training)["singular_value_d"][0] == pytest.approx(1, abs=0.3)


def test_one_replica_is_an_ordinary_module() -> None:
    given = cell(**WITHOUT_ADAM)
    training = train(given, given)
    module = replica_network(given, "generator", game_of(training), 1).eval()
    z = torch.randn(6, 4, dtype=torch.float64)
    together, _ = training.game.generator.stack(z.expand(2, 6, 4), training=False)
    torch.testing.assert_close(module(z), together[1])


def test_training_goes_on_from_a_checkpoint_bit_for_bit() -> None:
    given = cell()
    through, resumed = train(given, given), Training([given] * 2, [0, 1], CPU)
    restore(resumed, state_of(train(given, given, steps=10)))
    resumed.advance(25)
    assert torch.equal(through.game.generator.stack.flat, resumed.game.generator.stack.flat)


def test_a_pack_is_an_image_with_more_channels() -> None:
    training = train(cell(tricks=[{"name": "packing", "samples": 4}], steps=3), seeds=[0])
    assert training.game.discriminator.stack.template[1].in_channels == 4
    assert training.diverged_at() == [None]


def test_features_are_those_before_the_last_linear_layer() -> None:
    part = body(network(cell(), "discriminator").double())
    assert part is not None
    assert part(torch.randn(3, 64, dtype=torch.float64)).shape == (3, 2 * 2 * 6)
    assert body(network(cell(), "generator")) is None  # its last layer is a convolution
    assert train(cell(tricks=["feature-matching"], steps=3), seeds=[0]).diverged_at() == [None]


REFUSED = {
    ("generator=conv-generator",): "conv-generator needs images of at least 8x8, ring has no images",
    ("data=digits", "generator=conv-discriminator"): "conv-discriminator cannot be the generator",
    ("data=digits", "discriminator=conv-generator"): "conv-generator cannot be the discriminator",
}


@pytest.mark.parametrize("sets", REFUSED)
def test_it_is_refused_with_the_reason(tmp_path: Path, sets: tuple[str, ...]) -> None:
    found = problems(tmp_path, sets=sets)
    assert any(REFUSED[sets] in one for one in found)
