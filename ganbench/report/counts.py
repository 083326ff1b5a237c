"""How many runs a figure or a table speaks of, in words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from ganbench.report.cell import Cell

LINE: Final = 80  # characters


def extent(counts: Collection[int]) -> str:
    """Such as `10`, or `4 to 1,000`; at least one count."""
    return " to ".join(f"{n:,}" for n in dict.fromkeys((min(counts), max(counts))))


def of_runs(cells: Sequence[Cell]) -> str:
    """Such as `n = 10 runs in each of 16 cells`."""
    counts = [cell.n for cell in cells] or [0]
    each = f"n = {extent(counts)} run{'s' if max(counts) != 1 else ''}"
    return each if len(cells) < 2 else f"{each} in each of {len(cells)} cells"


def first_of(names: Sequence[str]) -> str:
    """Such as `a`, or `a, b and c`; `a and 3 more` where all would be longer than a line."""
    *others, last = names
    told = f"{', '.join(others)} and {last}" if others else last
    return told if len(told) <= LINE else f"{names[0]} and {len(others)} more"


def counted(n: int, what: str) -> str:
    """Such as `1 pair`, or `3 pairs`."""
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"


def unjudged(cells: Sequence[Cell]) -> str:
    """Before which step nothing is judged, as a sentence with a space before it; empty where all evaluations count."""
    steps = {round(cell.unjudged) for cell in cells if cell.unjudged}
    if not steps:
        return ""
    return f" Only evaluations after step {extent(steps)} count (before it: grey); a run that diverges has failed at any step."


def or_stopped(cells: Sequence[Cell]) -> str:
    """Beside `diverged`; empty where no run was stopped when it had failed."""
    return " or was stopped" if any(cell.stopped for cell in cells) else ""
