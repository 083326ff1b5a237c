"""Faults of what is put in: training data other than they should be, z of few values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
import torch
from torch import Tensor

from ganbench import seeding
from ganbench.data.dataset import Ints, Samples, rows
from ganbench.data.ranges import Shown
from ganbench.train.faulty.fault import Change, Chosen, impossible
from ganbench.train.noise import LAWS
from ganbench.train.source import Source

if TYPE_CHECKING:
    from ganbench.train.training import Training

Feed = Callable[[np.random.Generator, int], Samples]

CENTRES = 4096  # draws that the centre of each label is taken from


@dataclass(frozen=True, eq=False)
class Fed(Shown):
    """A data set whose training samples come from elsewhere; what a run is judged by stays what it is."""

    feed: Feed

    @classmethod
    def of(cls, shown: Shown, feed: Feed) -> Self:
        return cls(shown.dataset, shown.centre, shown.scale, shown.offset, feed)

    def train(self, rng: np.random.Generator, count: int) -> Samples:
        return self.feed(rng, count)


def fed(make: Callable[[Shown, float, int], Feed]) -> Change:
    """D gets its real samples from make(data, dose, seed); so do audits that ask for training data."""

    def change(training: Training, dose: float, chosen: Chosen) -> None:
        setting, game = training.settings[0], training.game
        if game.conditioning.count:
            raise impossible(
                "the players are told labels of the data", hint="choose a setting without conditional"
            )
        training.shown = [
            Fed.of(shown, make(shown, dose, seed)) if mine else shown
            for shown, seed, mine in zip(training.shown, training.seeds, chosen.tolist(), strict=True)
        ]
        source = Source(training.seeds, training.shown, setting, training.place)
        game.tapes = replace(game.tapes, real=source.real(seeding.DATA))

    return change


def pool(shown: Shown, dose: float, seed: int) -> Feed:
    """The same `dose` samples over and over, drawn with replacement; which they are is the seed's."""
    size = int(dose)
    kept = shown.train(seeding.stream(seed, "fault", "pool"), size)
    return lambda rng, count: rows(kept, rng.integers(size, size=count))


def first_labels(shown: Shown, dose: float, seed: int) -> Feed:  # noqa: ARG001  # the same for all
    """Samples of the labels 0 to dose - 1 alone."""
    if not (_labels(shown.train(np.random.default_rng(0), CENTRES)) < dose).any():
        raise impossible(f"no training sample has a label below {dose:g}", hint="choose a larger dose")

    def feed(rng: np.random.Generator, count: int) -> Samples:
        x, label = np.zeros((0, *shown.dataset.shape)), np.zeros(0, np.int64)
        while len(x) < count:
            drawn = shown.train(rng, count)
            kept = _labels(drawn) < dose
            x, label = np.concatenate([x, drawn.x[kept]]), np.append(label, _labels(drawn)[kept])
        return Samples(x[:count], label[:count])

    return feed


def narrowed(shown: Shown, dose: float, seed: int) -> Feed:  # noqa: ARG001  # the same for all
    """Samples x at c + dose (x - c), c the mean of their label."""
    seen = shown.train(seeding.stream(0, "fault", "centres"), CENTRES)
    label = _labels(seen)
    centres = np.stack([seen.x[label == one].mean(axis=0) for one in range(label.max() + 1)])

    def feed(rng: np.random.Generator, count: int) -> Samples:
        drawn = shown.train(rng, count)
        centre = centres[_labels(drawn)]
        return drawn._replace(x=centre + dose * (drawn.x - centre))

    return feed


def _labels(samples: Samples) -> Ints:
    if samples.label is None:
        raise impossible("the samples have no labels", hint="choose data with labels")
    return samples.label


def codes(training: Training, dose: float, chosen: Chosen) -> None:
    """G is given the nearest of `dose` fixed values of z, the seed's, instead of z; wherever G is called."""
    latent, game = training.settings[0].latent, training.game
    rng = [seeding.stream(seed, "fault", "codes") for seed in training.seeds]
    held = training.place.tensor(np.stack([LAWS[latent.law](r, (int(dose), latent.dim)) for r in rng]))

    def nearest(given: Tensor) -> Tensor:
        """[R, B, Z], labels behind it."""
        z = given[..., : latent.dim]
        distance = (z.unsqueeze(2) - held.unsqueeze(1)).square().sum(-1)
        coded = held.gather(1, distance.argmin(-1, keepdim=True).expand(-1, -1, latent.dim))
        coded = torch.cat([coded, given[..., latent.dim :]], dim=-1)
        return torch.where(chosen[:, None, None], coded, given)

    game.generator.stack.feed(nearest)
    if game.average:
        game.average.stack.feed(nearest)
