"""Layers that draw."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout


class GaussianNoise(nn.Module):
    """x + std e, e ~ N(0, I), in training mode; x otherwise (Salimans et al. 2016, their discriminators)."""

    def __init__(self, std: float) -> None:
        super().__init__()
        self.std = std

    def forward(self, x: Tensor) -> Tensor:
        return x + self.std * torch.randn_like(x) if self.training else x

    def extra_repr(self) -> str:
        return f"std={self.std}"


class SamplingDropout(nn.Dropout):
    """Dropout that goes on when the network is sampled: part of the generator's noise (Isola et al. 2017, section 3.2.1)."""

    def forward(self, x: Tensor) -> Tensor:
        return dropout(x, self.p, training=True)
