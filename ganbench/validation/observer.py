"""Looks at all runs of a training, with draws and copies of its own: the training goes on as if nobody had looked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.linalg import vector_norm

from ganbench import seeding
from ganbench.train.game import Game
from ganbench.train.loop import Loop
from ganbench.train.noise import LAWS, Masks
from ganbench.train.population import Stack
from ganbench.train.training import Training
from ganbench.validation.course import Look
from ganbench.validation.ranking import area
from ganbench.validation.target import FRESH, TRUTH, Target
from ganbench.validation.twin import recent_reals, root_mean_square, twin

Floats = NDArray[np.float64]

DRAWS: Final = 2500
"""Own samples of G at a look."""
FIXED: Final = 64
"""z, real samples and points around the data that are the same at every look."""
KNOWN: Final = 1024
"""Real samples of D's last batches."""
AROUND: Final = 1.5
"""Half the side of the box of fixed points, over that of the data's box."""
POINT: Final = 2
"""Decimals of logits that count where the data are a point mass, whose ranks tell any difference."""


class Observer:
    """`look` at a training. Real draws, z and fixed points are the same for all runs with the same data.

    To be made before a fault is switched on: D is judged by the loss that it was told then.
    """

    def __init__(self, training: Training, targets: Sequence[Target], *, seed: int) -> None:
        self.training = training
        self.targets = targets
        self.seed = seed
        self._loss = training.game.loss
        self._masks = Masks(training.seeds, role=(TRUTH, "masks"), place=training.place, block=1)
        self._scale = training.place.tensor([target.scale for target in targets])
        self._fixed_z = self.noise(FIXED, "fixed")
        self._fixed_points = self._shown([self._points(target) for target in targets])
        self._sizes = self._weight_norms()
        self._before: list[Tensor] = []

    def noise(self, count: int, *name: str | int) -> Tensor:
        """z by the law of the setting, [R, count, Z]; the same for every run."""
        latent = self.training.settings[0].latent
        rng = seeding.stream(self.seed, TRUTH, "z", *name)
        z = LAWS[latent.law](rng, (count, latent.dim))
        return self.training.place.tensor(z).repeat(self.training.game.replicas, 1, 1)

    def generate(self, game: Game, noise: Tensor) -> Tensor:
        """G in evaluation mode, [R, n, D], as D sees its samples."""
        return self._called(game.generator.stack, noise)

    def in_units(self, samples: Tensor) -> list[Floats]:
        """The samples of each run in the units of the data, [n, *shape]."""
        values = samples.double().cpu().numpy()
        shape = self.training.datasets[0].shape
        pairs = zip(self.training.shown, values, strict=True)
        return [shown.back(of_run.reshape(-1, *shape)) for shown, of_run in pairs]

    def sample(self, game: Game) -> Tensor:
        """G at the fixed z in standard deviations of the data, [R, F]."""
        factors = torch.tensor([shown.scale or 1.0 for shown in self.training.shown]).to(self._scale)
        return self.generate(game, self._fixed_z).flatten(1) / (factors * self._scale)[:, None]

    def look(self) -> Look:
        """What there is to see at this step; see `Look`."""
        training = self.training
        game, ahead = training.game, twin(training)
        known = recent_reals(ahead, KNOWN).flatten(2)
        made = self.generate(game, self.noise(DRAWS, training.step))
        judged = self._judged(made, known, step=training.step)
        sample, weights = self.sample(game), self._weights()
        same = self._same(weights)
        finite = torch.cat([*weights, made.flatten(1)], dim=1).isfinite().all(1)
        self._before = weights
        return Look(
            finite=finite.cpu().numpy(),
            **self._placed(self.in_units(made)),
            sample=_array(sample),
            jump=_array(self._jump(ahead, sample)),
            size=(self._weight_norms() / np.maximum(self._sizes, 1e-12)).max(axis=1),
            same_g=same[0],
            same_d=same[1],
            **judged,
        )

    def _same(self, weights: list[Tensor]) -> list[NDArray[np.bool_]]:
        """Of each player, whether its weights are those of the last look, [R]."""
        before = self._before or [torch.full_like(flat, torch.nan) for flat in weights]
        return [(new == old).all(1).cpu().numpy() for new, old in zip(weights, before, strict=True)]

    def _placed(self, made: list[Floats]) -> dict[str, Any]:
        counts, spread, distance = [], [], []
        for target, samples in zip(self.targets, made, strict=True):
            places = target.modes.places(samples) if target.modes else None
            counts.append(places.counts if places else np.zeros(0, dtype=np.int64))
            spread.append(places.spread if places else math.nan)
            distance.append(target.distance(samples))
        return {"counts": _ragged(counts), "spread": np.array(spread), "distance": np.array(distance)}

    def _judged(self, made: Tensor, known: Tensor, *, step: int) -> dict[str, Any]:
        real = self._shown([target.fresh(FRESH, step) for target in self.targets])
        parts = [real, made[:, :FRESH], known, self._fixed_points]
        of_real, of_fake, of_known, of_fixed = self._logits(parts)
        blind = self._loss.equilibrium[0]
        loss = _array(self._loss.discriminator(of_real, of_fake))
        both = torch.cat([of_real, of_fake], dim=1)
        ranked = partial(self._area, fake=of_fake)
        return {
            "area": ranked(of_real),
            "area_known": ranked(of_known),
            **self._sides(of_real, of_fake),
            "excess": loss / blind if blind else np.full(len(loss), np.nan),
            "logit_scale": _array(of_fixed.std(1)),
            "logit_spread": _array(both.std(1)),
        }

    def _area(self, real: Tensor, *, fake: Tensor) -> Floats:
        pair = [_array(logits) for logits in (real, fake)]
        if self.targets[0].is_point:
            pair = [np.round(logits, POINT) for logits in pair]
        return area(*pair)

    def _sides(self, real: Tensor, fake: Tensor) -> dict[str, Floats]:
        decision = self.training.game.reading.decision
        if decision is None:
            nothing = np.full(len(real), np.nan)
            return {"real_side": nothing, "fake_side": nothing, "lean": nothing}
        apart = [_array(logits - decision) for logits in (real, fake)]
        # A logit that is the decision value is on neither side.
        sides = [((np.sign(x) + 1) / 2).mean(axis=1) for x in apart]
        return {
            "real_side": sides[0],
            "fake_side": sides[1],
            "lean": np.concatenate(apart, axis=1).mean(axis=1),
        }

    def _jump(self, ahead: Loop, sample: Tensor) -> Tensor:
        """Of one step of G, also where an iteration has several."""
        ahead.advance(1)
        return root_mean_square(self.sample(ahead.game) - sample) / ahead.schedule.g_steps

    def _logits(self, parts: Sequence[Tensor]) -> Sequence[Tensor]:
        """D in evaluation mode, [R, n, D] each -> [R, n] each; in the batches of its training where it compares samples."""
        stack = self.training.game.discriminator.stack
        if not stack.compares_samples:
            together = self._called(stack, torch.cat([*parts], dim=1))[..., 0]
            found: Sequence[Tensor] = together.split([part.shape[1] for part in parts], dim=1)
            return found
        size = self.training.settings[0].batch
        called = ([self._called(stack, batch) for batch in part.split(size, dim=1)] for part in parts)
        return [torch.cat(batches, dim=1)[..., 0] for batches in called]

    def _called(self, stack: Stack, x: Tensor) -> Tensor:
        self._masks.open("evaluation", self.training.step)
        with torch.no_grad():
            return stack(x, training=False, masks=self._masks)[0]

    def _shown(self, samples: Sequence[Floats]) -> Tensor:
        """Samples of each run as networks see them, [R, n, D]."""
        pairs = zip(self.training.shown, samples, strict=True)
        return self.training.place.tensor(np.stack([shown.into(x).reshape(len(x), -1) for shown, x in pairs]))

    def _points(self, target: Target) -> Floats:
        """Real samples, and points of a box around the data, [2 FIXED, *shape]."""
        low, high = target.dataset.box
        unit = target.stream("points").uniform(-AROUND, AROUND, (FIXED, *target.dataset.shape))
        half = np.maximum((high - low) / 2, target.scale)
        return np.concatenate([target.fresh(FIXED, "fixed"), (low + high) / 2 + half * unit])

    def _weights(self) -> list[Tensor]:
        game = self.training.game
        return [player.stack.flat.clone() for player in (game.generator, game.discriminator)]

    def _weight_norms(self) -> Floats:
        """Of both players, [R, 2]."""
        return _array(torch.stack([vector_norm(flat, dim=1) for flat in self._weights()], dim=1))


def _array(values: Tensor) -> Floats:
    found: Floats = values.double().cpu().numpy()
    return found


def _ragged(rows: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Rows side by side, [R, longest]; 0 behind the shorter ones."""
    found = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    for row, values in zip(found, rows, strict=True):
        row[: len(values)] = values
    return found
