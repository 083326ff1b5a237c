"""One step of each player: what the plain loop does, for R replicas at once.

A step is a pass (logits, loss, gradient at the present weights) and a move. Alternating play moves
after each pass; simultaneous play makes both passes first. While one player steps, the other's weights
stand still; batch-norm buffers move whenever a network is called in training mode, as in the plain loop.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.autograd import grad
from torch.linalg import vector_norm

from ganbench.gan.penalties import Critique
from ganbench.train.game import Game, Player, Record, Term, unrecorded
from ganbench.train.vectorise import Weights


@dataclass(frozen=True, slots=True)
class Pass:
    """gradient: [R, P] at the present weights; total: [R], what it is the gradient of."""

    gradient: Tensor
    total: Tensor


def discriminator_pass(game: Game, real: Tensor, noise: Tensor, *, step: int, record: Record) -> Pass:
    """real [R, B, ...], noise [R, B, Z]; `step` counts discriminator steps from 0."""
    player = game.discriminator
    player.masks.open("d", step)
    game.generator.masks.open("d", step)
    with torch.no_grad():
        fake = _generate(game, noise, game.generator.stack.weights)
    real = real.detach().requires_grad_(_differentiated(game, "real", step))
    fake = fake.requires_grad_(_differentiated(game, "fake", step))
    leaves = player.stack.leaves
    real_logits, fake_logits = _judge(game, real, fake, leaves)
    loss = game.loss.discriminator(real_logits, fake_logits)
    view = _critique(game, real, fake, (real_logits, fake_logits), leaves, step)
    total = loss + _penalty(game, view, step, record) if view else loss
    record("real_logits", real_logits)
    record("fake_logits", fake_logits)
    record("fake", fake)
    record("loss_d", loss)
    record("penalised", torch.full_like(loss, float(view is not None)))
    gradient = grad(total.sum(), list(leaves.values()), materialize_grads=True)
    return Pass(player.stack.flatten(gradient), total.detach())


def generator_pass(game: Game, noise: Tensor, real: Tensor, *, step: int, record: Record) -> Pass:
    """noise [R, B, Z]; `real` [R, B, ...] is used by paired losses; `step` counts generator steps."""
    player, critic = game.generator, game.discriminator.stack
    player.masks.open("g", step)
    game.discriminator.masks.open("g", step)
    leaves = player.stack.leaves
    fake = _generate(game, noise, leaves)
    logits = _logits(game, fake, critic.weights)
    real_logits = _logits(game, real, critic.weights) if game.loss.paired else logits
    loss = game.loss.generator(logits, real_logits)
    record("generator_logits", logits)
    record("loss_g", loss)
    gradient = grad(loss.sum(), list(leaves.values()), materialize_grads=True)
    return Pass(player.stack.flatten(gradient), loss.detach())


def move(game: Game, player: Player, found: Pass, *, record: Record) -> Tensor:
    """Step one player's weights where everything is finite; who moved, [R]."""
    norm = vector_norm(found.gradient, dim=1)
    moves = game.survivors(norm, found.total)
    if record is not unrecorded:
        _record_gradient(player, found.gradient, norm, record)
    delta = player.move(found.gradient, moves)
    if record is not unrecorded:
        record(f"update_norm_{player.letter}", vector_norm(delta, dim=1))
        record(f"weight_norm_{player.letter}", vector_norm(player.stack.flat, dim=1))
    return moves


def _record_gradient(player: Player, gradient: Tensor, norm: Tensor, record: Record) -> None:
    first, last = player.stack.ends
    record(f"gradient_norm_{player.letter}", norm)
    record(f"first_layer_gradient_{player.letter}", vector_norm(gradient[:, first], dim=1))
    record(f"last_layer_gradient_{player.letter}", vector_norm(gradient[:, last], dim=1))


def _generate(game: Game, noise: Tensor, weights: Weights) -> Tensor:
    stack = game.generator.stack
    fake, moved = stack(noise, weights, training=True, masks=game.generator.masks)
    stack.keep(moved, game.alive)
    return fake


def _logits(game: Game, samples: Tensor, weights: Weights) -> Tensor:
    stack = game.discriminator.stack
    logits, moved = stack(samples, weights, training=True, masks=game.discriminator.masks)
    stack.keep(moved, game.alive)
    return logits[..., 0]


def _judge(game: Game, real: Tensor, fake: Tensor, leaves: Weights) -> tuple[Tensor, Tensor]:
    """Logits of real and fake, [R, B] each.

    One call where batches are joint or where the network treats each sample alone, which is the same.
    """
    if game.discriminator.stack.coupled and not game.joint:
        return _logits(game, real, leaves), _logits(game, fake, leaves)
    logits = _logits(game, torch.cat([real, fake], dim=1), leaves)
    return logits[:, : real.shape[1]], logits[:, real.shape[1] :]


def _critique(
    game: Game, real: Tensor, fake: Tensor, logits: tuple[Tensor, Tensor], leaves: Weights, step: int
) -> Critique | None:
    if not any(_due(term, step) for term in game.terms):
        return None
    stack, masks = game.discriminator.stack, game.discriminator.masks
    uniform = game.tapes.interpolation.at(step) if game.tapes.interpolation else None

    def critic(samples: Tensor) -> Tensor:
        out, _ = stack(samples, leaves, training=True, masks=masks)
        return out[..., 0]

    return Critique(critic, real, fake, *logits, uniform)


def _penalty(game: Game, view: Critique, step: int, record: Record) -> Tensor:
    """The sum of the penalties that are due, each times its interval, [R]."""
    total = torch.zeros_like(view.real_logits[:, 0])
    for term in game.terms:
        if _due(term, step):
            value = term.penalty.value(view, term.weights)
            record(f"penalty_{term.name}", value)
            total = total + term.every * value
    return total


def _differentiated(game: Game, samples: str, step: int) -> bool:
    return any(samples in term.penalty.differentiates for term in game.terms if _due(term, step))


def _due(term: Term, step: int) -> bool:
    return step % term.every == 0
