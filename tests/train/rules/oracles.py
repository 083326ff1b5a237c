"""Update rules written out in the plain loop, one run at a time."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.autograd import grad

from tests.train.plain import PlainLoop


class Simultaneous(PlainLoop):
    """Both gradients at one point, then both steps."""

    def train(self, steps: int) -> Simultaneous:
        for step in range(steps):
            self.round(step)
        return self

    def round(self, step: int) -> None:
        self.both(step)

    def both(self, step: int) -> None:
        slopes = grad(self.g_objective(step), list(self.g.parameters()))
        self._discriminator_step(step)
        for p, slope in zip(self.g.parameters(), slopes, strict=True):
            p.grad = slope
        self.adjust(self.g, "g", step)
        self.opt_g.step()

    def g_objective(self, step: int) -> Tensor:
        real, fake = self._draw(step, "data"), self.g(self._draw(step, "noise", "generator"))
        return self.g_loss(self.d(fake), self.d(real), step)


class Extragradient(Simultaneous):
    """A step of both, then a step from the start by what was found there."""

    start: dict[str, list[Tensor]] | None = None

    def round(self, step: int) -> None:
        fresh = self.setting.schedule.extrapolation_samples == "fresh"
        ahead, last = (2 * step, 2 * step + 1) if fresh else (step, step)
        start = {"g": copied(self.g), "d": copied(self.d)}
        self.both(ahead)
        self.start = start
        self.both(last)
        self.start = None

    def adjust(self, network: nn.Module, letter: str, step: int) -> None:
        if self.start:
            put(network, self.start[letter])


class Consensus(PlainLoop):
    """Each player adds the gradient of gamma/2 ||v||^2, of both losses on its own batch."""

    def adjust(self, network: nn.Module, letter: str, step: int) -> None:
        (options,) = self.setting.tricks
        real = self._draw(step, "data").requires_grad_()
        fake = self.g(self._draw(step, "noise", {"g": "generator", "d": "discriminator"}[letter]))
        of_g = self.g_loss(self.d(fake), self.d(real), step)
        of_d = self.d_loss(*self._both(real, fake), step)
        for penalty in self.setting.penalties:
            of_d = of_d + self._penalty(penalty, real, fake, step)
        v = grad(of_g, list(self.g.parameters()), create_graph=True)
        v += grad(of_d, list(self.d.parameters()), create_graph=True)
        half = sum(part.square().sum() for part in v) / 2
        own = list(network.parameters())
        for p, slope in zip(own, grad(options.gamma * half, own, materialize_grads=True), strict=True):
            p.grad += slope


class SimultaneousConsensus(Consensus, Simultaneous):
    """G's step is looked at where D stood before its own."""

    def both(self, step: int) -> None:
        before = copied(self.d)
        self._discriminator_step(step)
        after = copied(self.d)
        put(self.d, before)
        self._generator_step(step, step)
        put(self.d, after)


class Lookahead(PlainLoop):
    """Slow weights of both players."""

    def train(self, steps: int) -> Lookahead:
        self.slow = copied(self.g) + copied(self.d)
        super().train(steps)
        return self

    def _generator_step(self, step: int, partner: int) -> float:
        norm = super()._generator_step(step, partner)
        (options,) = self.setting.tricks
        if (step + 1) % options.k == 0:
            fast = copied(self.g) + copied(self.d)
            self.slow = [s + options.alpha * (f - s) for s, f in zip(self.slow, fast, strict=True)]
            split = len(list(self.g.parameters()))
            put(self.g, self.slow[:split])
            put(self.d, self.slow[split:])
        return norm


def copied(network: nn.Module) -> list[Tensor]:
    return [p.detach().clone() for p in network.parameters()]


@torch.no_grad()
def put(network: nn.Module, values: list[Tensor]) -> None:
    for p, value in zip(network.parameters(), values, strict=True):
        p.copy_(value)
