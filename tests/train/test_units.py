"""Which numbers of a network belong to one unit: rows of the matrices that `orthogonal` keeps apart."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from ganbench.gan.networks.minibatch import MinibatchDiscrimination
from ganbench.train.noise import Place
from ganbench.train.population import Stack
from tests.train.settings import CPU, MLP, setting, train

PLACE = Place(CPU, torch.float64)


def stack(*layers: nn.Module, example: torch.Tensor) -> Stack:
    module = nn.Sequential(*layers)
    return Stack([module, module], example.double(), place=PLACE)


@pytest.mark.parametrize("groups", [1, 2])
def test_the_units_of_a_transposed_convolution_are_its_outputs(groups: int) -> None:
    """A unit with weights of 0 is silent, whatever the input."""
    layer = nn.ConvTranspose2d(4, 6, 3, groups=groups, bias=False)
    made = stack(layer, example=torch.randn(2, 4, 5, 5))
    (units,) = made.units(made.weights).values()
    assert units.shape == (2, 6, 4 // groups * 9)
    for unit in range(6):
        flat = made.flat.clone().requires_grad_()
        (chosen,) = made.units(made.named(flat)).values()
        (where,) = torch.autograd.grad(chosen[:, unit].sum(), flat)
        out, _ = made(torch.randn(2, 3, 4, 5, 5).double(), made.named(made.flat * (1 - where)), training=True)
        silent = out.abs().sum((1, 3, 4)) == 0
        assert silent.tolist() == [[number == unit for number in range(6)]] * 2


def test_a_convolution_and_a_linear_layer_are_taken_as_they_are() -> None:
    made = stack(nn.Conv2d(2, 3, 2), nn.Flatten(), nn.Linear(12, 5), example=torch.randn(2, 2, 3, 3))
    units = made.units(made.weights)
    assert [tuple(w.shape) for w in units.values()] == [(2, 3, 8), (2, 5, 12)]
    assert torch.equal(units["0.weight"], made.weights["0.weight"].flatten(2))


def test_a_minibatch_layer_has_no_units() -> None:
    made = stack(
        nn.Linear(2, 4), MinibatchDiscrimination(4, 3, 2), nn.Linear(7, 1), example=torch.randn(5, 2)
    )
    assert list(made.units(made.weights)) == ["0.weight", "2.weight"]


def test_orthogonal_moves_no_weight_of_a_minibatch_layer() -> None:
    layer = {**MLP, "minibatch": "discrimination", "minibatch_kernels": 4}
    penalties = [{"name": "orthogonal", "of": "discriminator", "weight": 0.1, "form": "full"}]
    cell = setting(discriminator=layer, penalties=penalties, steps=3)
    training = train(cell, seeds=[0])
    game, d = training.game, training.game.discriminator.stack
    game.penalties.open("d", 0, clock=game.clock)
    ((_, value),) = game.penalties.values("d", d.leaves)
    slopes = torch.autograd.grad(value.sum(), list(d.leaves.values()), allow_unused=True)
    moved = {name for name, slope in zip(d.leaves, slopes, strict=True) if slope is not None}
    assert moved == set(d.units(d.weights)) == {"0.weight", "2.weight", "5.weight"}
    assert d.weights["4.weight"].shape == (2, 16, 4 * 5)
