"""The growth of a fresh process, whatever the parent holds."""

from __future__ import annotations

import numpy as np

from benchmarks.contenders import SIZES
from benchmarks.memory import growth_per_replica


def test_the_growth_is_there_even_if_the_parent_was_large() -> None:
    """Linux hands the peak of a process down to its children."""
    large = np.ones(100_000_000)
    assert large.any()
    per_replica = growth_per_replica(SIZES[0], 8)
    assert 50_000 < per_replica < 20_000_000
