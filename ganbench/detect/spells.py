"""How long a condition held: persistence over blocks, unbroken rows of evaluations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganbench.detect.signals import Bools, Ints
from ganbench.detect.thresholds import Limits


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch over which a condition held.

    onset, last: generator steps. rows: the stretch, as rows of what was judged. true of seen: rows that
    met the condition, of all that were judged. strong: most of ten rows of it did. ongoing: it reaches
    the end of what was judged.
    """

    onset: int
    last: int
    rows: slice
    true: int
    seen: int
    strong: bool
    ongoing: bool


def persistent(true: Bools, first: Ints, last: Ints, limits: Limits) -> Spell | None:
    """The longest stretch where `need` of any `of` neighbouring rows are true; of equal ones the latest.

    true, first, last: [N]; rows are of steps first to last.
    """
    need, of = int(limits["need"]), int(limits["of"])
    hot = np.flatnonzero(dense(true, need=need, of=of) & true)
    rows = _longest(hot, apart=of)
    if rows is None:
        return None
    strong = dense(true[rows], need=int(limits["strong_need"]), of=int(limits["strong_of"])).any()
    return _spell(true, first, last, rows, strong=bool(strong), slack=of - need)


def unbroken(true: Bools, step: Ints, *, least: int) -> Spell | None:
    """The longest row of neighbours that are all true, if it has at least `least`; of equal ones the latest."""
    rows = _longest(np.flatnonzero(true), apart=2)
    if rows is None or rows.stop - rows.start < least:
        return None
    return _spell(true, step, step, rows, strong=True, slack=0)


def dense(true: Bools, *, need: int, of: int) -> Bools:
    """Whether a row lies in some `of` neighbours of which `need` are true, [N]."""
    if len(true) < of:
        return np.zeros(len(true), bool)
    counts = np.convolve(true.astype(int), np.ones(of, int), "valid")
    return np.asarray(np.convolve((counts >= need).astype(int), np.ones(of, int)) > 0)


def _longest(rows: Ints, *, apart: int) -> slice | None:
    """Of groups of rows whose neighbours are less than `apart` rows apart."""
    if len(rows) == 0:
        return None
    groups = np.split(rows, np.flatnonzero(np.diff(rows) >= apart) + 1)
    longest = max(groups, key=lambda group: (group[-1] - group[0], group[0]))
    return slice(int(longest[0]), int(longest[-1]) + 1)


def _spell(true: Bools, first: Ints, last: Ints, rows: slice, *, strong: bool, slack: int) -> Spell:
    onset, end = int(first[rows.start]), int(last[rows.stop - 1])
    ongoing = rows.stop >= len(true) - slack
    return Spell(onset, end, rows, int(true.sum()), len(true), strong, ongoing)
