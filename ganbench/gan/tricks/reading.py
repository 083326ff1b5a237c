"""What a level of the logits means once tricks have changed what the players are told. Imports no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ganbench import registry
from ganbench.gan.losses import Blind, Loss, loss_of
from ganbench.gan.tricks.trick import Trick
from ganbench.registry import Options

HALF = 0.5  # the mean of the targets 1 and 0


def reading(options: Options, tricks: Sequence[Options]) -> Loss:
    """The loss of one run, read as its tricks leave it: see `read`."""
    return read(loss_of(options), tricks)


def read(loss: Loss, tricks: Sequence[Options]) -> Loss:
    """The loss with its decision, density ratio, equilibrium and attenuation as tricks leave them.

    Its functions are those of the loss without tricks. What a trick does not say of itself is not known.
    """
    loaded: list[tuple[Trick, Options]] = [(registry.load("trick", options), options) for options in tricks]
    told = _mean_target(loaded)
    if any(trick.targets for trick, _ in loaded):
        loss = _told(loss, told)
    if any(trick.fakes for trick, _ in loaded):
        loss = replace(loss, density_ratio=False)  # of a mixture with the generators of the past
    for trick, _ in loaded:
        if trick.generator_loss:
            loss = trick.reading(loss, told) if trick.reading else unread(loss)
    return loss


def unread(loss: Loss) -> Loss:
    """With a loss of G of which nothing is known."""
    return replace(loss, attenuation=None, equilibrium=(loss.equilibrium[0], None))


def _mean_target(loaded: Sequence[tuple[Trick, Options]]) -> float | None:
    """Of all samples of a D step, half of them real; None where a trick does not say what it does to it."""
    mean = HALF
    for trick, options in loaded:
        if trick.targets and trick.mean_target is None:
            return None
        mean = trick.mean_target(options, mean) if trick.mean_target else mean
    return mean


def _told(loss: Loss, mean: float | None) -> Loss:
    """With other targets of D. No mixture of both kinds of sample has their density ratio for a logit."""
    blind = loss.blind(mean) if loss.blind and mean is not None else Blind()
    levels = (blind.discriminator, blind.generator)
    return replace(loss, decision=blind.decision, density_ratio=False, equilibrium=levels)
