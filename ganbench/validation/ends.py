"""What only the end of a run shows: many draws, a fresh discriminator, another loss, the last steps one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganbench.train.game import Game
from ganbench.train.loop import Loop
from ganbench.validation.course import End
from ganbench.validation.eigenvalues import step_eigenvalues
from ganbench.validation.observer import Observer
from ganbench.validation.probe import Told, probe
from ganbench.validation.recurrence import orbit, recurrence
from ganbench.validation.twin import path, saturated

Floats = NDArray[np.float64]

DRAWS: Final = 10_000
"""Samples of G, 8,000 of them to train a probe on."""
HELD_OUT: Final = 2000
"""Of them, and of real samples: what a probe is judged on."""
RADIUS: Final = 0.05
"""Distance from a point mass from which on samples are told from it."""
SHORTEST: Final = 12
"""Steps of a path from which on it can be said to return."""


@dataclass(frozen=True, slots=True)
class Walked:
    """The last steps: G at fixed z [S, R, F], and both players' weights where each has one [S, R, 2]."""

    samples: Floats
    weights: Floats | None


def walked(observer: Observer, loop: Loop, *, iterations: int) -> Walked:
    """The next iterations of a copy, one by one; moves the copy."""
    players = (loop.game.generator, loop.game.discriminator)
    single = all(player.stack.flat.shape[1] == 1 for player in players)

    def shown(game: Game) -> Tensor:
        flat = [game.generator.stack.flat, game.discriminator.stack.flat] if single else []
        return torch.cat([observer.sample(game), *flat], dim=1)

    steps = path(loop, shown, iterations=iterations)
    rows: Floats = (
        torch.stack(steps).double().cpu().numpy() if steps else np.zeros((0, len(observer.targets), 2))
    )
    return Walked(rows[..., :-2], rows[..., -2:]) if single else Walked(rows, None)


def ends(observer: Observer, last: Walked | None) -> list[End]:
    """One for each run, at the present step."""
    game = observer.training.game
    made = observer.in_units(observer.generate(game, observer.noise(DRAWS, "end")))
    told = _probed(observer, made)
    own, other = (moves.cpu().numpy() for moves in saturated(observer.training, observer.sample))
    radius = np.abs(step_eigenvalues(observer.training)).max(axis=1)
    return [
        End(
            counts=target.modes.places(x).counts if target.modes else np.zeros(0, dtype=np.int64),
            draws=DRAWS,
            probe_area=float(told.area[replica]),
            probe_spread=float(told.spread[replica]),
            own_move=float(own[replica]),
            other_move=float(other[replica]),
            radius=float(radius[replica]),
            **_returned(last, replica),
        )
        for replica, (target, x) in enumerate(zip(observer.targets, made, strict=True))
    ]


def _returned(last: Walked | None, replica: int) -> dict[str, Any]:
    if last is None or len(last.samples) < SHORTEST or not np.isfinite(last.samples[:, replica]).all():
        return {}
    found: dict[str, Any] = {"recurrence": recurrence(last.samples[:, replica])}
    return found if last.weights is None else found | {"orbit": orbit(last.weights[:, replica])}


def _probed(observer: Observer, made: list[Floats]) -> Told:
    fake = np.stack([x.reshape(DRAWS, -1) for x in made])
    if observer.targets[0].is_point:
        distance = np.sqrt(np.square(fake).mean(axis=(1, 2)))
        return Told(np.where(distance > RADIUS, 1.0, 0.5) + 0 * distance, np.ones(len(fake)))
    drawn = {id(target): target for target in observer.targets}
    real = {name: _flat(target.learnable(DRAWS - HELD_OUT)) for name, target in drawn.items()}
    test = {name: _flat(target.fresh(HELD_OUT, "probe")) for name, target in drawn.items()}
    return probe(
        np.stack([real[id(target)] for target in observer.targets]),
        fake[:, HELD_OUT:],
        real_test=np.stack([test[id(target)] for target in observer.targets]),
        fake_test=fake[:, :HELD_OUT],
        rng=observer.targets[0].stream("probe"),
    )


def _flat(x: Floats) -> Floats:
    return x.reshape(len(x), -1)
