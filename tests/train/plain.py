"""The plain PyTorch loop, as most people write it: the oracle that a population is compared with.

It shares no code with the engine but the random tape, the networks and the loss formulas written out.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbench import registry, seeding
from ganbench.suite.schema import Setting
from ganbench.train.precision import KEPT
from ganbench.train.training import Training
from tests.gan.optimistic import OptimisticAdam, OptimisticSGD

OPTIMIZERS = {
    "adam": lambda o, p: torch.optim.Adam(p, lr=o.lr, betas=(o.beta1, o.beta2), eps=o.eps),
    "sgd": lambda o, p: torch.optim.SGD(p, lr=o.lr, momentum=max(o.momentum, 0)),
    "rmsprop": lambda o, p: torch.optim.RMSprop(p, lr=o.lr, alpha=o.alpha, eps=o.eps),
    "optimistic-sgd": lambda o, p: OptimisticSGD(p, o.lr),
    "optimistic-adam": lambda o, p: OptimisticAdam(p, o.lr, o.beta1, o.beta2, o.eps),
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
    """One run of a discriminator-first setting. Subclasses write tricks out, at the places named below."""

    def __init__(self, setting: Setting, seed: int) -> None:
        self.setting = setting
        self.seed = seed
        self.dtype = KEPT[setting.precision]
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
            block = self._in_range(self.dataset.train(rng, 64 * batch).x.reshape(64, batch, -1))
        elif role[0] == "interpolation":
            block = rng.random((64, batch))
        else:
            block = rng.standard_normal((64, batch, self.setting.latent.dim))
        return torch.from_numpy(block[step % 64]).to(self.dtype)

    def _in_range(self, x: np.ndarray) -> np.ndarray:
        low, high = self.dataset.box
        unit = 0.95 * (2 * x - low - high) / (high - low).max() if (high > low).any() else x
        return {"own": x, "tanh": unit, "sigmoid": (unit + 1) / 2}[self.setting.data_range]

    def train(self, steps: int) -> PlainLoop:
        k = self.setting.schedule.d_steps
        for step in range(steps):
            for d_step in range(step * k, (step + 1) * k):
                d_norm = self._discriminator_step(d_step)
            self.norms.append((d_norm, self._generator_step(step, d_step)))
        return self

    def _discriminator_step(self, step: int) -> float:
        real = self.seen(self._draw(step, "data"), "d", step, 0).detach().requires_grad_()
        fake = self.fakes(self.g(self._draw(step, "noise", "discriminator")).detach(), step)
        fake = self.seen(fake, "d", step, 1).detach().requires_grad_()
        real_logits, fake_logits = self._both(real, fake)
        loss = self.d_loss(real_logits, fake_logits, step)
        for penalty in self.setting.penalties:
            loss = loss + self._penalty(penalty, real, fake, step)
        self.opt_d.zero_grad()
        loss.backward()
        norm = _norm(self.d)
        self.adjust(self.d, "d", step)
        self.opt_d.step()
        for penalty in self.setting.penalties:
            if penalty.name == "weight-clipping":
                for p in self.d.parameters():
                    p.data.clamp_(-penalty.limit, penalty.limit)
        return norm

    @property
    def joint(self) -> bool:
        """Whether D is called once for both kinds of sample."""
        return self.setting.schedule.batches == "joint"

    def _both(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        if self.joint:
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
        fake = self.d(self.seen(self.g(self._draw(step, "noise", "generator")), "g", step, 0))
        paired = "relativistic" in self.setting.loss.name  # of a pair, that of either player
        real = self.d(self._draw(partner, "data")).detach() if paired else None
        self.opt_g.zero_grad()
        self.g_loss(fake, real, step).backward()
        norm = _norm(self.g)
        self.adjust(self.g, "g", step)
        self.opt_g.step()
        return norm

    def fakes(self, fake: Tensor, step: int) -> Tensor:
        """The generated samples that D is trained on."""
        return fake

    def seen(self, x: Tensor, phase: str, step: int, position: int) -> Tensor:
        """What D sees of samples; position: the how-manieth call of this pass, from 0."""
        return x

    def d_loss(self, real: Tensor, fake: Tensor, step: int) -> Tensor:
        return D_LOSSES[self.setting.loss.name](real, fake)

    def g_loss(self, fake: Tensor, real: Tensor | None, step: int) -> Tensor:
        return G_LOSSES[self.setting.loss.name](fake, real)

    def adjust(self, network: nn.Module, letter: str, step: int) -> None:
        """Between backward and the optimiser's step."""

    def trick_draw(self, name: str, phase: str, position: int, step: int, *shape: int) -> Tensor:
        """What a trick draws from N(0, 1) in its `position`-th draw of a pass."""
        rng = seeding.stream(self.seed, "trick", name, phase, position, block=step // 64)
        return torch.from_numpy(rng.standard_normal((64, *shape))[step % 64]).to(self.dtype)


def _norm(network: nn.Module) -> float:
    return float(torch.cat([p.grad.flatten() for p in network.parameters()]).norm())


def flat(network: nn.Module) -> Tensor:
    return torch.cat([p.detach().flatten() for p in network.parameters()])


def distance(training: Training, replica: int, loop: PlainLoop) -> float:
    """The largest relative distance of a parameter tensor between a population and its oracle, norm-wise."""
    pairs = ((training.game.generator.stack, loop.g), (training.game.discriminator.stack, loop.d))
    return max(
        float((stack.weights[name][replica] - expected.detach()).norm() / expected.detach().norm())
        for stack, network in pairs
        for name, expected in network.named_parameters()
    )
