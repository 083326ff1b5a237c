"""`python -m benchmarks.tuning_table RESULTS`: how far an axis can be moved, and what tuning it is worth."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.suite_table import Cell, Row, cells_of, markdown
from ganbench.stats.budget import expected_best
from ganbench.store.reader import load_results

STABLE: Final = 0.8  # share of runs that end healthy


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tuning_table", description=__doc__)
    parser.add_argument("results", type=Path, help="results folder")
    parser.add_argument(
        "--axis", default="rate", help="the axis that is tuned, its labels in ascending order"
    )
    options = parser.parse_args(arguments)
    # Runs of different environments share no rate.
    for _, runs in load_results(options.results).groupby("fingerprint", sort=False):
        print("\n".join(text(cells_of(runs), options.axis)), end="\n\n")


def text(cells: Sequence[Cell], axis: str) -> Iterator[str]:
    """One line for each combination of the other axes. Raises ValueError for an axis without cells."""
    groups = tuned(cells, axis)
    labels = list(dict.fromkeys(cell.labels[axis] for group in groups.values() for cell in group))
    budgets = range(1, len(labels) + 1)
    head = ("cell", *labels, f"largest stable {axis}", *(f"best of {k}" for k in budgets))
    yield from markdown(head, [_row(name, group, labels, axis) for name, group in groups.items()])
    yield ""
    yield (
        f"By {axis}: runs that end healthy, of those trained. Largest stable: the last at which {100 * STABLE:.0f} % "
        "or more end healthy. Best of k: expected share healthy, in %, of the best of k values that are tried, chosen "
        "by one half of the seeds and scored by the other, and the other way round; of equals, the last is chosen."
    )


def tuned(cells: Sequence[Cell], axis: str) -> dict[str, list[Cell]]:
    """The cells along the axis, by their labels on all other axes."""
    groups: dict[str, list[Cell]] = {}
    for cell in cells:
        if axis in cell.labels:
            others = [label for name, label in cell.labels.items() if name != axis]
            groups.setdefault("/".join(others), []).append(cell)
    if not groups:
        raise ValueError(f"no cell is on the axis {axis}")
    return groups


def largest_stable(cells: Sequence[Cell], axis: str) -> str:
    """The last label at which so many runs end healthy; `none` if there is none."""
    stable = [cell.labels[axis] for cell in cells if 1 - cell.failed.rate >= STABLE]
    return stable[-1] if stable else "none"


def best_of(cells: Sequence[Cell], k: int) -> float | None:
    """The expected share healthy of the best of k of these cells, choosing and scoring by different seeds.

    None for cells with fewer than two seeds in common.
    """
    seeds = sorted(set.intersection(*(set(cell.runs["seed"]) for cell in cells)))
    if len(seeds) < 2:
        return None
    halves = [[_share(cell, half) for cell in cells] for half in (seeds[::2], seeds[1::2])]
    both = [expected_best(halves[i], k, chosen_by=halves[1 - i]) for i in (0, 1)]
    return float(np.mean(both))


def _share(cell: Cell, seeds: Sequence[int]) -> float:
    mine = cell.runs[cell.runs["seed"].isin(seeds)]
    return float((mine["status"] == "healthy").mean())


def _row(name: str, cells: Sequence[Cell], labels: Sequence[str], axis: str) -> Row:
    there = {cell.labels[axis]: cell.failed for cell in cells}
    shares = (f"{there[one].n - there[one].failed}/{there[one].n}" if one in there else "-" for one in labels)
    bests = (best_of(cells, k) if k <= len(cells) else None for k in range(1, len(labels) + 1))
    return (
        name,
        *shares,
        largest_stable(cells, axis),
        *("-" if one is None else f"{100 * one:.0f}" for one in bests),
    )


if __name__ == "__main__":
    main()
