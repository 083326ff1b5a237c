"""A population on a ring that a fault is switched on in."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ganbench.train.training import Training
from tests.train.settings import setting, train

SGD = {"name": "sgd", "lr": 0.05}

PLAIN = {"generator": SGD, "discriminator": SGD}


def started(steps: int = 4, *, replicas: int = 3, **changes: Any) -> Training:
    """A population on a ring, after some steps; with a penalty and with clipped weights, so that all faults fit."""
    bounded = [{"name": "r1", "gamma": 0.5}, {"name": "weight-clipping", "limit": 0.5}]
    one = setting(**{"penalties": bounded, **changes})
    return train(*[one] * replicas, steps=steps)


def weights(training: Training) -> Tensor:
    """Of both players, [R, P]: a copy."""
    game = training.game
    return torch.cat([game.generator.stack.flat, game.discriminator.stack.flat], dim=1).clone()


def moves(training: Training, letter: str) -> Tensor:
    """What the next iteration adds to the weights of a player, [R, P]."""
    game = training.game
    stack = (game.generator if letter == "g" else game.discriminator).stack
    before = stack.flat.clone()
    training.loop.advance(1)
    return stack.flat - before


def sampled(training: Training, step: int) -> Tensor:
    return training.game.tapes.real.at(step)
