"""Convolutional networks: shapes for any image, layers in the order of DCGAN, first weights, options."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from ganbench.execute.estimate import parameters, work_per_step
from ganbench.gan.networks import ConvDiscriminatorOptions, ConvGeneratorOptions
from ganbench.gan.networks.conv import ConvDiscriminator, ConvGenerator
from ganbench.gan.networks.pyramid import channels, cost, sizes
from ganbench.gan.networks.spectral import SpectralConv2d, SpectralLinear, largest_singular_value
from tests.train.settings import setting

UP, DOWN = ("transposed", "nearest"), ("strided", "average", "maximum")


def generator(image=(8, 8), depth: int = 1, **options) -> ConvGenerator:
    torch.manual_seed(0)
    o = ConvGeneratorOptions(name="conv-generator", **{"width": 4, **options})
    return ConvGenerator(o, 3, depth * image[0] * image[1], image_shape=image)


def discriminator(image=(8, 8), depth: int = 1, **options) -> ConvDiscriminator:
    torch.manual_seed(0)
    o = ConvDiscriminatorOptions(name="conv-discriminator", **{"width": 4, **options})
    return ConvDiscriminator(o, depth * image[0] * image[1], 1, image_shape=image)


@settings(deadline=None, max_examples=40)
@given(
    rows=st.integers(8, 40),
    columns=st.integers(8, 40),
    depth=st.integers(1, 3),
    up=st.sampled_from(UP),
    down=st.sampled_from(DOWN),
    norm=st.sampled_from(["none", "batch", "layer", "instance"]),
)
def test_images_of_any_size_and_depth_are_drawn_and_judged(rows, columns, depth, up, down, norm) -> None:
    made = generator((rows, columns), depth, upsampling=up, norm=norm)(torch.randn(2, 3))
    assert made.shape == (2, depth * rows * columns)
    assert discriminator((rows, columns), depth, downsampling=down, norm=norm)(made).shape == (2, 1)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ((8, 8), [(8, 8), (4, 4), (2, 2)]),
        ((9, 15), [(9, 15), (4, 7), (2, 3)]),
        ((28, 28), [(28, 28), (14, 14), (7, 7)]),
        ((32, 32), [(32, 32), (16, 16), (8, 8), (4, 4)]),
        ((64, 64), [(64, 64), (32, 32), (16, 16), (8, 8), (4, 4)]),
    ],
)
def test_sizes_are_halved_down_to_four_and_at_least_twice(image, expected) -> None:
    assert sizes(image) == expected
    assert channels(5, len(expected) - 1) == [5 * 2**n for n in range(len(expected) - 1)]


def kinds(network: nn.Module) -> list[type]:
    return [type(layer) for layer in network]


def test_the_layers_are_those_of_dcgan() -> None:
    up = [nn.BatchNorm2d, nn.ReLU, nn.ConvTranspose2d]
    assert kinds(generator((32, 32))) == [nn.Linear, nn.Unflatten, *up, *up, *up, nn.Flatten, nn.Tanh]
    down = [nn.Conv2d, nn.BatchNorm2d, nn.LeakyReLU]
    first = [nn.Unflatten, nn.Conv2d, nn.LeakyReLU]
    assert kinds(discriminator((32, 32))) == [*first, *down, *down, nn.Flatten, nn.Linear]
    assert [c.out_channels for c in discriminator((32, 32)) if isinstance(c, nn.Conv2d)] == [4, 8, 16]


@pytest.mark.parametrize(
    ("norm", "layer"),
    [("batch", nn.BatchNorm2d), ("layer", nn.GroupNorm), ("instance", nn.InstanceNorm2d)],
)
def test_a_norm_stands_everywhere_but_beside_the_image(norm, layer) -> None:
    assert kinds(generator(norm=norm)).count(layer) == 2
    assert kinds(discriminator(norm=norm)).count(layer) == 1
    assert layer not in kinds(generator(norm="none")) + kinds(discriminator(norm="none"))


def test_spectral_norm_is_in_every_layer() -> None:
    network = discriminator(norm="spectral")
    assert [kind for kind in kinds(network) if kind in (SpectralConv2d, SpectralLinear)] == [
        SpectralConv2d,
        SpectralConv2d,
        SpectralLinear,
    ]


@pytest.mark.parametrize(
    ("how", "layer"), [("average", nn.AvgPool2d), ("maximum", nn.MaxPool2d), ("strided", nn.Conv2d)]
)
def test_sizes_fall_by_pooling_or_by_strides(how, layer) -> None:
    network = discriminator(downsampling=how)
    assert layer in kinds(network)
    strides = {c.stride for c in network if isinstance(c, nn.Conv2d)}
    assert strides == ({(2, 2)} if how == "strided" else {(1, 1)})


def test_layer_norm_is_over_all_of_a_sample() -> None:
    norm = next(layer for layer in generator(norm="layer") if isinstance(layer, nn.GroupNorm))
    x = 3 * torch.randn(4, norm.num_channels, 4, 4) + 1
    out = norm(x).flatten(1)
    torch.testing.assert_close(out.mean(1), torch.zeros(4), atol=1e-5, rtol=0)
    torch.testing.assert_close(out.std(1, correction=0), torch.ones(4), atol=1e-4, rtol=0)


def test_channels_of_a_flat_sample_lie_one_behind_the_other() -> None:
    """So that a pack of grey images is an image of as many channels."""
    network = discriminator(depth=2, norm="none")
    conv, x = network[1], torch.randn(1, 128)
    planes = torch.stack([x[0, :64].reshape(8, 8), x[0, 64:].reshape(8, 8)])[None]
    torch.testing.assert_close(conv(network[0](x)), conv(planes))


def test_weights_start_as_in_dcgan() -> None:
    for network in (generator(width=64), discriminator(width=64)):
        for layer in network:
            if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d) and layer.weight.numel() > 5000:
                assert layer.weight.std().item() == pytest.approx(0.02, rel=0.1)
                assert not layer.bias.any()


def test_weights_may_start_as_in_torch() -> None:
    torch.manual_seed(0)
    first = nn.Linear(3, 8 * 4)
    assert torch.equal(generator(init="default")[0].weight, first.weight)


def test_every_norm_starts_from_the_same_weights() -> None:
    plain = [p for p in discriminator(norm="none").parameters() if p.dim() > 1]
    for norm in ("batch", "layer", "instance", "spectral"):
        mine = [p for p in discriminator(norm=norm).parameters() if p.dim() > 1]
        assert all(torch.equal(p, q) for p, q in zip(plain, mine, strict=True))


def test_a_spectral_convolution_divides_by_the_largest_singular_value_of_its_matrix() -> None:
    layer = SpectralConv2d(3, 5, 4, stride=2, padding=1).double()
    x = torch.randn(2, 3, 8, 8, dtype=torch.float64)
    for _ in range(300):
        layer(x)
    sigma = np.linalg.norm(layer.weight.detach().flatten(1).numpy(), 2)
    found = largest_singular_value(layer.weight.flatten(1), layer.u).item()
    assert found == pytest.approx(sigma, rel=1e-9)
    plain = nn.functional.conv2d(x, layer.weight / sigma, layer.bias, 2, 1)
    torch.testing.assert_close(layer.eval()(x), plain)


CONV = {
    "data": "digits",
    "generator": {"name": "conv-generator", "width": 6},
    "discriminator": {"name": "conv-discriminator", "width": 6},
}


@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize("image", [(8, 8), (28, 28), (9, 12)])
def test_the_estimate_counts_the_weights(image, pooled) -> None:
    for network, o in (
        (generator(image, 2, norm="none", upsampling=UP[pooled]), ConvGeneratorOptions),
        (discriminator(image, 2, norm="none", downsampling=DOWN[pooled]), ConvDiscriminatorOptions),
    ):
        rising = o is ConvGeneratorOptions
        found = cost(4, image, depth=2, flat=3 if rising else 1, rising=rising, pooled=pooled)
        counted = sum(p.numel() for p in network.parameters())
        assert found.weights == pytest.approx(counted, rel=0.03)
        assert found.work >= found.weights - counted * 0.1


def test_a_setting_with_images_has_an_estimate() -> None:
    cell = setting(**CONV)
    assert parameters(cell) > 1000
    assert work_per_step(cell) > parameters(cell) * cell.batch
