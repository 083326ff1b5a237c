"""Small images that come with installed packages: no download."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ganbench import seeding
from ganbench.data import DigitsOptions
from ganbench.data.dataset import Box, Ints, Samples, read_only, rows
from ganbench.data.finite import Finite

HELD_OUT = 297


@dataclass(frozen=True, eq=False)
class LabelledImages(Finite):
    """Labelled grey images. x: [n, rows * columns] within [-largest, largest]."""

    largest: float

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
            "neighbour_auc",
        )


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
    return LabelledImages(training_set, held_out_set, image_shape=(8, 8), largest=options.margin)


def stratified(label: Ints, count: int) -> NDArray[np.bool_]:
    """Marks `count` of the samples, each class by its share (within one); the same choice always."""
    rng = seeding.stream(0, seeding.DATA, "stratified split")
    shuffled = rng.permutation(len(label))
    by_class = shuffled[np.argsort(label[shuffled], kind="stable")]
    # Equal steps through the samples, sorted by class, take from each class its share.
    marked = np.zeros(len(label), bool)
    marked[by_class[np.arange(count) * len(label) // count]] = True
    return marked
