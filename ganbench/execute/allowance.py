"""How often the detectors look at a population in training: as often as a small share of the time allows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

SHARE: Final = 0.03
"""Of the time since the start that looks may take."""

FIRST: Final = 0.02
"""Seconds for each run that a look is taken to need before one has been timed."""

Clock = Callable[[], float]


class Allowance:
    """Time for looks at `runs` runs. What is seen must not decide anything that is stored: when it is seen, the clock
    says.
    """

    def __init__(self, runs: int, *, share: float = SHARE, clock: Clock = time.perf_counter) -> None:
        self._share = share
        self._clock = clock
        self._began = clock()
        self._spent = 0.0
        self._next = FIRST * runs

    @property
    def affords(self) -> bool:
        """Whether all looks stay within the share if one more takes as long as the last."""
        return self._spent + self._next <= self._share * (self._clock() - self._began)

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Time a look."""
        before = self._clock()
        yield
        self._next = self._clock() - before
        self._spent += self._next
