"""A finite set of samples, split once into a training and a held-out part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganbench.data.dataset import Samples, rows


@dataclass(frozen=True, eq=False)
class Finite:
    """x: [n, D]. image_shape: rows and columns if a sample is a flattened grey image."""

    training_set: Samples
    held_out_set: Samples
    image_shape: tuple[int, int] | None

    @property
    def shape(self) -> tuple[int, ...]:
        return self.training_set.x.shape[1:]

    @property
    def label_count(self) -> int | None:
        """Labels are 0 to label_count - 1, each of them in the training set."""
        label = self.training_set.label
        return None if label is None else int(label.max()) + 1

    @property
    def law(self) -> None:
        return None

    @property
    def labelled(self) -> tuple[Samples, Samples] | None:
        return None if self.training_set.label is None else (self.training_set, self.held_out_set)

    def train(self, rng: np.random.Generator, count: int) -> Samples:
        """`count` training samples, drawn with replacement."""
        return rows(self.training_set, rng.integers(len(self.training_set.x), size=count))

    def held_out(self, rng: np.random.Generator, count: int) -> Samples:
        """`count` held-out samples; each once before any comes a second time."""
        size = len(self.held_out_set.x)
        rounds = np.tile(np.arange(size), (-(-count // size), 1))
        return rows(self.held_out_set, rng.permuted(rounds, axis=1).ravel()[:count])
