"""One step of each player: what the plain loop does, for R replicas at once.

A step is a pass (logits, loss, gradient at the present weights) and a move. Alternating play moves
after each pass; simultaneous play makes both passes first. While one player steps, the other's weights
stand still; batch-norm buffers move whenever a network is called in training mode, as in the plain loop.
The power iteration of spectral normalisation moves once in a step of the network's own player.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.autograd import grad
from torch.linalg import vector_norm

from ganbench.gan.penalties import Critique
from ganbench.train.feedback import Critic, critique, feedback, judged, seen
from ganbench.train.game import Game, Player, Record, unrecorded
from ganbench.train.vectorise import Weights


@dataclass(frozen=True, slots=True)
class Pass:
    """gradient: [R, P] at the present weights; total: [R], what it is the gradient of."""

    gradient: Tensor
    total: Tensor

    def bent(self, bend: Tensor | None) -> Pass:
        """With what tricks of the field add to the gradient, [R, P]."""
        return self if bend is None else replace(self, gradient=self.gradient + bend)


def discriminator_pass(game: Game, real: Tensor, noise: Tensor, *, step: int, record: Record) -> Pass:
    """real [R, B, ...], noise [R, B, Z], labels behind both; `step` counts discriminator steps from 0."""
    player = game.discriminator
    game.open("d", step)
    player.stack.iterate(game.alive)
    with torch.no_grad():
        fake = _generate(game, noise, game.generator.stack.weights)
        record("fake", fake)
        given = seen(game, real), seen(game, game.tricks.fakes(game.conditioning.joined(fake, noise)))
    of_real, of_fake = (
        batch._replace(x=batch.x.detach().requires_grad_(game.penalties.differentiates(kind)))
        for kind, batch in zip(("real", "fake"), given, strict=True)
    )
    leaves = player.stack.leaves
    critic = Critic(
        player.stack, player.masks, weights=leaves, alive=game.alive, conditioning=game.conditioning
    )
    said = judged(game, critic, of_real, of_fake)
    uniform = game.tapes.interpolation.at(step) if game.tapes.interpolation else None
    view = critique(replace(critic, alive=None), of_real, of_fake, said, uniform)
    played = game.conditioning.total(said.loss, said.classes)
    total = _penalised(game, player, played, record, view)
    record("real_logits", said.real)
    record("fake_logits", said.fake)
    record("loss_d", said.loss)
    _record_classes(said.classes, record)
    record("penalised", torch.full_like(said.loss, float(total is not played)))
    gradient = grad(total.sum(), list(leaves.values()), materialize_grads=True)
    return Pass(player.stack.flatten(gradient), total.detach())


def generator_pass(game: Game, noise: Tensor, real: Tensor, *, step: int, record: Record) -> Pass:
    """noise [R, B, Z], labels behind it; `real` [R, B, ...] as in D's pass; `step` counts generator steps."""
    player = game.generator
    game.open("g", step)
    player.stack.iterate(game.alive)
    leaves = player.stack.leaves
    fake = _generate(game, noise, leaves)
    d = game.discriminator
    critic = Critic(d.stack, d.masks, alive=game.alive, conditioning=game.conditioning)
    learnt = feedback(game, critic, game.conditioning.joined(fake, noise), real)
    record("generator_logits", learnt.logits)
    record("loss_g", learnt.loss)
    _record_classes(learnt.classes, record)
    total = _penalised(game, player, game.conditioning.total(learnt.loss, learnt.classes), record)
    gradient = grad(total.sum(), list(leaves.values()), materialize_grads=True)
    return Pass(player.stack.flatten(gradient), total.detach())


def move(game: Game, player: Player, found: Pass, *, record: Record) -> Tensor:
    """Step one player's weights where everything is finite; who moved, [R]."""
    norm = vector_norm(found.gradient, dim=1)
    moves = game.survivors(norm, found.total)
    if record is not unrecorded:
        _record_gradient(player, found.gradient, norm, record)
    moves = game.tricks.moves(moves, player.letter, found.total)
    gradient = game.tricks.gradient(found.gradient, player.stack.flat, player.letter)
    delta = player.move(gradient, moves, rate=game.tricks.rate(player.letter))
    if record is not unrecorded:
        record(f"update_norm_{player.letter}", vector_norm(delta, dim=1))
        record(f"weight_norm_{player.letter}", vector_norm(player.stack.flat, dim=1))
    return moves


def _record_classes(classes: Mapping[str, Tensor], record: Record) -> None:
    for name, value in classes.items():
        record(name, value)


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


def _penalised(
    game: Game, player: Player, loss: Tensor, record: Record, view: Critique | None = None
) -> Tensor:
    """The loss with the penalties that are due, each times its interval, [R]; the loss itself where none is."""
    values = list(game.penalties.values(player.letter, player.stack.leaves, view))
    if not values:
        return loss
    total = torch.zeros_like(loss)
    for term, value in values:
        record(term.signal(player.letter), value)
        total = total + term.every * value
    return loss + total
