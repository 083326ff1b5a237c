"""First weights. They come from torch's generator, as in any module."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

WEIGHTED = nn.Linear | nn.Conv2d | nn.ConvTranspose2d


def initialise(network: nn.Module, law: str, std: float) -> None:
    """Weights of linear layers and convolutions by a law, biases 0; `default` leaves what their constructors did."""
    if law == "default":
        return
    for layer in network.modules():
        if isinstance(layer, WEIGHTED):
            _LAWS[law](layer.weight, std)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def _normal(weight: Tensor, std: float) -> None:
    nn.init.normal_(weight, std=std)


def _xavier(weight: Tensor, std: float) -> None:  # noqa: ARG001  # the shared signature
    nn.init.xavier_uniform_(weight)


def _orthogonal(weight: Tensor, std: float) -> None:  # noqa: ARG001  # the shared signature
    nn.init.orthogonal_(weight)


_LAWS: dict[str, Callable[[Tensor, float], None]] = {
    "normal": _normal,
    "xavier": _xavier,
    "orthogonal": _orthogonal,
}
