"""The joint gradient field of a game on a fixed batch, as a differentiable function of the joint weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.autograd import grad

from ganbench import seeding
from ganbench.gan.penalties import Critique
from ganbench.probes.geometry import SHARES, Field, cosine, leading_eigenvalues, path_cosines
from ganbench.train.game import Game
from ganbench.train.noise import Masks
from ganbench.train.population import Stack
from ganbench.train.vectorise import Weights

EIGENVALUES = 6


@dataclass(frozen=True, slots=True)
class Batch:
    """real [R, B, ...], noise [R, B, Z], uniform [R, B]: the same at every look."""

    real: Tensor
    noise: Tensor
    uniform: Tensor


def joint_weights(game: Game) -> Tensor:
    """(generator, discriminator), [R, Q]: a copy."""
    return torch.cat([game.generator.stack.flat, game.discriminator.stack.flat], dim=1)


def field(game: Game, batch: Batch, masks: Masks) -> Field:
    """v(w) = (-grad_G L_G, -grad_D (L_D + penalties)); buffers and weights of the game stay as they are."""
    generator, discriminator = game.generator.stack, game.discriminator.stack

    def value(weights: Tensor) -> Tensor:
        if not weights.requires_grad:
            weights = weights.detach().requires_grad_()
        split = generator.flat.shape[1]
        g, d = weights[:, :split], weights[:, split:]
        masks.open("geometry", 0)
        fake, _ = generator(batch.noise, generator.named(g), training=True, masks=masks)
        of_g = _generator_loss(game, fake, batch.real, discriminator.named(d), masks)
        of_d = _discriminator_loss(game, fake, batch, discriminator.named(d), masks)
        (slope_g,) = grad(of_g.sum(), g, create_graph=True, materialize_grads=True)
        (slope_d,) = grad(of_d.sum(), d, create_graph=True, materialize_grads=True)
        return -torch.cat([slope_g, slope_d], dim=1)

    return value


def _generator_loss(game: Game, fake: Tensor, real: Tensor, weights: Weights, masks: Masks) -> Tensor:
    logits = _logits(game.discriminator.stack, fake, weights, masks)
    real_logits = _logits(game.discriminator.stack, real, weights, masks) if game.loss.paired else logits
    return game.loss.generator(logits, real_logits)


def _discriminator_loss(game: Game, fake: Tensor, batch: Batch, weights: Weights, masks: Masks) -> Tensor:
    stack = game.discriminator.stack
    real = batch.real.detach().requires_grad_()
    real_logits, fake_logits = _both(game, real, fake, weights, masks)
    view = Critique(
        lambda x: _logits(stack, x, weights, masks), real, fake, real_logits, fake_logits, batch.uniform
    )
    loss = game.loss.discriminator(real_logits, fake_logits)
    return sum((term.penalty.value(view, term.weights) for term in game.terms), loss)


def _both(game: Game, real: Tensor, fake: Tensor, weights: Weights, masks: Masks) -> tuple[Tensor, Tensor]:
    """Logits of real and fake, in one call or two as in training."""
    stack = game.discriminator.stack
    if stack.coupled and not game.joint:
        return _logits(stack, real, weights, masks), _logits(stack, fake, weights, masks)
    logits = _logits(stack, torch.cat([real, fake], dim=1), weights, masks)
    return logits[:, : real.shape[1]], logits[:, real.shape[1] :]


def _logits(stack: Stack, samples: Tensor, weights: Weights, masks: Masks) -> Tensor:
    out, _ = stack(samples, weights, training=True, masks=masks)
    return out[..., 0]


class Geometer:
    """Looks at a game's geometry now and then. `before` marks the point that the next `look` compares with."""

    def __init__(self, game: Game, batch: Batch, masks: Masks, seeds: Sequence[int]) -> None:
        self._game = game
        self._field = field(game, batch, masks)
        self._last = joint_weights(game)
        self._before = self._field(self._last).detach()
        rng = [seeding.stream(seed, seeding.EVALUATION, "krylov") for seed in seeds]
        start = np.stack([r.standard_normal(self._last.shape[1]) for r in rng])
        self._start = torch.from_numpy(start).to(self._last)

    def before(self) -> None:
        """One iteration before a look: the field here."""
        self._before.copy_(self._field(joint_weights(self._game)).detach())

    def look(self) -> dict[str, Tensor]:
        """Cosines of successive gradients, path cosines since the last look, eigenvalues; [R] each."""
        here = joint_weights(self._game)
        split = self._game.generator.stack.flat.shape[1]
        now = self._field(here).detach()
        found = {
            "cosine_g": cosine(self._before[:, :split], now[:, :split]),
            "cosine_d": cosine(self._before[:, split:], now[:, split:]),
        }
        path = path_cosines(self._field, self._last, here)
        found |= {f"path_cosine_{round(100 * share)}": path[:, k] for k, share in enumerate(SHARES)}
        values = leading_eigenvalues(self._field, here, count=EIGENVALUES, start=self._start)
        for k, column in enumerate(values.T):
            found[f"eigenvalue_{k}_real"] = torch.from_numpy(column.real.copy())
            found[f"eigenvalue_{k}_imag"] = torch.from_numpy(column.imag.copy())
        self._last.copy_(here)
        return found

    def tensors(self) -> dict[str, Tensor]:
        """What the next look compares with, written in place only."""
        return {"last": self._last, "before": self._before}
