"""Seeds as a suite or the command line names them: `0-9,12` or a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from ganbench.errors import UsageError
from ganbench.suite.tree import Node

MOST: Final = 100_000
_RANGE = re.compile(r"\s*([0-9]{1,18})\s*(?:-\s*([0-9]{1,18})\s*)?\Z")


def seeds(text: str) -> tuple[int, ...]:
    """The seeds of `0-9,12` (both ends included), in that order. Raises UsageError."""
    return _distinct([seed for piece in text.split(",") for seed in _range(piece, text)])


def seeds_of(node: Node) -> tuple[int, ...]:
    """The seeds that a suite gives as text or as a list of integers. Raises UsageError without a place."""
    if isinstance(node.value, str):
        return seeds(node.value)
    if not isinstance(node.value, list):
        raise UsageError('expected seeds as a range, such as "0-9", or as a list, such as [0, 1, 2]')
    return _distinct([_seed(item) for item in node.items])


def as_text(found: Iterable[int]) -> str:
    """Distinct seeds in increasing order, as `seeds` reads them: `0-9,12`."""
    ranges: list[tuple[int, int]] = []
    for seed in sorted(found):
        first, last = ranges.pop() if ranges and ranges[-1][1] == seed - 1 else (seed, seed - 1)
        ranges.append((first, last + 1))
    return ",".join(f"{first}" if first == last else f"{first}-{last}" for first, last in ranges)


def _seed(item: Node) -> int:
    if isinstance(item.value, bool) or not isinstance(item.value, int) or item.value < 0:
        raise UsageError(f"{item.plain()!r} is not a seed, expected integers of at least 0")
    return item.value


def _range(piece: str, text: str) -> Iterator[int]:
    match = _RANGE.match(piece)
    if not match:
        raise UsageError(f"'{text}' are not seeds, expected ranges such as 0-9 or 0-9,12")
    first, last = int(match[1]), int(match[2] or match[1])
    if last < first:
        raise UsageError(f"'{piece.strip()}' ends before it begins, expected {last}-{first}")
    if last - first >= MOST:
        raise UsageError(f"'{piece.strip()}' are {last - first + 1:,} seeds, expected at most {MOST:,}")
    return iter(range(first, last + 1))


def _distinct(found: list[int]) -> tuple[int, ...]:
    if not found:
        raise UsageError("no seeds, expected at least one")
    if len(found) > MOST:
        raise UsageError(f"{len(found):,} seeds, expected at most {MOST:,}")
    twice = (
        next((seed for seed in found if found.count(seed) > 1), None)
        if len(set(found)) < len(found)
        else None
    )
    if twice is not None:
        raise UsageError(f"seed {twice} is given more than once")
    return tuple(found)
