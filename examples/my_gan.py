"""A generator and a discriminator of one's own: ordinary modules, with the batch as their first dimension."""

import torch
from torch import nn


class Residual(nn.Module):
    """x + W2 silu(W1 x)."""

    def __init__(self, width):
        super().__init__()
        self.first, self.second = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x):
        return x + self.second(nn.functional.silu(self.first(x)))


class Generator(nn.Module):
    """z [B, inputs] -> samples [B, outputs]."""

    def __init__(self, inputs, outputs, width=64, blocks=2):
        super().__init__()
        self.into = nn.Linear(inputs, width)
        self.blocks = nn.Sequential(*[Residual(width) for _ in range(blocks)])
        self.out = nn.Linear(width, outputs)

    def forward(self, z):
        return self.out(self.blocks(self.into(z)))


class Discriminator(nn.Module):
    """Samples [B, inputs] -> logits [B, outputs], on sines and cosines of the coordinates."""

    def __init__(self, inputs, outputs, width=64, waves: int = 4):
        super().__init__()
        self.register_buffer("waves", 2.0 ** torch.arange(waves) / 2)
        self.net = nn.Sequential(
            nn.Linear((1 + 2 * waves) * inputs, width),
            nn.LeakyReLU(0.2),
            nn.Linear(width, width),
            nn.LeakyReLU(0.2),
            nn.Linear(width, outputs),
        )

    def forward(self, x):
        angles = (x[:, :, None] * self.waves).flatten(1)
        return self.net(torch.cat([x, angles.sin(), angles.cos()], dim=1))
