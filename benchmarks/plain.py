"""What the engine is compared with: one GAN in an ordinary PyTorch loop, as most people write it, and tuned.

Both take the same steps on the same draws: a discriminator step on a real batch and fresh noise, a
generator step on fresh noise, the non-saturating loss, Adam.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ganbench import registry
from ganbench.registry import Options
from ganbench.suite.schema import Setting


class Draws:
    """Ring and noise straight from torch's generator: a plain loop pays for no tape."""

    def __init__(self, setting: Setting, seed: int) -> None:
        ring = setting.data.model_dump()
        angles = 2 * math.pi * torch.arange(ring["modes"]) / ring["modes"]
        self._means: Tensor = ring["radius"] * torch.stack([angles.cos(), angles.sin()], dim=1)
        self._std = ring["std"]
        self._batch, self._latent = setting.batch, setting.latent.dim
        self._rng = torch.Generator().manual_seed(seed)

    def real(self) -> Tensor:
        """[B, 2]"""
        mode = torch.randint(len(self._means), (self._batch,), generator=self._rng)
        real: Tensor = self._means[mode] + self._std * torch.randn(self._batch, 2, generator=self._rng)
        return real

    def noise(self) -> Tensor:
        """[B, Z]"""
        return torch.randn(self._batch, self._latent, generator=self._rng)


class PlainLoop:
    """The loop of most tutorials: default Adam, G's step back-propagates into D's weights, losses are read."""

    fused: bool | None = None

    def __init__(self, setting: Setting, *, seed: int = 0) -> None:
        self.draws = Draws(setting, seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.g = _network(setting.generator, setting.latent.dim, 2)
            self.d = _network(setting.discriminator, 2, 1)
        self.opt_g = self._adam(self.g, setting.optimizers.generator)
        self.opt_d = self._adam(self.d, setting.optimizers.discriminator)
        self.loss = nn.BCEWithLogitsLoss()
        self.ones, self.zeros = torch.ones(setting.batch, 1), torch.zeros(setting.batch, 1)
        self.last = (math.nan, math.nan)

    def _adam(self, network: nn.Module, options: Options) -> torch.optim.Optimizer:
        o = options.model_dump()
        betas = (o["beta1"], o["beta2"])
        return torch.optim.Adam(network.parameters(), lr=o["lr"], betas=betas, eps=o["eps"], fused=self.fused)

    def advance(self, steps: int) -> None:
        """So many steps of D and of G."""
        for _ in range(steps):
            self.opt_d.zero_grad()
            fake = self.g(self.draws.noise())
            loss_d = self.loss(self.d(self.draws.real()), self.ones)
            loss_d = loss_d + self.loss(self.d(fake.detach()), self.zeros)
            loss_d.backward()
            self.opt_d.step()

            self.opt_g.zero_grad()
            loss_g = self.loss(self.d(self.g(self.draws.noise())), self.ones)
            loss_g.backward()
            self.opt_g.step()
            self.last = (loss_d.item(), loss_g.item())


class TunedLoop(PlainLoop):
    """Fused Adam, no graph of G in D's step, D frozen in G's step, nothing read."""

    fused = True

    def advance(self, steps: int) -> None:
        """So many steps of D and of G."""
        for _ in range(steps):
            self.opt_d.zero_grad(set_to_none=True)
            with torch.no_grad():
                fake = self.g(self.draws.noise())
            loss_d = self.loss(self.d(self.draws.real()), self.ones) + self.loss(self.d(fake), self.zeros)
            loss_d.backward()
            self.opt_d.step()

            self.d.requires_grad_(False)
            self.opt_g.zero_grad(set_to_none=True)
            self.loss(self.d(self.g(self.draws.noise())), self.ones).backward()
            self.opt_g.step()
            self.d.requires_grad_(True)


def _network(options: Options, inputs: int, outputs: int) -> nn.Module:
    network: nn.Module = registry.load("network", options)(options, inputs, outputs)
    return network
