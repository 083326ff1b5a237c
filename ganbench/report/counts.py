"""How many runs a figure or a table speaks of, in words."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ganbench.report.cell import Cell


def extent(counts: Collection[int]) -> str:
    """Such as `10`, or `4 to 1,000`; at least one count."""
    return " to ".join(f"{n:,}" for n in dict.fromkeys((min(counts), max(counts))))


def of_runs(cells: Sequence[Cell]) -> str:
    """Such as `n = 10 runs in each of 16 cells`."""
    counts = [cell.n for cell in cells] or [0]
    each = f"n = {extent(counts)} run{'s' if max(counts) != 1 else ''}"
    return each if len(cells) < 2 else f"{each} in each of {len(cells)} cells"


def first_of(names: Sequence[str]) -> str:
    """Such as `a`, or `a and 3 more`."""
    return f"{names[0]} and {len(names) - 1} more" if len(names) > 1 else names[0]


def or_stopped(cells: Sequence[Cell]) -> str:
    """Beside `diverged`; empty where no run was stopped when it had failed."""
    return " or was stopped" if any(cell.stopped for cell in cells) else ""
