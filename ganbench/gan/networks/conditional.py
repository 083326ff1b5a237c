"""Discriminators that take a label: samples [..., F] come with one-hot labels [..., K] behind them."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class WithoutLabels(nn.Module):
    """[..., F + K] -> [..., F]."""

    def __init__(self, labels: int) -> None:
        super().__init__()
        self.labels = labels

    def forward(self, x: Tensor) -> Tensor:
        return x[..., : -self.labels]

    def extra_repr(self) -> str:
        return f"labels={self.labels}"


class LabelPlanes(nn.Module):
    """Each label as a constant image behind the channels: [..., F + K] -> [..., F + K pixels].

    What concatenation means for a convolution.
    """

    def __init__(self, labels: int, pixels: int) -> None:
        super().__init__()
        self.labels, self.pixels = labels, pixels

    def forward(self, x: Tensor) -> Tensor:
        planes = x[..., -self.labels :].repeat_interleave(self.pixels, dim=-1)
        return torch.cat([x[..., : -self.labels], planes], dim=-1)

    def extra_repr(self) -> str:
        return f"labels={self.labels}, pixels={self.pixels}"


class Projection(nn.Module):
    """l(x, y) = w . phi(x) + b + (V y) . phi(x) (Miyato and Koyama 2018, equation 3): [..., F + K] -> [..., 1].

    phi is the chain of layers up to the last linear one, which is w and b; V has a column for each label, as a
    linear layer of the same kind: normalised where w is. Its first weights are torch's own.
    """

    def __init__(self, chain: nn.Sequential, labels: int) -> None:
        super().__init__()
        *body, head = chain
        assert isinstance(head, nn.Linear)  # `projects`
        self.cut = WithoutLabels(labels)
        self.body = nn.Sequential(*body)
        self.embedding = type(head)(labels, head.in_features)
        self.embedding.register_parameter("bias", None)
        self.head = head

    def forward(self, x: Tensor) -> Tensor:
        phi = self.body(self.cut(x))
        return self.joined(self.head(phi), self.embedding(self.label(x)), phi)

    def label(self, x: Tensor) -> Tensor:
        """[..., F + K] -> [..., K]."""
        return x[..., -self.cut.labels :]

    @staticmethod
    def joined(logit: Tensor, embedded: Tensor, phi: Tensor) -> Tensor:
        return logit + (embedded * phi).sum(-1, keepdim=True)


def projects(network: nn.Module) -> bool:
    """Whether a network can be projected on: a chain of layers that ends in a linear one, with others before."""
    if not isinstance(network, nn.Sequential) or type(network).forward is not nn.Sequential.forward:
        return False
    return len(network) > 1 and isinstance(network[-1], nn.Linear)
