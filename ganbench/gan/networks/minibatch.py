"""Layers of a discriminator that look at the whole batch: a collapsed batch gives itself away.

x is [..., B, F] in all functions. The output of a sample depends on the others of its batch, in evaluation
mode too.
"""

from __future__ import annotations

from functools import reduce

import torch
from torch import Tensor, nn

from ganbench.gan.networks.widening import widened

LEAST = 1e-8  # under the root, which has no slope at 0: a batch of one repeated sample has one


def deviation(x: Tensor, group: int | None = None) -> Tensor:
    """The standard deviation over each `group` of neighbouring samples, averaged over features; [..., B, 1].

    All samples of a group have the same number. None: the batch is one group. Karras et al. 2018,
    arXiv:1710.10196, section 3; groups and the floor under the root are those of the authors' code.
    """
    groups = widened(x).unflatten(-2, (-1, group or x.shape[-2]))
    variance = groups.var(-2, correction=0, keepdim=True)
    mean = (variance + LEAST).sqrt().mean(-1, keepdim=True)
    alike: Tensor = mean.expand(*groups.shape[:-1], 1).flatten(-3, -2)
    return alike


def closeness(x: Tensor, tensor: Tensor, kernels: int) -> Tensor:
    """o_b(x_i) = sum over j != i of exp(-||M_ib - M_jb||_1), M_i = T x_i; [..., B, kernels].

    tensor: T as [..., F, kernels * dim]. Salimans et al. 2016, arXiv:1606.03498, section 3.2, whose sum has
    the sample itself in it: that is a constant 1, taken off here as in the authors' code.
    """
    m = widened(x @ tensor).unflatten(-1, (kernels, -1))
    # One coordinate at a time: [B, B, kernels, dim] would be `dim` times the memory. Not cdist, which has no
    # second derivative where distances are 0.
    distance = reduce(torch.add, map(_apart, m.unbind(-1)))
    return (-distance).exp().sum(-2) - 1


def _apart(m: Tensor) -> Tensor:
    """|m_i - m_j|, [..., B, kernels] -> [..., B, B, kernels]."""
    return (m.unsqueeze(-2) - m.unsqueeze(-3)).abs()


class MinibatchLayer(nn.Module):
    """Adds features of the batch to those of each sample."""


class MinibatchDeviation(MinibatchLayer):
    """[..., B, F] -> [..., B, F + 1]: the features, and `deviation`."""

    def __init__(self, group: int | None = None) -> None:
        super().__init__()
        self.group = group

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, deviation(x, self.group)], dim=-1)

    def extra_repr(self) -> str:
        return "" if self.group is None else f"group={self.group}"


class MinibatchDiscrimination(MinibatchLayer):
    """[..., B, F] -> [..., B, F + kernels]: the features, and `closeness`. `weight` is T, [F, kernels * dim].

    The first T is drawn from N(0, 1 / F), so that the coordinates of M are about as large as the features.
    The authors scale theirs by the first batch instead.
    """

    def __init__(self, features: int, kernels: int, dim: int) -> None:
        super().__init__()
        self.kernels = kernels
        self.weight = nn.Parameter(torch.randn(features, kernels * dim) / features**0.5)

    def forward(self, x: Tensor) -> Tensor:
        return self.with_closeness(x, self.weight)

    def with_closeness(self, x: Tensor, weight: Tensor) -> Tensor:
        return torch.cat([x, closeness(x, weight, self.kernels)], dim=-1)

    def extra_repr(self) -> str:
        features, columns = self.weight.shape
        return f"features={features}, kernels={self.kernels}, dim={columns // self.kernels}"
