"""Spectral normalisation: layers whose weight is divided by its largest singular value.

W / sigma(W), sigma estimated by a power iteration that goes on from step to step (Miyato et al. 2018,
arXiv:1802.05957, algorithm 1). torch's own parametrisation cannot be vectorised over replicas in training;
these are ordinary layers with one buffer.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, linear, normalize

from ganbench.gan.networks.widening import unlowered

LEAST = 1e-12  # a weight of nought stays nought instead of becoming NaN


def power_iteration(weight: Tensor, u: Tensor) -> Tensor:
    """One step of u towards the first left singular vector: v = W^T u / |W^T u|, then W v / |W v|.

    weight: [..., outputs, inputs]; u: unit vectors [..., outputs]. Where W v is nought, u stays.
    """
    weight = weight.detach()
    v = normalize(_row(u, weight), dim=-1)
    image = (weight @ v.unsqueeze(-1)).squeeze(-1)
    size = image.norm(dim=-1, keepdim=True)
    return torch.where(size > LEAST, image / size.clamp_min(LEAST), u)


def largest_singular_value(weight: Tensor, u: Tensor) -> Tensor:
    """sigma = u^T W v with v = W^T u / |W^T u|, so |W^T u|, [...]: at most the true value.

    The slope in W is u v^T, that of the paper, which holds u and v constant. Only u is constant here: v
    follows W, and so do second derivatives.
    """
    # In full precision where the network is called in less: what it bounds is the whole layer.
    with unlowered(weight.device):
        sigma: Tensor = _row(u, weight).norm(dim=-1)
    return sigma.clamp_min(LEAST)


def _row(u: Tensor, weight: Tensor) -> Tensor:
    """u^T W, [..., inputs]."""
    return (u.unsqueeze(-2) @ weight).squeeze(-2)


class Spectral(nn.Module):
    """A layer that divides its weight by sigma. The buffer `u` [outputs] is where the iteration stands.

    A call in training mode makes one iteration first, a call in evaluation mode none.
    """

    weight: Tensor
    u: Tensor

    def _start(self) -> None:
        # Not a draw: the first weights are then those of a network without the norm, seed by seed.
        self.register_buffer("u", normalize(self._matrix().detach().sum(1), dim=0))

    def _matrix(self) -> Tensor:
        """[outputs, rest]."""
        return self.weight.flatten(1)

    def _normalised(self) -> Tensor:
        """W / sigma."""
        if self.training:
            self.u.copy_(power_iteration(self._matrix(), self.u))
        # A copy: the next call may move u before this one is differentiated.
        return self.weight / largest_singular_value(self._matrix(), self.u.clone())


class SpectralLinear(Spectral, nn.Linear):
    """x -> x (W / sigma)^T + b. `weight` is W."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs)
        self._start()

    def forward(self, x: Tensor) -> Tensor:
        return linear(x, self._normalised(), self.bias)


class SpectralConv2d(Spectral, nn.Conv2d):
    """A convolution with W / sigma, sigma that of W as [outputs, inputs * rows * columns], as in the source."""

    def __init__(self, inputs: int, outputs: int, size: int, *, stride: int = 1, padding: int = 0) -> None:
        super().__init__(inputs, outputs, size, stride=stride, padding=padding)
        self._start()

    def forward(self, x: Tensor) -> Tensor:
        return conv2d(x, self._normalised(), self.bias, self.stride, self.padding)
