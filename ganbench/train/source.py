"""What the tapes of R runs are drawn from: data, z, and the labels behind both."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ganbench import seeding
from ganbench.data.dataset import joined, one_hot
from ganbench.data.ranges import Shown
from ganbench.suite.schema import Setting
from ganbench.suite.sizes import joined_shape, judged_together, label_count
from ganbench.train.noise import LAWS, Array, Draw, Joined, Place, Tape, uniform


@dataclass(frozen=True)
class Source:
    """seeds, shown: one for each replica. setting: of them all."""

    seeds: Sequence[int]
    shown: Sequence[Shown]
    setting: Setting
    place: Place

    def real(self, *role: str) -> Tape:
        """Training data, [R, B, *shape]; with labels [R, B, F + K]."""
        labels = label_count(self.setting)
        drawn = {id(shown): _training(shown, labels) for shown in self.shown}
        draws = [drawn[id(shown)] for shown in self.shown]
        return self._tape(draws, (self.setting.batch, *joined_shape(self.setting)), role)

    def noise(self, *role: str) -> Tape | Joined:
        """z, [R, B, Z]; with labels by the law of the data, which are draws of their own, [R, B, Z + K].

        role: of z; its labels have the same under `seeding.LABELS`.
        """
        latent, batch = self.setting.latent, self.setting.batch
        z = self._tape(itertools.repeat(LAWS[latent.law]), (batch, latent.dim), role)
        labels = label_count(self.setting)
        if not labels:
            return z
        drawn = {id(shown): _labels(shown, labels) for shown in self.shown}
        draws = [drawn[id(shown)] for shown in self.shown]
        return Joined(z, self._tape(draws, (batch, labels), (seeding.LABELS, *role)))

    def uniform(self, *role: str) -> Tape:
        """U(0, 1), [R, B] of what D sees as one."""
        return self._tape(itertools.repeat(uniform), (judged_together(self.setting),), role)

    def _tape(self, draws: Iterable[Draw], shape: tuple[int, ...], role: Sequence[str]) -> Tape:
        mine = list(itertools.islice(draws, len(self.seeds)))
        return Tape(self.seeds, mine, role=role, shape=shape, place=self.place)


def _training(shown: Shown, labels: int) -> Draw:
    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        samples = shown.train(rng, math.prod(shape[:2]))
        return (joined(samples, labels) if labels else samples.x).reshape(shape)

    return draw


def _labels(shown: Shown, labels: int) -> Draw:
    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        return one_hot(shown.labels(rng, math.prod(shape[:2])), labels).reshape(shape)

    return draw
