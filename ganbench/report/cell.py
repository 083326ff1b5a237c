"""The runs of one cell, and its health."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ganbench.stats.intervals import Interval, wilson
from ganbench.stats.rates import Count

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Cell:
    """runs: those that are healthy or failed. crashed: how many raised; they are in no share.

    healthy: did not fail by the suite's criteria; failed: did. labels: by axis; content: the resolved setting.
    """

    name: str
    runs: pd.DataFrame
    crashed: int
    labels: Mapping[str, str]
    content: Mapping[str, Any]

    @property
    def n(self) -> int:
        return len(self.runs)

    @property
    def failed(self) -> int:
        return int((self.runs["status"] == "failed").sum())

    @property
    def healthy(self) -> int:
        return self.n - self.failed

    @property
    def count(self) -> Count:
        return Count(self.failed, self.n)

    @property
    def share(self) -> float:
        """Of healthy runs; NaN without runs."""
        return self.healthy / self.n if self.n else float("nan")

    @property
    def interval(self) -> Interval:
        """Wilson, 95 %, of the share healthy."""
        return wilson(self.healthy, self.n)

    @cached_property
    def causes(self) -> Mapping[str, int]:
        """Failed runs by the criterion that was broken first, the most frequent first."""
        return _most_frequent(self.runs["criterion"][self.runs["status"] == "failed"])

    @cached_property
    def roots(self) -> Mapping[str, int]:
        """Failed runs by the kind of their first root cause, the most frequent first; those without are not in it."""
        return _most_frequent(self.runs["root_cause"][self.runs["status"] == "failed"].dropna())

    @property
    def unexplained(self) -> int:
        """Failed runs in which no detector fired, or that were not asked."""
        return self.failed - sum(self.roots.values())

    @property
    def stopped(self) -> int:
        """Failed runs that were trained no further (`--stop-failed`): they have neither a final nor a best value."""
        return len(self.column("stopped_at"))

    @property
    def modes(self) -> int | None:
        """Of the data; None where they have none."""
        known = self.runs["modes"].dropna()
        return int(known.iloc[0]) if len(known) else None

    @property
    def steps(self) -> int:
        return int(self.runs["steps"].iloc[0])

    @property
    def unjudged(self) -> float:
        """The step after which evaluations count for the failure criteria; 0 where all do, or there are none."""
        after = [float(one.get("after", 0)) for one in self.content.get("failure", ())]
        return min(after, default=0.0) * self.steps

    @property
    def first_judged(self) -> float:
        """The step of the first evaluation that counts."""
        every = int(self.content.get("evaluation", {}).get("every", 1))
        return every * (self.unjudged // every + 1)

    def column(self, name: str) -> pd.Series[Any]:
        """Values of a column where they are defined; empty where no run has it."""
        import pandas as pd

        return self.runs[name].dropna() if name in self.runs else pd.Series(dtype=float)

    def median(self, name: str) -> float:
        """NaN where it is nowhere defined."""
        found = self.column(name)
        return float(found.median()) if len(found) else float("nan")


def _most_frequent(found: pd.Series[Any]) -> dict[str, int]:
    return dict(sorted(Counter(map(str, found)).items(), key=lambda pair: (-pair[1], pair[0])))
