"""Copies of a game that go on by themselves: what the next steps do, and what they would do under another loss.

A copy shares nothing that is written to with its original: training goes on as if it had not been made.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import softplus

from ganbench.train.game import Game, unrecorded
from ganbench.train.loop import Loop
from ganbench.train.step import generator_pass, move
from ganbench.train.training import Training

Floats = NDArray[np.float64]
Shown = Callable[[Game], Tensor]
"""What is watched of a game, [R, ...]."""

BATCHES: Final = 64
SWAPPED_STEPS: Final = 100
"""Generator steps of the counterfactual."""


def twin(training: Training) -> Loop:
    """The game with its tapes, moments and faults where it stands, unrecorded."""
    found: Loop = copy.deepcopy(training.loop, {id(training.loop.recorder): None})
    found.recorder = None
    return found


def recent_reals(loop: Loop, count: int) -> Tensor:
    """The last real samples that D was shown, [R, n, ...], n at least `count`, but no more than `BATCHES` of them; at the
    start the first that it will be.

    Moves the tape: ask a twin.
    """
    tape, shown = loop.game.tapes.real, loop.iteration * loop.schedule.d_steps * loop.schedule.draws
    batches = min(-(-count // tape.at(shown).shape[1]), BATCHES)
    steps = range(max(shown - batches, 0), max(shown, batches))
    return torch.cat([tape.at(step).clone() for step in steps], dim=1)


def path(loop: Loop, shown: Shown, *, iterations: int) -> list[Tensor]:
    """What is shown after each of the next iterations; moves the loop."""
    found = []
    for _ in range(iterations):
        loop.advance(1)
        found.append(shown(loop.game))
    return found


def saturated(training: Training, shown: Shown) -> tuple[Tensor, Tensor]:
    """Root mean square moves of what is shown over `SWAPPED_STEPS` of G against a D that stands still, [R] each:
    by its own loss, and by the non-saturating one from an optimiser without a past.
    """
    own, other = twin(training), twin(training)
    game = other.game
    game.loss = replace(game.loss, generator=_non_saturating, paired=False)
    for state in game.generator.state.values():
        state.zero_()
    return _moved(own, shown), _moved(other, shown)


def _moved(loop: Loop, shown: Shown) -> Tensor:
    game, before = loop.game, shown(loop.game)
    first = loop.iteration * loop.schedule.g_steps * loop.schedule.draws
    partner = loop.iteration * loop.schedule.d_steps * loop.schedule.draws
    for step in range(first, first + SWAPPED_STEPS):
        noise, real = game.tapes.generator_noise.at(step), game.tapes.real.at(partner)
        found = generator_pass(game, noise, real, step=step, record=unrecorded)
        move(game, game.generator, found, record=unrecorded)
    return root_mean_square(shown(game) - before)


def root_mean_square(x: Tensor) -> Tensor:
    """Over all but the replicas, [R, ...] -> [R]."""
    return x.double().flatten(1).square().mean(1).sqrt()


def _non_saturating(fake: Tensor, real: Tensor) -> Tensor:  # noqa: ARG001  # the shared signature
    """-E ln sigmoid(l(G(z)))."""
    return softplus(-fake).mean(-1)
