"""Fully connected networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from torch import Tensor, nn

from ganbench.gan.networks import MLPOptions
from ganbench.gan.networks.chance import GaussianNoise, SamplingDropout
from ganbench.gan.networks.initial import initialise
from ganbench.gan.networks.minibatch import MinibatchDeviation, MinibatchDiscrimination
from ganbench.gan.networks.spectral import SpectralLinear


class Maxout(nn.Module):
    """The largest of every `pieces` neighbouring units (Goodfellow et al. 2013): [..., n pieces] -> [..., n]."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.pieces = pieces

    def forward(self, x: Tensor) -> Tensor:
        largest: Tensor = x.unflatten(-1, (-1, self.pieces)).amax(-1)
        return largest

    def extra_repr(self) -> str:
        return f"pieces={self.pieces}"


class MLP(nn.Sequential):
    """`depth` hidden layers of `width` units: linear, norm, activation or maxout, noise, dropout; then linear.

    `norm: spectral` is one of weights, not of activations: it is in every linear layer, the last included.
    A minibatch layer stands before the last linear one. The kernels of its discrimination are those of the
    code of Salimans et al. 2016; many for a narrow network.
    Maps [B, inputs] to [B, outputs]. Initial weights come from torch's generator, as in any module.
    """

    def __init__(self, options: MLPOptions, inputs: int, outputs: int) -> None:
        super().__init__(*_layers(options, inputs, outputs))
        initialise(self, options.init, options.init_std)


def _layers(o: MLPOptions, inputs: int, outputs: int) -> Iterator[nn.Module]:
    linear = SpectralLinear if o.norm == "spectral" else nn.Linear
    for index in range(o.depth):
        yield linear(inputs if index == 0 else o.width, o.width * o.maxout)
        if o.norm in _NORMS:
            yield _NORMS[o.norm](o.width * o.maxout)
        yield Maxout(o.maxout) if o.maxout > 1 else _activation(o)
        if o.noise:
            yield GaussianNoise(o.noise)
        if o.dropout:
            yield (SamplingDropout if o.dropout_at == "always" else nn.Dropout)(o.dropout)
    if o.minibatch == "deviation":
        yield MinibatchDeviation(o.minibatch_group)
    if o.minibatch == "discrimination":
        yield MinibatchDiscrimination(o.width, o.minibatch_kernels, o.minibatch_dim)
    yield linear(o.width + _added(o), outputs)
    if o.output != "linear":
        yield OUTPUTS[o.output]()


def _added(o: MLPOptions) -> int:
    """Features of the batch that the last layer sees."""
    return {"none": 0, "deviation": 1, "discrimination": o.minibatch_kernels}[o.minibatch]


def _activation(o: MLPOptions) -> nn.Module:
    if o.activation == "leaky-relu":
        return nn.LeakyReLU(o.slope)
    return _ACTIVATIONS[o.activation]()


_NORMS: dict[str, Callable[[int], nn.Module]] = {"batch": nn.BatchNorm1d, "layer": nn.LayerNorm}
_ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {"relu": nn.ReLU, "tanh": nn.Tanh, "silu": nn.SiLU}
OUTPUTS: dict[str, Callable[[], nn.Module]] = {"tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
