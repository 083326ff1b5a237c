"""The sizes of an image from its own down to a few pixels, each half of the one before. Imports no torch."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Final

Size = tuple[int, int]

LEAST: Final = 8  # rows and columns of an image that can be halved twice


def sizes(image: Size) -> list[Size]:
    """From the image down: halved, rounded down, as long as 4 rows and columns are left, and at least twice."""
    stages = max(2, int(math.log2(min(image) / 4)))
    return [(image[0] >> stage, image[1] >> stage) for stage in range(stages + 1)]


def channels(width: int, stages: int) -> list[int]:
    """After each halving: `width`, then twice as many each time."""
    return [width << stage for stage in range(stages)]


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one network: its weights, multiply-adds for a sample, and numbers in its largest layer. Norms left out."""

    weights: int
    work: int
    largest: int


def cost(width: int, image: Size, *, depth: int, flat: int, rising: bool, pooled: bool) -> Cost:
    """Of a network between an image of `depth` channels and `flat` numbers.

    rising: from the numbers to the image. pooled: convolutions of 3x3 at each size, else of 4x4 with stride 2 in between.
    """
    area = [rows * columns for rows, columns in sizes(image)]
    wide = [depth, *channels(width, len(area) - 1)]
    kernel = 9 if pooled else 16
    kernels = [kernel * before * after for before, after in itertools.pairwise(wide)]
    linear = flat * wide[-1] * area[-1]
    biases = sum(wide) + (wide[-1] * area[-1] if rising else flat)
    work = sum(k * at for k, at in zip(kernels, area[:-1] if pooled else area[1:], strict=True))
    largest = max(
        channels * at for channels, at in zip(wide[1:], area[:-1] if pooled else area[1:], strict=True)
    )
    return Cost(sum(kernels) + biases + linear, work + linear, largest)
