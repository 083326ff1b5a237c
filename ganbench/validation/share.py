"""A count of n with its interval: what every rate of the validation is given as."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ganbench.stats.intervals import wilson


@dataclass(frozen=True, slots=True)
class Share:
    """count of n; low, high: Wilson's interval at 95 %, [0, 1] for n = 0."""

    count: int
    n: int
    low: float
    high: float

    @classmethod
    def of(cls, found: Iterable[object]) -> Share:
        """The true ones among those given."""
        listed = [bool(one) for one in found]
        return cls.counted(sum(listed), len(listed))

    @classmethod
    def counted(cls, count: int, n: int) -> Share:
        return cls(count, n, *wilson(count, n))

    @property
    def value(self) -> float | None:
        """None for n = 0."""
        return self.count / self.n if self.n else None
