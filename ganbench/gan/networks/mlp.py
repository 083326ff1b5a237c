"""Fully connected networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from torch import Tensor, nn

from ganbench.gan.networks import MLPOptions


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
    """`depth` hidden layers of `width` units: linear, norm, activation or maxout, dropout; then linear.

    Maps [B, inputs] to [B, outputs]. Initial weights come from torch's generator, as in any module.
    """

    def __init__(self, options: MLPOptions, inputs: int, outputs: int) -> None:
        super().__init__(*_layers(options, inputs, outputs))
        for layer in self:
            if isinstance(layer, nn.Linear):
                _INITS[options.init](layer, options.init_std)


def _layers(o: MLPOptions, inputs: int, outputs: int) -> Iterator[nn.Module]:
    for index in range(o.depth):
        yield nn.Linear(inputs if index == 0 else o.width, o.width * o.maxout)
        if o.norm != "none":
            yield _NORMS[o.norm](o.width * o.maxout)
        yield Maxout(o.maxout) if o.maxout > 1 else _activation(o)
        if o.dropout:
            yield nn.Dropout(o.dropout)
    yield nn.Linear(o.width, outputs)
    if o.output != "linear":
        yield _OUTPUTS[o.output]()


def _activation(o: MLPOptions) -> nn.Module:
    if o.activation == "leaky-relu":
        return nn.LeakyReLU(o.slope)
    return _ACTIVATIONS[o.activation]()


def _normal(layer: nn.Linear, std: float) -> None:
    nn.init.normal_(layer.weight, std=std)
    nn.init.zeros_(layer.bias)


def _xavier(layer: nn.Linear, std: float) -> None:  # noqa: ARG001  # the shared signature
    nn.init.xavier_uniform_(layer.weight)
    nn.init.zeros_(layer.bias)


def _orthogonal(layer: nn.Linear, std: float) -> None:  # noqa: ARG001  # the shared signature
    nn.init.orthogonal_(layer.weight)
    nn.init.zeros_(layer.bias)


def _default(layer: nn.Linear, std: float) -> None:
    """What the layer's own constructor did."""


_INITS: dict[str, Callable[[nn.Linear, float], None]] = {
    "default": _default,
    "normal": _normal,
    "xavier": _xavier,
    "orthogonal": _orthogonal,
}
_NORMS: dict[str, Callable[[int], nn.Module]] = {"batch": nn.BatchNorm1d, "layer": nn.LayerNorm}
_ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {"relu": nn.ReLU, "tanh": nn.Tanh, "silu": nn.SiLU}
_OUTPUTS: dict[str, Callable[[], nn.Module]] = {"tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
