"""Eigenvalues of one iteration of a tiny game as a map of its weights, at its equilibrium."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from ganbench.train.loop import Loop
from ganbench.train.training import Training
from ganbench.validation.twin import twin

Complex = NDArray[np.complex128]
Floats = NDArray[np.float64]

LARGEST: Final = 16
"""Weights of a game, of both players, up to which its Jacobian is taken."""
STEP: Final = 1e-3
SMOOTH: Final = 1e-2
"""Relative difference between Jacobians of two widths above which the map is not smooth."""


def weights(loop: Loop) -> Floats:
    """Of both players, G first, [R, Q]."""
    players = (loop.game.generator, loop.game.discriminator)
    found: Floats = torch.cat([player.stack.flat for player in players], dim=1).double().cpu().numpy()
    return found


def step_eigenvalues(training: Training) -> Complex:
    """Of the Jacobian of the next iteration at weights 0, where the Dirac-GAN and the bilinear game are at rest, [R, Q].

    |value| < 1 of all: the step contracts towards the equilibrium. NaN for larger games, for an optimiser whose
    step depends on more than the gradient, and where the map is not smooth.
    """
    game = training.game
    size = game.generator.stack.flat.shape[1] + game.discriminator.stack.flat.shape[1]
    if size > LARGEST or not _memoryless(training):
        return np.full((game.replicas, min(size, LARGEST)), np.nan, dtype=complex)
    wide, narrow = (_jacobian(training, size, width) for width in (STEP, STEP / 2))
    differ = np.abs(wide - narrow).max(axis=(1, 2)) > SMOOTH * np.abs(wide).max(axis=(1, 2))
    unclear = differ | ~np.isfinite(wide + narrow).all(axis=(1, 2))
    values = np.linalg.eigvals(np.where(unclear[:, None, None], 0, narrow)).astype(complex)
    return np.where(unclear[:, None], np.nan, values)


def _memoryless(training: Training) -> bool:
    players = (training.game.generator, training.game.discriminator)
    return all(
        set(player.state) == {"momentum", "steps"} and not player.hyper["momentum"].any()
        for player in players
    )


def _jacobian(training: Training, size: int, width: float) -> Floats:
    """Central differences, [R, Q, Q]: column j is the change of all weights by weight j."""
    columns = []
    for j in range(size):
        ends = (_after(training, j, sign * width) for sign in (1, -1))
        columns.append((next(ends) - next(ends)) / (2 * width))
    return np.stack(columns, axis=-1)


def _after(training: Training, weight: int, shift: float) -> Floats:
    """The weights one iteration after all but one were 0, [R, Q]."""
    loop = twin(training)
    split = loop.game.generator.stack.flat.shape[1]
    for player, index in ((loop.game.generator, weight), (loop.game.discriminator, weight - split)):
        player.stack.flat.zero_()
        if 0 <= index < player.stack.flat.shape[1]:
            player.stack.flat[:, index] = shift
        for state in player.state.values():
            state.zero_()
    loop.advance(1)
    return weights(loop)
