"""Two cells compared: what every comparison has, whatever it compares them by."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Final

from ganbench.stats.intervals import Interval
from ganbench.stats.significance import Significance

SEARCHED: Final = 1000  # seeds a cell, up to which an interval is looked for that fits into the margin
PLANNED_FROM: Final = 5  # runs of each cell, below which observed rates are no basis to plan on


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(ABC):
    """Ours against theirs. effect, interval: above 0, ours is better. margin: the effect that matters."""

    ours: str
    theirs: str
    effect: float
    interval: Interval
    margin: float
    confidence: float
    significance: Significance

    @property
    @abstractmethod
    def facts(self) -> str:
        """The numbers, in a sentence without an end."""

    @property
    @abstractmethod
    def margin_text(self) -> str:
        """The margin with its unit."""

    def seeds(self, alpha: float) -> int | None:
        """Seeds a cell that would tell if the effect is what it looks like; None: more than was searched.

        An effect of the margin or more: for a power of 80 %. A smaller one: until its interval fits into the margin.
        """
        if abs(self.effect) >= self.margin:
            return self._powerful(alpha)
        return next((n for n in range(2, SEARCHED + 1) if self._fits(n)), None)

    @property
    @abstractmethod
    def plans(self) -> bool:
        """Whether each cell has so many runs, `PLANNED_FROM`, that their effect says how many would tell."""

    @abstractmethod
    def _powerful(self, alpha: float) -> int | None:
        """Seeds a cell for a power of 80 %."""

    @abstractmethod
    def _fits(self, n: int) -> bool:
        """Whether the interval at n seeds a cell lies inside the margin."""
