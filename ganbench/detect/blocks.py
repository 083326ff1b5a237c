"""Blocks of windows: what a condition is judged on, because one window is noise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ganbench.detect.signals import Bools, Floats, Ints, Table
from ganbench.detect.spells import Spell, at_end, lasting, persistent
from ganbench.detect.thresholds import Limits


@dataclass(frozen=True)
class Blocks:
    """N blocks of a table: block i is its windows starts[i] to starts[i] + width - 1."""

    table: Table
    starts: Ints
    width: int

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def first(self) -> Ints:
        """First generator step of each block."""
        return self.table.first[self.starts]

    @property
    def last(self) -> Ints:
        """Last generator step of each block."""
        return self.table.last[self.starts + self.width - 1]

    def mean(self, name: str) -> Floats:
        """[N], over the finite values of the signal; NaN where a block has none."""
        series = self.table.signals[name]
        total = self._folded(series.count).sum(axis=1)
        sums = self._folded(series.count * np.nan_to_num(series.mean)).sum(axis=1)
        return np.where(total > 0, sums / np.maximum(total, 1), np.nan)

    def count(self, name: str) -> Floats:
        """[N], finite values of the signal."""
        return np.asarray(self._folded(self.table.signals[name].count).sum(axis=1))

    def high(self, name: str) -> Floats:
        """[N], the greatest value; NaN where a block has none."""
        folded = self._folded(self.table.signals[name].high)
        greatest = np.where(np.isnan(folded), -np.inf, folded).max(axis=1, initial=-np.inf)
        return np.where(np.isneginf(greatest), np.nan, greatest)

    def spell(self, true: Bools, limits: Limits) -> Spell | None:
        """The longest stretch in which `true` [N] is persistent."""
        return persistent(true, self.first, self.last, limits)

    def lasting(self, true: Bools, limits: Limits) -> Spell | None:
        """The last stretch in which `true` [N] is persistent, if it reaches the end: what holds now."""
        return lasting(true, self.first, self.last, limits)

    def standing(self, true: Bools, limits: Limits, *, lasting: float) -> Spell | None:
        """The stretch that reaches the end; else the longest one, if it lasted that share of the plan.

        For what comes and goes in any run, such as early on: what has passed counts only if it was long.
        """
        found = self.lasting(true, limits)
        if found is not None:
            return found
        passed = self.spell(true, limits)
        long = passed is not None and passed.last + 1 - passed.onset >= lasting * self.table.plan
        return passed if long else None

    def at_end(self, true: Bools, *, least: float) -> Spell | None:
        """The blocks up to the last that are all `true` [N], if they span at least that share of the plan."""
        spell = at_end(true, self.first, least=1)
        if spell is None or self.last[-1] + 1 - spell.onset < least * self.table.plan:
            return None
        return replace(spell, last=int(self.last[-1]))

    def _folded(self, values: Floats) -> Floats:
        return values[self._windows]

    @cached_property
    def _windows(self) -> Ints:
        return np.asarray(self.starts[:, None] + np.arange(self.width))


def blocks_of(table: Table, limits: Limits, *, after: float = 0.0) -> Blocks:
    """Whole blocks of at least max(20 steps, a 200th of the plan), of those older than `after`, a share of the plan.

    Windows that do not fill a block are left out: a block never changes once it is there.
    """
    spans = table.last + 1 - table.first
    window = float(np.median(spans)) if len(spans) else 1.0
    least = max(limits["block_steps"], table.plan * limits["block_share"])
    width = max(1, int(np.ceil(least / max(window, 1.0))))
    starts = np.arange(len(table) // width) * width
    ends = table.last[starts + width - 1] if len(starts) else starts
    return Blocks(table, starts[table.age(ends) > after], width)
