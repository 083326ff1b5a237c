"""What effort buys in an arena, tuning and cost: in sentences, tables and figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ganbench.report import budget_figures, budget_tables
from ganbench.report.axes import axes_of
from ganbench.report.canvas import Columns, Drawing
from ganbench.report.costs import Ledger, ledger
from ganbench.report.counts import first_of
from ganbench.report.reach import STABLE, Reach, farthest, reaches
from ganbench.report.section import Arena, Section
from ganbench.report.table import Table
from ganbench.report.tuning import Contest, contests
from ganbench.stats.budget import Tuned


@dataclass(frozen=True, eq=False)
class Effort:
    """axes: on which cells differ. reaches: by numeric axis. ledger: None where cost cannot be compared."""

    axes: tuple[str, ...]
    contests: tuple[Contest, ...]
    reaches: Mapping[str, Sequence[Reach]]
    ledger: Ledger | None

    @property
    def costly(self) -> Ledger | None:
        """The ledger where cells spend different amounts."""
        return self.ledger if self.ledger is not None and self.ledger.differs else None


def efforts(section: Section) -> dict[str, Effort]:
    """By arena."""
    return {
        arena.name: Effort(
            tuple(axes_of([cell for cell in arena.cells if cell.n])),
            contests(arena),
            reaches(arena),
            ledger(section, arena),
        )
        for arena in section.arenas
    }


def sentences(arena: str, found: Effort) -> Iterator[str]:
    """The largest stable value of each numeric axis, and the best of k settings of each axis."""
    for axis, lines in found.reaches.items():
        yield _farthest(arena, axis, lines)
    for contest in found.contests:
        if contest.ranked and contest.k > 1:
            yield _best(arena, contest)


def tables_of(arena: Arena, found: Effort) -> Iterator[Table]:
    for axis, lines in found.reaches.items():
        yield budget_tables.reach(arena, axis, lines)
    for contest in found.contests:
        yield budget_tables.tuning(arena, contest)
    if found.costly is not None:
        yield budget_tables.costs(found.costly)


def drawings_of(arena: Arena, found: Effort, *, most: int, columns: Columns) -> Iterator[Drawing]:
    """most: panels of a figure. Budgets that nobody can choose by have none."""
    for contest in found.contests:
        if not contest.ranked:
            continue
        yield budget_figures.tuning(arena.name, contest, columns=columns)
    if found.costly is not None:
        yield budget_figures.costs(found.costly, found.costly.cells[:most], columns=columns)


def unsaid(arena: str, found: Effort) -> Iterator[str]:
    """What cannot be said of tuning and cost, with the reason."""
    if not found.contests:
        differ = (
            f"cells differ in {found.axes[0]} alone"
            if len(found.axes) == 1
            else "no two labels of an axis have two settings"
        )
        yield f"Equal tuning budget on {arena}: {differ if found.axes else 'cells have no axes'}, so there is nothing to tune."
    for contest in found.contests:
        if not contest.ranked:
            yield (
                f"Best of {contest.k} settings by {contest.axis} on {arena}: choosing and scoring by different seeds needs "
                "two seeds of every cell."
            )
    if found.ledger is None:
        yield f"Equal cost on {arena}: the suite has no failure criteria with bounds to compare at."
    elif not found.ledger.differs and len(found.ledger.cells) > 1:
        yield (
            f"Equal cost on {arena}: every cell spends the same {found.ledger.budget:,.0f} gradient evaluations; all "
            "comparisons are at equal cost."
        )


def _farthest(arena: str, axis: str, lines: Sequence[Reach]) -> str:
    least, greatest = farthest(lines)
    share = f"at least {100 * STABLE:.0f} % of the runs are healthy"
    if greatest.largest is None:
        return f"At no {axis} on {arena} are at least {100 * STABLE:.0f} % of the runs healthy."
    if least.largest == greatest.largest:
        everywhere = f", with each of the {len(lines)} combinations of the rest" if len(lines) > 1 else ""
        return f"The largest {axis} on {arena} at which {share} is {greatest.largest}{everywhere}."
    low = "none" if least.largest is None else least.largest
    return f"The largest {axis} on {arena} at which {share}: from {low} ({least.name}) to {greatest.largest} ({greatest.name})."


def _best(arena: str, contest: Contest) -> str:
    ranked = contest.ranked
    first, last = ranked[0][1], ranked[-1][1]
    most, least = (
        first_of([method.label for method, one in ranked if one.share == end.share]) for end in (first, last)
    )
    how = f"By {contest.axis}, the best of {contest.k} settings on {arena}"
    if first.share == last.share:
        return f"{how} is healthy equally often for all {len(ranked)}: {_share(first)}."
    return (
        f"{how} is healthy most often for {most}, {_share(first)}, least often for {least}, {_share(last)}."
    )


def _share(best: Tuned) -> str:
    low, high = best.interval
    return f"{100 * best.share:.0f} % [{100 * low:.0f}, {100 * high:.0f}]"
