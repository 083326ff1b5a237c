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
    met the condition, of all that were judged. strong: it held twice as long as it has to. ongoing: it reaches
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
    return _persistent(true, first, last, _longest(_hot(true, limits)), limits)


def lasting(true: Bools, first: Ints, last: Ints, limits: Limits) -> Spell | None:
    """The last stretch of the same kind, if it reaches the end of what was judged."""
    stretches = _hot(true, limits)
    spell = _persistent(true, first, last, stretches[-1] if stretches else None, limits)
    return spell if spell is not None and spell.ongoing else None


def _hot(true: Bools, limits: Limits) -> list[slice]:
    """Stretches where `need` of any `of` neighbouring rows are true."""
    need, of = int(limits["need"]), int(limits["of"])
    return _stretches(np.flatnonzero(dense(true, need=need, of=of) & true), apart=of)


def _persistent(true: Bools, first: Ints, last: Ints, rows: slice | None, limits: Limits) -> Spell | None:
    if rows is None:
        return None
    strong = dense(true[rows], need=int(limits["strong_need"]), of=int(limits["strong_of"])).any()
    slack = int(limits["of"]) - int(limits["need"])
    return _spell(true, first, last, rows, strong=bool(strong), slack=slack)


def unbroken(true: Bools, step: Ints, *, least: int) -> Spell | None:
    """The longest row of neighbours that are all true, if it has at least `least`; of equal ones the latest."""
    rows = _longest(_stretches(np.flatnonzero(true), apart=2))
    if rows is None or rows.stop - rows.start < least:
        return None
    return _spell(true, step, step, rows, strong=True, slack=0)


def at_end(true: Bools, step: Ints, *, least: int) -> Spell | None:
    """The row of neighbours up to the last of all that are all true, if it has at least `least`; strong with twice as many."""
    length = int(np.argmin([*true[::-1], False]))
    if length < max(1, least):
        return None
    rows = slice(len(true) - length, len(true))
    return _spell(true, step, step, rows, strong=length >= 2 * least, slack=0)


def dense(true: Bools, *, need: int, of: int) -> Bools:
    """Whether a row lies in some `of` neighbours of which `need` are true, [N]."""
    if len(true) < of:
        return np.zeros(len(true), bool)
    counts = np.convolve(true.astype(int), np.ones(of, int), "valid")
    return np.asarray(np.convolve((counts >= need).astype(int), np.ones(of, int)) > 0)


def _stretches(rows: Ints, *, apart: int) -> list[slice]:
    """Groups of rows whose neighbours are less than `apart` rows apart."""
    if len(rows) == 0:
        return []
    groups = np.split(rows, np.flatnonzero(np.diff(rows) >= apart) + 1)
    return [slice(int(group[0]), int(group[-1]) + 1) for group in groups]


def _longest(stretches: list[slice]) -> slice | None:
    """Of equal ones the latest."""
    return max(stretches, key=lambda rows: (rows.stop - rows.start, rows.start), default=None)


def _spell(true: Bools, first: Ints, last: Ints, rows: slice, *, strong: bool, slack: int) -> Spell:
    onset, end = int(first[rows.start]), int(last[rows.stop - 1])
    ongoing = rows.stop >= len(true) - slack
    return Spell(onset, end, rows, int(true.sum()), len(true), strong, ongoing)
