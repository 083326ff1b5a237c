"""How D is called in training, and what each player learns from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from ganbench.gan.penalties import Critique
from ganbench.gan.tricks.packing import packed
from ganbench.gan.tricks.trick import Answers
from ganbench.train.conditioning import UNCONDITIONAL, Conditioning, Given
from ganbench.train.game import Game
from ganbench.train.noise import Masks
from ganbench.train.population import Stack
from ganbench.train.unroll import unrolled
from ganbench.train.vectorise import Weights


@dataclass(frozen=True, slots=True)
class Critic:
    """D in training mode. weights: others than its own; alive: whose buffers move, [R], None for nobody's."""

    stack: Stack
    masks: Masks
    weights: Weights | None = None
    alive: Tensor | None = None
    conditioning: Conditioning = UNCONDITIONAL

    def __call__(self, samples: Tensor, label: Tensor | None = None) -> Tensor:
        """[R, B, ...] beside labels [R, B, K] -> logits, [R, B]."""
        return self.answers(Given(samples, label))[..., 0]

    def answers(self, batch: Given) -> Tensor:
        """The logit and, where D names classes, theirs behind it, [R, B, 1 + K]."""
        given = self.conditioning.input(batch)
        answers, moved = self.stack(given, self.weights, training=True, masks=self.masks)
        if self.alive is not None:
            self.stack.keep(moved, self.alive)
        return answers

    def features(self, batch: Given) -> Tensor:
        """The last hidden layer, [R, B, F]."""
        weights = self.stack.weights if self.weights is None else self.weights
        return self.stack.features(self.conditioning.input(batch), weights, masks=self.masks)


class Judged(NamedTuple):
    """What D says in its step. real, fake: logits [R, B]; loss: its own, [R]; classes: of those it names, [R] each."""

    real: Tensor
    fake: Tensor
    loss: Tensor
    classes: Mapping[str, Tensor]


class Feedback(NamedTuple):
    """What G is told. logits: [R, B]; loss: its own, [R]; classes: of those that D names, [R] each."""

    logits: Tensor
    loss: Tensor
    classes: Mapping[str, Tensor]


def seen(game: Game, joined: Tensor) -> Given:
    """What D sees of samples with their labels behind them, [R, B, F + K], after all tricks."""
    batch = game.conditioning.apart(joined)
    label = None if batch.label is None else packed(batch.label, game.tricks.pack)
    return Given(game.tricks.seen(batch.x), label)


def judge(game: Game, critic: Critic, real: Given, fake: Given) -> tuple[Tensor, Tensor]:
    """Answers of real and fake, [R, B, 1 + K] each.

    One call where batches are joint or where the network treats each sample alone, which is the same.
    """
    if critic.stack.coupled and not game.joint:
        return critic.answers(real), critic.answers(fake)
    answers = critic.answers(_together(real, fake))
    return answers[:, : real.x.shape[1]], answers[:, real.x.shape[1] :]


def judged(game: Game, critic: Critic, real: Given, fake: Given) -> Judged:
    """What D says of a batch, and what it loses."""
    of_real, of_fake = judge(game, critic, real, fake)
    logits = of_real[..., 0], of_fake[..., 0]
    loss = game.tricks.discriminator_loss(game.loss, *logits)
    classes = game.conditioning.class_losses(real=(of_real, real), fake=(of_fake, fake))
    return Judged(*logits, loss, classes)


def critique(critic: Critic, real: Given, fake: Given, said: Judged, uniform: Tensor | None) -> Critique:
    """The view that penalties of D have of its step."""
    near, between = (partial(critic, label=label) for label in (real.label, _between(real, fake, uniform)))
    return Critique(near, real.x, fake.x, said.real, said.fake, uniform, between)


def feedback(game: Game, critic: Critic, fake: Tensor, real: Tensor) -> Feedback:
    """Of generated samples with their labels behind them [R, B, ...], differentiable; `real`, likewise, is used by
    paired losses and by tricks.
    """
    of_fake = seen(game, fake)
    of_real = seen(game, real) if game.loss.paired or game.tricks.compares else of_fake
    if game.tricks.unrolled:
        critic = _ahead(game, critic, of_fake, of_real)
    said = critic.answers(of_fake)
    logits = said[..., 0]
    real_logits = critic.answers(of_real)[..., 0] if game.loss.paired else logits
    answers = Answers(logits, real_logits, lambda: (critic.features(of_fake), critic.features(of_real)))
    loss = game.tricks.generator_loss(game.loss, answers)
    return Feedback(logits, loss, game.conditioning.class_losses(generator=(said, of_fake)))


def _ahead(game: Game, critic: Critic, fake: Given, real: Given) -> Critic:
    """D some steps ahead on this batch; meanwhile no buffer moves."""

    def loss(weights: Weights) -> Tensor:
        said = judged(game, replace(critic, weights=weights, alive=None), real, fake)
        return game.conditioning.total(said.loss, said.classes)

    rate, steps = game.tricks.rate("d"), game.tricks.unrolled
    return replace(critic, weights=unrolled(game.discriminator, critic.weights, loss, steps=steps, rate=rate))


def _together(real: Given, fake: Given) -> Given:
    x = torch.cat([real.x, fake.x], dim=1)
    if real.label is None or fake.label is None:
        return Given(x)
    return Given(x, torch.cat([real.label, fake.label], dim=1))


def _between(real: Given, fake: Given, uniform: Tensor | None) -> Tensor | None:
    """Labels as far between fake and real as the samples that penalties look at there."""
    if uniform is None or real.label is None or fake.label is None:
        return real.label
    return torch.lerp(fake.label, real.label, uniform[..., None])
