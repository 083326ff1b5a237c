"""What arguments of statistics must be. Errors are ValueErrors that say what was given and what was expected."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Better = Literal["higher", "lower"]
"""Which values of a metric are good."""


def sample(values: ArrayLike) -> Floats:
    """One value for each run, shape [n], n >= 1."""
    found = np.asarray(values, dtype=np.float64).ravel()
    if found.size == 0:
        raise ValueError("no values, expected at least one")
    return found


def complete(values: ArrayLike) -> Floats:
    """A sample without NaN."""
    found = sample(values)
    missing = int(np.isnan(found).sum())
    if missing:
        raise ValueError(
            f"{missing} of {found.size} values are NaN; leave those runs out and say how many, "
            "or give them the worst value"
        )
    return found


def finite(values: ArrayLike) -> Floats:
    """A complete sample without infinite values."""
    found = complete(values)
    infinite = int(np.isinf(found).sum())
    if infinite:
        raise ValueError(
            f"{infinite} of {found.size} values are infinite, which have no mean; take the median"
        )
    return found


def pairs(ours: ArrayLike, theirs: ArrayLike) -> tuple[Floats, Floats]:
    """Two complete samples of one length, the same seed at the same place."""
    first, second = complete(ours), complete(theirs)
    if first.size != second.size:
        raise ValueError(f"{first.size} and {second.size} values, expected one pair for each seed")
    return first, second


def level(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}, expected a number between 0 and 1")
    return confidence


def share(value: float, *, name: str) -> float:
    if not 0 <= value <= 1:
        raise ValueError(f"{name} is {value}, expected 0 <= {name} <= 1")
    return value


def upwards(values: ArrayLike, better: Better) -> Floats:
    """The values turned so that higher is better; any shape."""
    if better not in ("higher", "lower"):
        raise ValueError(f"better is {better!r}, expected 'higher' or 'lower'")
    found = np.asarray(values, dtype=np.float64)
    return found if better == "higher" else -found
