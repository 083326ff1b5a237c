"""Faults of the weights themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ganbench.train.faulty.fault import Chosen, factor, impossible
from ganbench.train.population import Stack

if TYPE_CHECKING:
    from ganbench.train.training import Training


def dead_units(training: Training, dose: float, chosen: Chosen) -> None:
    """The biases of D's hidden units fall by `dose`."""
    named = training.game.discriminator.stack.weights.items()
    hidden = [held for name, held in named if name.endswith("bias")][:-1]
    if not hidden:
        raise impossible("the discriminator has no hidden layer", hint="choose a setting with one")
    for bias in hidden:
        bias.sub_((dose * chosen)[:, None])


def discriminator_gain(training: Training, dose: float, chosen: Chosen) -> None:
    """Weights and biases of D's last layer are multiplied."""
    _multiply_last(training.game.discriminator.stack, dose, chosen)


def generator_gain(training: Training, dose: float, chosen: Chosen) -> None:
    """Weights and biases of G's last layer are multiplied."""
    _multiply_last(training.game.generator.stack, dose, chosen)


def _multiply_last(stack: Stack, dose: float, chosen: Chosen) -> None:
    _, last = stack.ends
    layer = stack.flat[:, last.start :]  # its bias stands behind it
    layer.mul_(factor(dose, chosen, layer))


def not_a_number(training: Training, dose: float, chosen: Chosen) -> None:
    """The first `dose` weights of G become NaN."""
    training.game.generator.stack.flat[:, : int(dose)].masked_fill_(chosen[:, None], torch.nan)
