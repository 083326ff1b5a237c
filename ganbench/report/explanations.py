"""What the detectors say of failed runs, and of healthy ones: which findings explain failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ganbench.report.section import Arena, Section
from ganbench.stats.intervals import Interval
from ganbench.stats.rates import Count, newcombe

CERTIFICATE: Final = "convergence"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One kind of finding. roots: failed runs whose first root cause it is.

    failed, healthy: runs that have it, as a root cause or not, of the failed and of the healthy ones. What healthy
    runs have as often as failed ones explains nothing.
    """

    kind: str
    roots: int
    failed: Count
    healthy: Count

    @property
    def difference(self) -> float:
        """Share of failed runs that have it less that of healthy ones; NaN without either."""
        return self.failed.rate - self.healthy.rate if self.failed.n and self.healthy.n else float("nan")

    @property
    def interval(self) -> Interval:
        """Newcombe's, 95 %, of the difference."""
        return newcombe(self.failed, self.healthy)


def explanations(section: Section, arena: Arena) -> tuple[Explanation, ...]:
    """Kinds that any failed run has, the most frequent root cause first; none without findings or failures.

    Convergence is not among them: it is a certificate, and explains no failure.
    """
    asked = set(section.findings["run_id"])
    status = {
        str(run): str(how)
        for cell in arena.cells
        for run, how in zip(cell.runs["run_id"], cell.runs["status"], strict=True)
        if run in asked
    }
    fired = section.findings[section.findings["status"] == "fired"]
    counts = Counter(zip(fired["kind"].map(str), fired["run_id"].map(status), strict=True))
    n = {how: sum(one == how for one in status.values()) for how in ("failed", "healthy")}
    roots = _roots(arena)
    kinds = sorted(
        {kind for kind, how in counts if how == "failed" and kind != CERTIFICATE},
        key=lambda kind: (-roots.get(kind, 0), kind),
    )
    return tuple(
        Explanation(
            kind,
            roots.get(kind, 0),
            *(Count(counts[kind, how], n[how]) for how in ("failed", "healthy")),
        )
        for kind in kinds
    )


def _roots(arena: Arena) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for cell in arena.cells:
        for kind, count in cell.roots.items():
            found[kind] = found.get(kind, 0) + count
    return found
