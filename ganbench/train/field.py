"""The joint gradient field of a game on a fixed batch, as a differentiable function of the joint weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.autograd import grad

from ganbench import seeding
from ganbench.probes.geometry import SHARES, Field, cosine, leading_eigenvalues, path_cosines
from ganbench.train.feedback import Critic, critique, feedback, judged, seen
from ganbench.train.game import Game, Player
from ganbench.train.noise import Masks

EIGENVALUES = 6


@dataclass(frozen=True, slots=True)
class Batch:
    """What the field is looked at on: real [R, B, ...] and noise [R, B, Z], labels behind both, uniform [R, B]."""

    real: Tensor
    noise: Tensor
    uniform: Tensor


def joint_weights(game: Game) -> Tensor:
    """(generator, discriminator), [R, Q]: a copy."""
    return torch.cat([game.generator.stack.flat, game.discriminator.stack.flat], dim=1)


def field(game: Game, batch: Batch, masks: Masks) -> Field:
    """Where both players would move, [R, Q] -> [R, Q]; buffers and weights of the game stay as they are."""
    split = game.generator.stack.flat.shape[1]

    def value(weights: Tensor) -> Tensor:
        if not weights.requires_grad:
            weights = weights.detach().requires_grad_()
        v = _descent(game, batch, (weights[:, :split], weights[:, split:]), masks, step=0)
        if not game.tricks.bends:
            return v
        (bend,) = grad(game.tricks.field(v).sum(), weights, create_graph=True, materialize_grads=True)
        return v - bend

    return value


def bend(game: Game, player: Player, batch: Batch, *, step: int) -> Tensor:
    """What tricks of the field add to a player's gradient at the present weights, [R, P].

    `step` addresses the draws of networks and tricks, which are apart from those of the player's own pass.
    """
    masks = game.discriminator.masks
    g, d = (side.stack.flat.detach().requires_grad_() for side in (game.generator, game.discriminator))
    v = _descent(game, batch, (g, d), masks, step=step)
    own = g if player is game.generator else d
    (slope,) = grad(game.tricks.field(v).sum(), own, materialize_grads=True)
    return slope


def _descent(game: Game, batch: Batch, weights: tuple[Tensor, Tensor], masks: Masks, *, step: int) -> Tensor:
    """v(w) = (-grad_G L_G, -grad_D (L_D + penalties)) of weights (g, d), differentiable."""
    generator, discriminator = game.generator.stack, game.discriminator.stack
    g, d = weights
    masks.open("geometry", step)
    game.penalties.open("geometry", step, clock=game.clock)
    game.tricks.open("geometry", step, clock=game.clock)
    fake, _ = generator(batch.noise, generator.named(g), training=True, masks=masks)
    fake = game.conditioning.joined(fake, batch.noise)
    critic = Critic(discriminator, masks, weights=discriminator.named(d), conditioning=game.conditioning)
    learnt = feedback(game, critic, fake, batch.real)
    of_g = game.conditioning.total(learnt.loss, learnt.classes)
    of_g = sum((value for _, value in game.penalties.values("g", generator.named(g))), of_g)
    of_d = _discriminator_loss(game, critic, fake, batch)
    (slope_g,) = grad(of_g.sum(), g, create_graph=True, materialize_grads=True)
    (slope_d,) = grad(of_d.sum(), d, create_graph=True, materialize_grads=True)
    return -torch.cat([slope_g, slope_d], dim=1)


def _discriminator_loss(game: Game, critic: Critic, fake: Tensor, batch: Batch) -> Tensor:
    """With its penalties; generated samples with their labels behind them, [R, B, ...]."""
    assert critic.weights is not None
    real, of_fake = seen(game, batch.real), seen(game, fake)
    real = real._replace(x=real.x.detach().requires_grad_())
    said = judged(game, critic, real, of_fake)
    view = critique(critic, real, of_fake, said, batch.uniform if len(batch.uniform) else None)
    loss = game.conditioning.total(said.loss, said.classes)
    return sum((value for _, value in game.penalties.values("d", critic.weights, view)), loss)


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
        found |= self._eigenvalues(here)
        self._last.copy_(here)
        return found

    def _eigenvalues(self, here: Tensor) -> dict[str, Tensor]:
        spectrum = leading_eigenvalues(self._field, here, count=EIGENVALUES, start=self._start)
        found = {}
        for k in range(EIGENVALUES):
            found[f"eigenvalue_{k}_real"] = torch.from_numpy(spectrum.values[:, k].real.copy())
            found[f"eigenvalue_{k}_imag"] = torch.from_numpy(spectrum.values[:, k].imag.copy())
            found[f"eigenvalue_{k}_residual"] = torch.from_numpy(spectrum.residuals[:, k].copy())
        return found

    def tensors(self) -> dict[str, Tensor]:
        """What the next look compares with, written in place only."""
        return {"last": self._last, "before": self._before}
