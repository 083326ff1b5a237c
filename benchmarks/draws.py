"""What the measurements of the statistics draw, enumerate and print."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.random import Generator

from ganbench import seeding
from ganbench.stats.checks import Floats

ROLE: Final = "coverage"


def stream(*parts: object) -> Generator:
    """A generator of its own for each measurement that these parts name."""
    return seeding.stream(0, ROLE, *map(str, parts))


def binomial(rate: float, n: int) -> Floats:
    """The chances of 0, ..., n failures, [n + 1]."""
    from scipy.stats import binom

    return np.asarray(binom.pmf(np.arange(n + 1), n, rate))


def percent(share: float) -> str:
    return f"{100 * share:.1f}"
