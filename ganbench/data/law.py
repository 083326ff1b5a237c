"""A known distribution with an exact sampler, trained on by fresh draws or by a fixed set of points."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from typing import Self

import numpy as np

from ganbench import seeding
from ganbench.data import LawOptions
from ganbench.data.dataset import Dataset, Samples, read_only, rows


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class Law(Dataset, ABC):
    """`training_set`: the points that `train` draws with replacement; None: it draws from the law itself."""

    training_set: Samples | None = None

    @abstractmethod
    def held_out(self, rng: np.random.Generator, count: int) -> Samples:
        """`count` fresh draws from the exact law."""

    def train(self, rng: np.random.Generator, count: int) -> Samples:
        """`count` fresh draws, or draws with replacement from the training set."""
        if self.training_set is None:
            return self.held_out(rng, count)
        return rows(self.training_set, rng.integers(len(self.training_set.x), size=count))

    def trained_as(self, options: LawOptions) -> Self:
        """The same law with the training set that the options name."""
        if options.points is None:
            return self
        fixed = self.held_out(seeding.stream(options.points_seed, seeding.TRAINING_SET), options.points)
        read_only(fixed.x)
        return dataclasses.replace(self, training_set=fixed)
