"""Small images that come with installed packages: no download."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ganbench import seeding
from ganbench.data import DigitsOptions
from ganbench.data.dataset import Box, Ints, Samples, read_only, rows

HELD_OUT = 297


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """A finite set of labelled grey images, split once. x: [n, rows * columns] within [-largest, largest]."""

    training_set: Samples
    held_out_set: Samples
    image_shape: tuple[int, int]
    label_count: int
    largest: float

    @property
    def shape(self) -> tuple[int, ...]:
        return self.training_set.x.shape[1:]

    @property
    def box(self) -> Box:
        return np.full(self.shape, -self.largest), np.full(self.shape, self.largest)

    @property
    def default_metrics(self) -> tuple[str, ...]:
        return (
            "covered_modes",
            "covered_share",
            "high_quality",
            "reverse_kl",
            "sliced_wasserstein",
            "energy_distance",
        )

    @property
    def law(self) -> None:
        return None

    @property
    def labelled(self) -> tuple[Samples, Samples]:
        return self.training_set, self.held_out_set

    def train(self, rng: np.random.Generator, count: int) -> Samples:
        """`count` training images, drawn with replacement."""
        return rows(self.training_set, rng.integers(len(self.training_set.x), size=count))

    def held_out(self, rng: np.random.Generator, count: int) -> Samples:
        """`count` held-out images; each once before any comes a second time."""
        size = len(self.held_out_set.x)
        rounds = np.tile(np.arange(size), (-(-count // size), 1))
        return rows(self.held_out_set, rng.permuted(rounds, axis=1).ravel()[:count])


@lru_cache(maxsize=4)
def digits(options: DigitsOptions) -> LabelledImages:
    """8x8 digits, grey values 0..16 scaled to [-margin, margin]."""
    from sklearn.datasets import load_digits

    pixels, label = load_digits(return_X_y=True)
    images = Samples(options.margin * (pixels / 8 - 1), label.astype(np.int64))
    held_out = stratified(label, HELD_OUT)
    training_set, held_out_set = (
        rows(images, np.flatnonzero(~held_out)),
        rows(images, np.flatnonzero(held_out)),
    )
    for samples in (training_set, held_out_set):
        read_only(samples.x)
    return LabelledImages(
        training_set, held_out_set, image_shape=(8, 8), label_count=10, largest=options.margin
    )


def stratified(label: Ints, count: int) -> NDArray[np.bool_]:
    """Marks `count` of the samples, each class by its share (within one); the same choice always."""
    rng = seeding.stream(0, seeding.DATA, "stratified split")
    shuffled = rng.permutation(len(label))
    by_class = shuffled[np.argsort(label[shuffled], kind="stable")]
    # Equal steps through the samples, sorted by class, take from each class its share.
    marked = np.zeros(len(label), bool)
    marked[by_class[np.arange(count) * len(label) // count]] = True
    return marked
