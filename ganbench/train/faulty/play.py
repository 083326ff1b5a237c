"""Faults of who moves how far and how often: rates, momentum, penalties, schedule, a head start."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ganbench import seeding
from ganbench.data.ranges import Shown
from ganbench.train.faulty.fault import Change, Chosen, factor, impossible
from ganbench.train.game import Game, Player, unrecorded
from ganbench.train.step import discriminator_pass, move

if TYPE_CHECKING:
    from ganbench.train.training import Training

STRENGTHS: Final = frozenset({"gamma", "weight", "rate"})  # options of penalties that multiply them
ALONE: Final = 500  # steps that D takes alone once G is displaced
APART: Final = 1 << 32  # draws of steps that D takes alone: where no ordinary step gets


def rate(letters: str) -> Change:
    """The learning rates of these players are multiplied."""

    def change(training: Training, dose: float, chosen: Chosen) -> None:
        for player in _players(training.game):
            if player.letter in letters:
                player.hyper["lr"].mul_(factor(dose, chosen, player.hyper["lr"]))

    return change


def momentum(training: Training, dose: float, chosen: Chosen) -> None:
    """The momentum of both optimisers, beta1 of Adam, is set."""
    for player in _players(training.game):
        names = player.hyper.keys() & {"momentum", "beta1"}
        if not names:
            raise impossible("an optimiser has no momentum", hint="use sgd or adam")
        for name in names:
            player.hyper[name].masked_fill_(chosen[:, None], dose)


def _players(game: Game) -> tuple[Player, Player]:
    return game.generator, game.discriminator


def penalty_weight(training: Training, dose: float, chosen: Chosen) -> None:
    """The weights of all penalties are multiplied."""
    terms = training.game.penalties.terms
    if not terms:
        raise impossible("the game has no penalty", hint="choose a setting with one")
    for term in terms:
        for name in STRENGTHS & term.values.keys():
            term.values[name].mul_(factor(dose, chosen, term.values[name]))


def clip_bound(training: Training, dose: float, chosen: Chosen) -> None:
    """The bound of weight clipping is multiplied."""
    found = [v["limit"] for _, v in training.game.discriminator.projections if "limit" in v]
    if not found:
        raise impossible("the game clips no weights", hint="choose a setting with weight-clipping")
    for limit in found:
        limit.mul_(factor(dose, chosen, limit))


def d_steps(training: Training, dose: float, chosen: Chosen) -> None:  # noqa: ARG001  # of all replicas
    """D takes `dose` steps in an iteration. Costs are counted as if it always had."""
    schedule = training.loop.schedule
    if dose != int(dose) or dose < schedule.d_steps:
        what = f"the dose is {dose:g}, expected a whole number from {schedule.d_steps} on"
        raise impossible(what, hint="with fewer steps the game would go back to draws that it has seen")
    training.loop.schedule = replace(schedule, d_steps=int(dose))


def with_g_steps(content: Mapping[str, Any], dose: float) -> dict[str, Any]:
    """The content of a setting in which G takes `dose` steps in an iteration."""
    changed = deepcopy(dict(content))
    changed["schedule"] = changed["schedule"] | {"g_steps": int(dose)}
    return changed


def head_start(training: Training, dose: float, chosen: Chosen) -> None:
    """D takes `dose` steps alone, on draws of its own; G and the other replicas stand still."""
    game, others = training.game, training.game.alive & ~chosen
    game.alive &= chosen
    for step in range(APART, APART + int(dose)):
        real, noise = game.tapes.real.at(step), game.tapes.discriminator_noise.at(step)
        found = discriminator_pass(game, real, noise, step=step, record=unrecorded)
        move(game, game.discriminator, found, record=unrecorded)
    game.alive |= others


def displacement(training: Training, dose: float, chosen: Chosen) -> None:
    """G's output moves by `dose` standard deviations of the data in every coordinate; then D has a head start."""
    *_, bias = training.game.generator.stack.weights.values()
    spread = training.place.tensor([_spread(shown) for shown in training.shown])
    bias.add_((dose * spread * chosen)[:, None])
    head_start(training, ALONE, chosen)


def _spread(shown: Shown) -> float:
    """Root mean square of the standard deviations of the coordinates; 1 for a point mass."""
    drawn = shown.held_out(seeding.stream(0, "fault", "spread"), 4096).x
    return float(np.sqrt(drawn.var(axis=0).mean())) or 1.0
