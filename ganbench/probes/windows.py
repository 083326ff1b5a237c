"""Statistics of signals over windows of steps, merged chunk by chunk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganbench.probes.spool import Block, Kind, Spool, Values

STATISTICS = ("count", "mean", "m2", "min", "max", "last", "d2")

Sums = NDArray[np.float64]
Columns = dict[str, NDArray[np.generic]]

_EMPTY = {"count": 0.0, "mean": 0.0, "m2": 0.0, "min": np.inf, "max": -np.inf, "last": np.nan, "d2": 0.0}


class Windows:
    """Windows of `length` steps for R replicas and S signals. A finished one goes to the spool at once.

    Of the finite values of a window: count, mean, m2 (the sum of squared deviations from the mean), min,
    max, the last, and d2 (the sum of squared differences of neighbours): the autocorrelation at lag 1 is
    about 1 - d2 / (2 m2), von Neumann's ratio.
    """

    def __init__(self, length: int, replicas: int, signals: int, spool: Spool) -> None:
        self._length = length
        self._replicas = replicas
        self._signals = signals
        self._spool = spool
        self._number = 0
        self._first = 0
        self._last = -1
        self._open: Sums = _empty(replicas, signals)

    def widen(self, signals: int) -> None:
        """Make room for signals that came up later."""
        if signals > self._signals:
            more = _empty(self._replicas, signals - self._signals)
            self._open = np.concatenate([self._open, more], axis=-1)
            self._signals = signals

    def add(self, first: int, values: Values, alive: NDArray[np.bool_]) -> None:
        """values: [T, R, S] for steps first, ...; rows outside `alive` [T, R] do not count."""
        values = np.where(alive[:, :, None], values, np.nan)
        step = first
        while step < first + len(values):
            number = step // self._length
            stop = min((number + 1) * self._length, first + len(values))
            self._enter(number, step)
            self._open = _merge(self._open, values[step - first : stop - first].astype(np.float64))
            self._last = stop - 1
            step = stop

    def _enter(self, number: int, step: int) -> None:
        if number != self._number:
            if self._begun:
                self._spool.append(self._block())
            self._number, self._first = number, step
            self._open = _empty(self._replicas, self._signals)

    @property
    def last(self) -> int:
        """The last step that was added, -1 before the first."""
        return self._last

    @property
    def _begun(self) -> bool:
        return self._last >= self._first

    def _block(self) -> Block:
        """The open window, [R, statistics, S]."""
        values = np.moveaxis(_rounded(self._open), 0, 1)
        return Block(Kind.WINDOW, self._number, self._first, self._last, 0, values)

    def state(self) -> dict[str, Any]:
        """The open window, as arrays and numbers; `restore` takes it back."""
        return {"open": self._open.copy(), "position": [self._number, self._first, self._last]}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._open = state["open"]
        self._signals = self._open.shape[-1]
        self._number, self._first, self._last = state["position"]

    def fill(self, last: int) -> None:
        """Have the open window reach to its end, or to the step `last`, with no replica alive in what is added."""
        self._last = max(self._last, min((self._number + 1) * self._length - 1, last))

    @property
    def _full(self) -> bool:
        return self._last + 1 == (self._number + 1) * self._length

    def columns(
        self, names: Sequence[str], signals: Sequence[str], replicas: range, *, whole: bool = False
    ) -> Columns:
        """One row for each of these replicas (called by `names`, of all) and each window in which it was alive.

        whole: without the open window, unless it is full.
        """
        blocks = list(self._spool.read(Kind.WINDOW, replicas))
        if self._begun and (self._full or not whole) and (last := self._block().of(replicas)):
            blocks.append(last)
        if not blocks:
            return {}
        values = np.stack([_pad(block.values, len(signals)) for block in blocks])
        lived = values[:, :, 0].max(axis=-1) > 0
        replica, window = np.nonzero(lived.T)
        heads = np.array([(block.number, block.first, block.last) for block in blocks])
        table: Columns = {"run_id": np.asarray(names)[replicas.start + replica]}
        table |= dict(zip(("window", "first_step", "last_step"), heads[window].T, strict=True))
        for s, signal in enumerate(signals):
            for k, statistic in enumerate(STATISTICS):
                table[f"{signal}.{statistic}"] = values[window, replica, k, s]
        return table


def _rounded(sums: Sums) -> Values:
    """To float32; what is too large for it, in a run about to diverge, becomes infinite."""
    with np.errstate(over="ignore"):
        return sums.astype(np.float32)


def _merge(open_: Sums, values: Sums) -> Sums:
    """The statistics of a window with further values [T, R, S]; counts, means and m2 as in Chan et al. 1983."""
    count, mean, m2, low, high, last, d2 = open_
    finite = np.isfinite(values)
    more = finite.sum(axis=0)
    total = np.maximum(count + more, 1)
    their_mean = np.where(finite, values, 0).sum(axis=0) / np.maximum(more, 1)
    their_m2 = np.where(finite, values - their_mean, 0) ** 2
    gap = their_mean - mean
    filled = _forward_fill(np.concatenate([last[None], values]))
    steps = np.nan_to_num(np.diff(filled, axis=0))
    return np.stack(
        [
            count + more,
            mean + gap * more / total,
            m2 + their_m2.sum(axis=0) + gap**2 * count * more / total,
            np.minimum(low, np.where(finite, values, np.inf).min(axis=0)),
            np.maximum(high, np.where(finite, values, -np.inf).max(axis=0)),
            filled[-1],
            d2 + (steps**2).sum(axis=0),
        ]
    )


def _forward_fill(values: Sums) -> Sums:
    """Every value that is not finite replaced by the last finite one before it, NaN where there is none."""
    rows = np.arange(len(values)).reshape(-1, 1, 1)
    finite = np.isfinite(values)
    source = np.maximum.accumulate(np.where(finite, rows, 0), axis=0)
    return np.where(np.isfinite(filled := np.take_along_axis(values, source, axis=0)), filled, np.nan)


def _empty(replicas: int, signals: int) -> Sums:
    start = np.array([_EMPTY[name] for name in STATISTICS])
    return np.broadcast_to(start[:, None, None], (len(start), replicas, signals)).copy()


def _pad(values: Values, signals: int) -> Values:
    """values: [R, statistics, fewer signals]; those that the window did not know yet are empty in it."""
    more = _empty(len(values), signals - values.shape[2]).astype(np.float32)
    return np.concatenate([values, np.moveaxis(more, 0, 1)], axis=-1)
