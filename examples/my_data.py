"""Data of one's own: a function that draws, or an array with labels."""

import numpy as np


def rose(rng, count, *, petals: int = 5, std: float = 0.02):
    """Fresh draws [count, 2] around the rose r = cos(petals t)."""
    t = rng.uniform(0, 2 * np.pi, count)
    curve = np.cos(petals * t)[:, None] * np.column_stack([np.cos(t), np.sin(t)])
    return curve + std * rng.standard_normal((count, 2))


def measured(*, file_seed: int = 0):
    """A finite set with classes, as if read from a file: points [600, 2] and labels [600]."""
    rng = np.random.default_rng(file_seed)
    label = np.repeat([0, 1, 2], 200)
    return np.array([[0, 1], [-1, -1], [1, -1]])[label] + 0.1 * rng.standard_normal((600, 2)), label
