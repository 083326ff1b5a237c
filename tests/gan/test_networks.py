"""The multilayer perceptron: its layers, its first weights, and that it is an ordinary module."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from torch import nn

from ganbench import registry
from ganbench.gan.networks import MLPOptions
from ganbench.gan.networks.chance import GaussianNoise, SamplingDropout
from ganbench.gan.networks.minibatch import MinibatchDeviation, MinibatchDiscrimination
from ganbench.gan.networks.mlp import MLP, Maxout
from ganbench.gan.networks.spectral import SpectralLinear


def mlp(inputs: int = 2, outputs: int = 1, **options) -> MLP:
    torch.manual_seed(0)
    return MLP(MLPOptions(name="mlp", **options), inputs, outputs)


def kinds(network: nn.Module) -> list[type]:
    return [type(layer) for layer in network]


def linears(network: nn.Module) -> list[nn.Linear]:
    return [layer for layer in network if isinstance(layer, nn.Linear)]


@settings(deadline=None)
@given(
    width=st.integers(1, 9),
    depth=st.integers(1, 4),
    pieces=st.integers(1, 4),
    norm=st.sampled_from(["none", "batch", "layer", "spectral"]),
    inputs=st.integers(1, 5),
    outputs=st.integers(1, 5),
)
def test_any_width_depth_and_maxout_maps_batches_of_inputs_to_outputs(
    width, depth, pieces, norm, inputs, outputs
):
    network = mlp(inputs, outputs, width=width, depth=depth, maxout=pieces, norm=norm)
    assert network(torch.randn(6, inputs)).shape == (6, outputs)
    shapes = [tuple(layer.weight.shape) for layer in linears(network)]
    hidden = [(width * pieces, inputs), *[(width * pieces, width)] * (depth - 1)]
    assert shapes == [*hidden, (outputs, width)]


@pytest.mark.parametrize(
    ("options", "block"),
    [
        ({}, [nn.Linear, nn.ReLU]),
        ({"activation": "leaky-relu"}, [nn.Linear, nn.LeakyReLU]),
        ({"activation": "tanh"}, [nn.Linear, nn.Tanh]),
        ({"activation": "silu"}, [nn.Linear, nn.SiLU]),
        ({"norm": "batch"}, [nn.Linear, nn.BatchNorm1d, nn.ReLU]),
        ({"norm": "layer", "dropout": 0.3}, [nn.Linear, nn.LayerNorm, nn.ReLU, nn.Dropout]),
        ({"maxout": 5}, [nn.Linear, Maxout]),
        ({"noise": 0.1, "dropout": 0.3}, [nn.Linear, nn.ReLU, GaussianNoise, nn.Dropout]),
        ({"dropout": 0.3, "dropout_at": "always"}, [nn.Linear, nn.ReLU, SamplingDropout]),
        ({"norm": "spectral", "maxout": 5}, [SpectralLinear, Maxout]),
    ],
)
def test_a_hidden_layer_is_linear_norm_activation_dropout(options, block):
    assert kinds(mlp(depth=2, **options)) == [*block, *block, block[0]]


@pytest.mark.parametrize(
    ("options", "layer", "added"),
    [
        ({"minibatch": "deviation"}, MinibatchDeviation, 1),
        ({"minibatch": "deviation", "minibatch_group": 4}, MinibatchDeviation, 1),
        ({"minibatch": "discrimination"}, MinibatchDiscrimination, 100),
        ({"minibatch": "discrimination", "minibatch_kernels": 7}, MinibatchDiscrimination, 7),
    ],
)
def test_a_minibatch_layer_stands_before_the_last_one(options, layer, added):
    network = mlp(width=8, maxout=2, **options)
    assert kinds(network)[-2:] == [layer, nn.Linear]
    assert network[-1].in_features == 8 + added
    assert network(torch.randn(12, 2)).shape == (12, 1)


@pytest.mark.parametrize(
    ("output", "last"), [("linear", nn.Linear), ("tanh", nn.Tanh), ("sigmoid", nn.Sigmoid)]
)
def test_the_output_is_linear_or_squashed(output, last):
    assert kinds(mlp(output=output))[-1] is last


def test_options_reach_the_layers():
    network = mlp(activation="leaky-relu", slope=0.3, dropout=0.4)
    assert network[1].negative_slope == 0.3
    assert network[2].p == 0.4


def test_maxout_is_the_largest_of_neighbouring_units():
    x = torch.randn(4, 3, 6)
    found = Maxout(2)(x)
    for i in range(4):
        for j in range(3):
            for unit in range(3):
                assert found[i, j, unit] == max(x[i, j, 2 * unit], x[i, j, 2 * unit + 1])


def test_maxout_says_its_pieces():
    assert repr(Maxout(5)) == "Maxout(pieces=5)"


@pytest.mark.parametrize("std", [0.02, 0.5])
def test_normal_weights_have_the_std_that_was_asked_for_and_no_bias(std):
    for layer in linears(mlp(256, 256, width=256, init="normal", init_std=std)):
        assert layer.weight.std().item() == pytest.approx(std, rel=0.02)
        assert layer.weight.mean().item() == pytest.approx(0, abs=0.02 * std)
        assert not layer.bias.any()


def test_xavier_weights_are_uniform_within_the_bound_of_fan_in_and_out():
    for layer in linears(mlp(100, 50, width=200, init="xavier")):
        bound = (6 / (layer.in_features + layer.out_features)) ** 0.5
        assert layer.weight.abs().max().item() == pytest.approx(bound, rel=1e-2)
        assert layer.weight.std().item() == pytest.approx(bound / 3**0.5, rel=0.05)
        assert not layer.bias.any()


def test_orthogonal_weights_have_orthonormal_rows_or_columns():
    for layer in linears(mlp(8, 4, width=16, init="orthogonal")):
        w = layer.weight.detach()
        gram = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
        torch.testing.assert_close(gram, torch.eye(len(gram)), rtol=0, atol=1e-5)
        assert not layer.bias.any()


def test_default_weights_are_those_of_torchs_own_layers():
    network = mlp(3, 2, width=4, depth=1)
    torch.manual_seed(0)
    for layer, plain in zip(linears(network), [nn.Linear(3, 4), nn.Linear(4, 2)], strict=True):
        assert torch.equal(layer.weight, plain.weight)
        assert torch.equal(layer.bias, plain.bias)


@pytest.mark.parametrize("norm", ["none", "batch", "layer", "spectral"])
def test_a_state_dict_loads_into_a_fresh_module(norm):
    network, x = mlp(norm=norm), torch.randn(9, 2)
    network(x)
    fresh = MLP(MLPOptions(name="mlp", norm=norm), 2, 1)
    fresh.load_state_dict(network.state_dict())
    assert torch.equal(fresh.eval()(x), network.eval()(x))


@pytest.mark.parametrize("init", ["default", "normal", "xavier", "orthogonal"])
def test_every_norm_starts_from_the_same_linear_layers(init):
    """So that cells that differ in the norm alone are paired by seed."""
    plain = linears(mlp(3, norm="none", init=init))
    for norm in ("batch", "layer", "spectral"):
        for layer, expected in zip(linears(mlp(3, norm=norm, init=init)), plain, strict=True):
            assert torch.equal(layer.weight, expected.weight)
            assert torch.equal(layer.bias, expected.bias)


def test_the_registry_builds_the_same_network():
    options = registry.entry("network", "mlp").options(width=3)
    network = registry.load("network", options)(options, 2, 1)
    assert repr(network) == repr(mlp(width=3))


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 0},
        {"depth": 0},
        {"maxout": 0},
        {"dropout": 1.0},
        {"activation": "gelu"},
        {"widht": 3},
        {"noise": -0.1},
        {"dropout_at": "always"},
        {"minibatch_group": 4},
    ],
)
def test_impossible_options_are_refused(wrong):
    with pytest.raises(ValidationError):
        MLPOptions(name="mlp", **wrong)
