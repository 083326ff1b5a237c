"""The Dirac-GAN and the bilinear game, as networks of the ordinary training loop.

The data is a point mass at 0, the generator a point mass at theta, the discriminator linear. With the
minimax loss this is the Dirac-GAN of Mescheder et al. 2018 (arXiv:1801.04406); with the Wasserstein loss
it is the bilinear game min_theta max_psi theta . psi. Their D gives the logit of P(fake), ours of P(real),
hence the minus sign in the discriminator: (theta, psi) here is (theta, psi) there.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganbench.gan.networks import DiracOptions


class DiracGenerator(nn.Module):
    """G(z) = theta for every z: [B, inputs] -> [B, outputs]."""

    def __init__(self, options: DiracOptions, inputs: int, outputs: int) -> None:  # noqa: ARG002  # z is not used
        super().__init__()
        self.theta = nn.Parameter(torch.full((outputs,), options.start))

    def forward(self, z: Tensor) -> Tensor:
        return self.theta.expand(z.shape[0], -1)


class DiracDiscriminator(nn.Module):
    """l(x) = -psi . x: [B, inputs] -> [B, 1]."""

    def __init__(self, options: DiracOptions, inputs: int, outputs: int) -> None:
        super().__init__()
        self.psi = nn.Parameter(torch.full((outputs, inputs), options.start))

    def forward(self, x: Tensor) -> Tensor:
        return -x @ self.psi.T
