"""Every layer written for a replica axis does what the plain layer does, replica by replica."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

from ganbench.gan.networks.chance import GaussianNoise, SamplingDropout
from ganbench.gan.networks.conditional import WithoutLabels
from ganbench.gan.networks.minibatch import MinibatchDeviation, MinibatchDiscrimination
from ganbench.gan.networks.mlp import Maxout
from ganbench.gan.networks.spectral import SpectralLinear
from ganbench.train.layers import KERNELS, Context
from ganbench.train.noise import Masks, Place
from tests.train.settings import CPU

R, B, F = 3, 10, 6
PLACE = Place(CPU, torch.float64)

LAYERS = {
    "linear": nn.Linear(F, 4),
    "linear without bias": nn.Linear(F, 4, bias=False),
    "spectral linear": SpectralLinear(F, 4),
    "batch norm": nn.BatchNorm1d(F),
    "batch norm, slow": nn.BatchNorm1d(F, momentum=0.01, eps=0.1),
    "batch norm without affine": nn.BatchNorm1d(F, affine=False),
    "batch norm without statistics": nn.BatchNorm1d(F, track_running_stats=False),
    "layer norm": nn.LayerNorm(F),
    "layer norm, eps": nn.LayerNorm(F, eps=0.1),
    "layer norm without bias": nn.LayerNorm(F, bias=False),
    "layer norm without affine": nn.LayerNorm(F, elementwise_affine=False),
    "maxout": Maxout(3),
    "relu": nn.ReLU(),
    "leaky relu": nn.LeakyReLU(0.3),
    "tanh": nn.Tanh(),
    "silu": nn.SiLU(),
    "sigmoid": nn.Sigmoid(),
    "identity": nn.Identity(),
    "dropout off": nn.Dropout(0.0),
    "sampling dropout off": SamplingDropout(0.0),
    "noise off": GaussianNoise(0.0),
    "minibatch deviation": MinibatchDeviation(),
    "minibatch deviation of groups": MinibatchDeviation(5),
    "minibatch discrimination": MinibatchDiscrimination(F, 4, 3),
    "without labels": WithoutLabels(2),
}


def replicas(name: str) -> list[nn.Module]:
    """R copies with weights and buffers of their own."""
    rng = torch.Generator().manual_seed(0)
    copies = [copy.deepcopy(LAYERS[name]).double() for _ in range(R)]
    for layer in copies:
        for tensor in (*layer.parameters(), *layer.buffers()):
            if tensor.is_floating_point():
                tensor.data.copy_(torch.rand(tensor.shape, generator=rng) + 0.5)
    return copies


def stacked(layers: list[nn.Module]) -> dict[str, Tensor]:
    held = [dict(layer.named_parameters()) | dict(layer.named_buffers()) for layer in layers]
    return {name: torch.stack([h[name].detach() for h in held]) for name in held[0]}


def samples() -> Tensor:
    return 3 * torch.randn(R, B, F, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) + 1


def call(layer: nn.Module, held: dict[str, Tensor], x: Tensor, context: Context) -> Tensor:
    return KERNELS[type(layer)](layer, held, x, context, "path.")


def context(training: bool, masks: Masks | None = None) -> Context:
    return Context(training=training, masks=masks, moved={})


def dropping(step: int, *seeds: int) -> Masks:
    masks = Masks(seeds or range(R), role=("dropout", "discriminator"), place=PLACE)
    masks.open("d", step)
    return masks


def test_every_kernel_is_tested_here():
    assert {type(layer) for layer in LAYERS.values()} == set(KERNELS)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", LAYERS)
def test_kernels_give_the_outputs_and_gradients_of_the_plain_layer(name, training):
    layers, x = replicas(name), samples().requires_grad_()
    held = {key: t.requires_grad_(t.is_floating_point()) for key, t in stacked(layers).items()}
    out = call(layers[0], held, x, context(training))
    weight = torch.linspace(-1, 1, out.numel(), dtype=torch.float64).reshape(out.shape)
    leaves = [x, *(held[key] for key, _ in layers[0].named_parameters())]
    slopes = torch.autograd.grad((weight * out).sum(), leaves)
    for r, layer in enumerate(layers):
        mine = x[r].detach().requires_grad_()
        # The stack moves u once a step, a call of the plain layer in training mode moves it each time.
        plain = layer.train(training and not isinstance(layer, SpectralLinear))(mine)
        torch.testing.assert_close(out[r], plain, rtol=1e-12, atol=1e-12)
        wanted = torch.autograd.grad((weight[r] * plain).sum(), [mine, *layer.parameters()])
        torch.testing.assert_close([s[r] for s in slopes], list(wanted), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", [name for name in LAYERS if "batch norm" in name])
def test_batch_norm_leaves_the_buffers_of_the_plain_layer(name, training):
    layers, found = replicas(name), context(training)
    held = stacked(layers)
    before = {key: t.clone() for key, t in held.items()}
    call(layers[0], held, samples(), found)
    for r, layer in enumerate(layers):
        layer.train(training)(samples()[r])
        for key, expected in layer.named_buffers():
            moved = found.moved.get(f"path.{key}", held[key])[r]
            torch.testing.assert_close(moved, expected, rtol=1e-12, atol=1e-12)
    assert all(torch.equal(held[key], t) for key, t in before.items())
    assert bool(found.moved) == (training and layers[0].track_running_stats)


def test_dropout_masks_depend_on_seed_and_step_alone():
    layer, x = nn.Dropout(0.5), samples()
    among = call(layer, {}, x, context(True, dropping(3, 0, 7, 2)))
    again = call(layer, {}, x, context(True, dropping(3, 5, 7, 9)))
    later = call(layer, {}, x, context(True, dropping(4, 0, 7, 2)))
    assert torch.equal(among[1], again[1])
    assert not torch.equal(among[0], again[0])
    assert not torch.equal(among[1], later[1])


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_dropout_keeps_the_expected_share_and_the_mean(p):
    x = torch.ones(1, 200, 100, dtype=torch.float64)
    out = call(nn.Dropout(p), {}, x, context(True, dropping(0, 1)))
    kept = out != 0
    assert kept.double().mean().item() == pytest.approx(1 - p, abs=0.015)
    assert out[kept].unique().tolist() == pytest.approx([1 / (1 - p)])
    assert out.mean().item() == pytest.approx(1, rel=0.1)


def test_dropout_does_nothing_outside_training():
    x = samples()
    assert torch.equal(call(nn.Dropout(0.5), {}, x, context(False)), x)


def test_dropout_for_sampling_goes_on_outside_training_with_the_masks_it_is_given():
    x = torch.ones(R, B, F, dtype=torch.float64)
    off, on = (call(SamplingDropout(0.5), {}, x, context(t, dropping(3))) for t in (False, True))
    assert set(off.unique().tolist()) == {0.0, 2.0}
    assert torch.equal(off, on)


def test_noise_has_its_standard_deviation_and_comes_from_the_tape():
    layer, x = GaussianNoise(0.3), torch.ones(2, 200, 100, dtype=torch.float64)
    out = call(layer, {}, x, context(True, dropping(0, 1, 7)))
    assert (out - x).std().item() == pytest.approx(0.3, rel=0.02)
    assert (out - x).mean().item() == pytest.approx(0, abs=0.01)
    assert torch.equal(out[1], call(layer, {}, x, context(True, dropping(0, 5, 7)))[1])
    assert not torch.equal(out[0], out[1])
    assert torch.equal(call(layer, {}, x, context(False, dropping(0, 1, 7))), x)


def test_two_dropout_layers_of_one_network_have_masks_of_their_own():
    x, found = torch.ones(R, B, F, dtype=torch.float64), context(True, dropping(0))
    one, other = (call(nn.Dropout(0.5), {}, x, found) for _ in range(2))
    assert not torch.equal(one, other)


def test_dropout_does_not_touch_torchs_random_state():
    before = torch.get_rng_state()
    call(nn.Dropout(0.5), {}, samples(), context(True, dropping(0)))
    assert torch.equal(torch.get_rng_state(), before)
