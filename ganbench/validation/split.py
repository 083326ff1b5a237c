"""Two parts of the corpus: one to choose thresholds on, one to score them on once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from ganbench.errors import InputError
from ganbench.validation.examples import Example

TUNING_SEEDS: Final = frozenset(range(8))
TEST_SEEDS: Final = frozenset(range(12, 16))
"""Seeds 8 to 11 scored an earlier version, whose misses led to this one: they are used up."""


class Split(NamedTuple):
    """No base with the same seed is in both parts."""

    tuning: list[Example]
    test: list[Example]


def split(examples: Iterable[Example]) -> Split:
    """By seed, whatever the base: runs of a base share data and noise with those of the same seed alone.

    Raises InputError for a seed of neither part.
    """
    parts = Split([], [])
    for example in examples:
        _part(parts, example).append(example)
    return parts


def _part(parts: Split, example: Example) -> list[Example]:
    seed = int(example.run["seed"])
    if seed in TUNING_SEEDS:
        return parts.tuning
    if seed in TEST_SEEDS:
        return parts.test
    raise InputError(
        f"run '{example.run['run_id']}' has seed {seed}, expected one of "
        f"{min(TUNING_SEEDS)} to {max(TUNING_SEEDS)} and {min(TEST_SEEDS)} to {max(TEST_SEEDS)}",
        hint="make the corpus again with `ganbench validate-detectors`",
    )
