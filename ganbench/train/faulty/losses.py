"""Faults of what the players minimise. What is logged of the losses is what they minimise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ganbench.gan.losses import Loss
from ganbench.gan.losses.loss import softplus
from ganbench.train.faulty.fault import Change, Chosen, factor, impossible

if TYPE_CHECKING:
    from ganbench.train.training import Training

Logits = tuple[Tensor, Tensor]


def _switch(training: Training, changed: Loss) -> None:
    if any(one.trick.targets for one in training.game.tricks.applied):
        raise impossible("a trick changes the targets of D", hint="choose a setting without such a trick")
    training.game.loss = changed


def other_logits(change: Callable[[Logits, float, Chosen], Logits]) -> Change:
    """D's loss is of other logits (real, fake) than D gave, [R, B] each. `change` leaves those of others as they are."""

    def switched(training: Training, dose: float, chosen: Chosen) -> None:
        loss = training.game.loss

        def discriminator(real: Tensor, fake: Tensor) -> Tensor:
            changed = loss.discriminator(*change((real, fake), dose, chosen))
            # Not of `change` for the others: tensors of another layout are summed in another order.
            return torch.where(chosen, changed, loss.discriminator(real, fake))

        _switch(training, replace(loss, discriminator=discriminator))

    return switched


def real_term(logits: Logits, dose: float, chosen: Chosen) -> Logits:
    """The gradient by the logits of real samples is multiplied."""
    return _sloped(logits[0], dose, chosen), logits[1]


def fake_term(logits: Logits, dose: float, chosen: Chosen) -> Logits:
    """The gradient by the logits of fakes is multiplied."""
    return logits[0], _sloped(logits[1], dose, chosen)


def _sloped(logits: Tensor, dose: float, chosen: Chosen) -> Tensor:
    """The same numbers, with `dose` times their gradient."""
    still = logits.detach()
    return still + factor(dose, chosen, logits) * (logits - still)


def swapped(logits: Logits, dose: float, chosen: Chosen) -> Logits:  # noqa: ARG001  # no more or less of it
    """Real samples and fakes change places."""
    real, fake = logits
    mine = chosen[:, None]
    return torch.where(mine, fake, real), torch.where(mine, real, fake)


def spike(training: Training, dose: float, chosen: Chosen) -> None:
    """D's loss is multiplied in the next iteration alone."""
    game, loss = training.game, training.game.loss
    at = game.clock.clone()

    def discriminator(real: Tensor, fake: Tensor) -> Tensor:
        value = loss.discriminator(real, fake)
        return value * factor(dose, chosen & (game.clock == at), value)

    _switch(training, replace(loss, discriminator=discriminator))


def shared_loss(training: Training, dose: float, chosen: Chosen) -> None:  # noqa: ARG001  # no more or less of it
    """D minimises the loss of G."""
    loss = training.game.loss

    def discriminator(real: Tensor, fake: Tensor) -> Tensor:
        return torch.where(chosen, loss.generator(fake, real), loss.discriminator(real, fake))

    _switch(training, replace(loss, discriminator=discriminator))


def double_sigmoid(training: Training, dose: float, chosen: Chosen) -> None:  # noqa: ARG001  # no more or less of it
    """Both losses are of sigmoid(l) where they should be of l."""
    loss = training.game.loss

    def squashed(of: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Tensor, Tensor], Tensor]:
        def value(one: Tensor, other: Tensor) -> Tensor:
            return torch.where(chosen, of(one.sigmoid(), other.sigmoid()), of(one, other))

        return value

    _switch(
        training,
        replace(loss, discriminator=squashed(loss.discriminator), generator=squashed(loss.generator)),
    )


def saturating(training: Training, dose: float, chosen: Chosen) -> None:
    """L_G <- (1 - dose) L_G + dose E ln(1 - D(G(z)))."""
    loss = training.game.loss

    def generator(fake: Tensor, real: Tensor) -> Tensor:
        share = torch.where(chosen, dose, 0.0).to(fake)
        return (1 - share) * loss.generator(fake, real) - share * softplus(fake).mean(-1)

    training.game.loss = replace(loss, generator=generator)
