"""The plain PyTorch loop, as most people write it: the oracle that a population is compared with.

It shares no code with the engine but the random tape, the networks and the loss formulas written out.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbench import registry, seeding
from ganbench.suite.schema import Setting
from ganbench.train.build import PRECISIONS

OPTIMIZERS = {
    "adam": lambda o, p: torch.optim.Adam(p, lr=o.lr, betas=(o.beta1, o.beta2), eps=o.eps),
    "sgd": lambda o, p: torch.optim.SGD(p, lr=o.lr, momentum=max(o.momentum, 0)),
    "rmsprop": lambda o, p: torch.optim.RMSprop(p, lr=o.lr, alpha=o.alpha, eps=o.eps),
}

D_LOSSES = {
    "minimax": lambda r, f: -(F.logsigmoid(r).mean() + F.logsigmoid(-f).mean()),
    "non-saturating": lambda r, f: -(F.logsigmoid(r).mean() + F.logsigmoid(-f).mean()),
    "wasserstein": lambda r, f: f.mean() - r.mean(),
    "least-squares": lambda r, f: 0.5 * ((r - 1) ** 2).mean() + 0.5 * (f**2).mean(),
    "hinge": lambda r, f: F.relu(1 - r).mean() + F.relu(1 + f).mean(),
    "relativistic-pairing": lambda r, f: -F.logsigmoid(r - f).mean(),
}
G_LOSSES = {
    "minimax": lambda f, r: F.logsigmoid(-f).mean(),
    "non-saturating": lambda f, r: -F.logsigmoid(f).mean(),
    "wasserstein": lambda f, r: -f.mean(),
    "least-squares": lambda f, r: 0.5 * ((f - 1) ** 2).mean(),
    "hinge": lambda f, r: -f.mean(),
    "relativistic-pairing": lambda f, r: -F.logsigmoid(f - r).mean(),
}


class PlainLoop:
    """One run of a discriminator-first setting."""

    def __init__(self, setting: Setting, seed: int) -> None:
        self.setting = setting
        self.seed = seed
        self.dtype = PRECISIONS[setting.precision]
        self.dataset = registry.load("dataset", setting.data)(setting.data)
        (size,) = self.dataset.shape
        self.g = self._network("generator", setting.latent.dim, size)
        self.d = self._network("discriminator", size, 1)
        self.opt_g = self._optimizer("generator", self.g)
        self.opt_d = self._optimizer("discriminator", self.d)
        self.norms: list[tuple[float, float]] = []

    def _network(self, role: str, inputs: int, outputs: int) -> nn.Module:
        options = getattr(self.setting, role)
        torch.manual_seed(seeding.torch_seed(self.seed, "initialisation", role))
        return registry.load("network", options)(options, inputs, outputs).to(self.dtype)

    def _optimizer(self, role: str, network: nn.Module) -> torch.optim.Optimizer:
        options = getattr(self.setting.optimizers, role)
        return OPTIMIZERS[options.name](options, network.parameters())

    def _draw(self, step: int, *role: str) -> Tensor:
        """One step's rows of the block of 64 steps that the tape reads."""
        rng = seeding.stream(self.seed, *role, block=step // 64)
        batch = self.setting.batch
        if role[0] == "data":
            block = self.dataset.train(rng, 64 * batch).x.reshape(64, batch, -1)
        elif role[0] == "interpolation":
            block = rng.random((64, batch))
        else:
            block = rng.standard_normal((64, batch, self.setting.latent.dim))
        return torch.from_numpy(block[step % 64]).to(self.dtype)

    def train(self, steps: int) -> PlainLoop:
        k = self.setting.schedule.d_steps
        for step in range(steps):
            for d_step in range(step * k, (step + 1) * k):
                d_norm = self._discriminator_step(d_step)
            self.norms.append((d_norm, self._generator_step(step, d_step)))
        return self

    def _discriminator_step(self, step: int) -> float:
        real = self._draw(step, "data").requires_grad_()
        fake = self.g(self._draw(step, "noise", "discriminator")).detach().requires_grad_()
        real_logits, fake_logits = self._both(real, fake)
        loss = D_LOSSES[self.setting.loss.name](real_logits, fake_logits)
        for penalty in self.setting.penalties:
            loss = loss + self._penalty(penalty, real, fake, step)
        self.opt_d.zero_grad()
        loss.backward()
        norm = _norm(self.d)
        self.opt_d.step()
        for penalty in self.setting.penalties:
            if penalty.name == "weight-clipping":
                for p in self.d.parameters():
                    p.data.clamp_(-penalty.limit, penalty.limit)
        return norm

    def _both(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        if self.setting.schedule.batches == "joint":
            return tuple(self.d(torch.cat([real, fake])).chunk(2))
        return self.d(real), self.d(fake)

    def _penalty(self, penalty, real: Tensor, fake: Tensor, step: int) -> Tensor:
        if penalty.name == "weight-clipping" or step % penalty.every:
            return torch.zeros(())
        if penalty.name == "wgan-gp":
            u = self._draw(step, "interpolation")[:, None]
            x = (u * real + (1 - u) * fake).detach().requires_grad_()
            slopes = torch.autograd.grad(self.d(x).sum(), x, create_graph=True)[0].norm(dim=1)
            return penalty.every * penalty.weight * ((slopes - penalty.target) ** 2).mean()
        x = real if penalty.name == "r1" else fake
        slopes = torch.autograd.grad(self.d(x).sum(), x, create_graph=True)[0].norm(dim=1)
        return penalty.every * penalty.gamma / 2 * (slopes**2).mean()

    def _generator_step(self, step: int, partner: int) -> float:
        fake = self.d(self.g(self._draw(step, "noise", "generator")))
        paired = self.setting.loss.name.startswith("relativistic")
        real = self.d(self._draw(partner, "data")).detach() if paired else None
        self.opt_g.zero_grad()
        G_LOSSES[self.setting.loss.name](fake, real).backward()
        norm = _norm(self.g)
        self.opt_g.step()
        return norm


def _norm(network: nn.Module) -> float:
    return float(torch.cat([p.grad.flatten() for p in network.parameters()]).norm())


def flat(network: nn.Module) -> Tensor:
    return torch.cat([p.detach().flatten() for p in network.parameters()])
