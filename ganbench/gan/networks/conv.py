"""Small convolutional networks for images, after DCGAN (Radford et al. 2016, arXiv:1511.06434).

Samples are flat: [B, channels * rows * columns], channel by channel, row by row. With packing a pack's
images are the channels of one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from torch import nn

from ganbench.gan.networks import ConvDiscriminatorOptions, ConvGeneratorOptions, ConvOptions
from ganbench.gan.networks.initial import initialise
from ganbench.gan.networks.mlp import OUTPUTS
from ganbench.gan.networks.pyramid import Size, channels, sizes
from ganbench.gan.networks.spectral import SpectralConv2d, SpectralLinear


class ConvGenerator(nn.Sequential):
    """z [B, inputs] -> linear, then twice the size and half the channels up to the image, [B, outputs].

    The last layer has no norm, as in the source.
    """

    def __init__(
        self, options: ConvGeneratorOptions, inputs: int, outputs: int, *, image_shape: Size
    ) -> None:
        super().__init__(*_rising(options, inputs, outputs, image_shape))
        initialise(self, options.init, options.init_std)


class ConvDiscriminator(nn.Sequential):
    """Flat images [B, inputs] -> half the size and twice the channels each time, then linear, [B, outputs].

    The first layer has no norm, as in the source; `norm: spectral` is in every layer.
    """

    def __init__(
        self, options: ConvDiscriminatorOptions, inputs: int, outputs: int, *, image_shape: Size
    ) -> None:
        super().__init__(*_falling(options, inputs, outputs, image_shape))
        initialise(self, options.init, options.init_std)


def _rising(o: ConvGeneratorOptions, inputs: int, outputs: int, image: Size) -> Iterator[nn.Module]:
    *larger, smallest = sizes(image)
    wide = [outputs // (image[0] * image[1]), *channels(o.width, len(larger))]
    yield nn.Linear(inputs, wide[-1] * smallest[0] * smallest[1])
    yield nn.Unflatten(1, (wide[-1], *smallest))
    for stage in reversed(range(len(larger))):
        yield from _normed(o, wide[stage + 1])
        yield _activation(o)
        yield from _UP[o.upsampling](wide[stage + 1], wide[stage], larger[stage])
    yield nn.Flatten(1)
    if o.output != "linear":
        yield OUTPUTS[o.output]()


def _falling(o: ConvDiscriminatorOptions, inputs: int, outputs: int, image: Size) -> Iterator[nn.Module]:
    *larger, smallest = sizes(image)
    wide = [inputs // (image[0] * image[1]), *channels(o.width, len(larger))]
    convolution, linear = (SpectralConv2d, SpectralLinear) if o.norm == "spectral" else (nn.Conv2d, nn.Linear)
    yield nn.Unflatten(1, (wide[0], *image))
    for stage, (before, after) in enumerate(itertools.pairwise(wide)):
        yield from _DOWN[o.downsampling](convolution, before, after)
        if stage:
            yield from _normed(o, after)
        yield _activation(o)
    yield nn.Flatten(1)
    yield linear(wide[-1] * smallest[0] * smallest[1], outputs)


def _normed(o: ConvGeneratorOptions | ConvDiscriminatorOptions, features: int) -> Iterator[nn.Module]:
    if o.norm in _NORMS:
        yield _NORMS[o.norm](features)


def _activation(o: ConvOptions) -> nn.Module:
    return nn.LeakyReLU(o.slope) if o.activation == "leaky-relu" else nn.ReLU()


def _transposed(before: int, after: int, size: Size) -> Iterator[nn.Module]:
    """To twice the size, and one row or column more where the size is odd."""
    rest = (size[0] % 2, size[1] % 2)
    yield nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, output_padding=rest)


def _nearest(before: int, after: int, size: Size) -> Iterator[nn.Module]:
    yield nn.Upsample(size=size, mode="nearest")
    yield nn.Conv2d(before, after, 3, padding=1)


Convolution = Callable[..., nn.Conv2d]


def _strided(convolution: Convolution, before: int, after: int) -> Iterator[nn.Module]:
    yield convolution(before, after, 4, stride=2, padding=1)


def _average(convolution: Convolution, before: int, after: int) -> Iterator[nn.Module]:
    yield convolution(before, after, 3, padding=1)
    yield nn.AvgPool2d(2)


def _maximum(convolution: Convolution, before: int, after: int) -> Iterator[nn.Module]:
    yield convolution(before, after, 3, padding=1)
    yield nn.MaxPool2d(2)


def _layer_norm(features: int) -> nn.Module:
    return nn.GroupNorm(1, features)


def _instance_norm(features: int) -> nn.Module:
    return nn.InstanceNorm2d(features, affine=True)


_NORMS: dict[str, Callable[[int], nn.Module]] = {
    "batch": nn.BatchNorm2d,
    "layer": _layer_norm,
    "instance": _instance_norm,
}
_UP = {"transposed": _transposed, "nearest": _nearest}
_DOWN = {"strided": _strided, "average": _average, "maximum": _maximum}
