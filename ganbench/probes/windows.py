"""Statistics of signals over windows of steps, merged chunk by chunk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

STATISTICS = ("count", "mean", "m2", "min", "max", "last", "d2")

Values = NDArray[np.float32]
Sums = NDArray[np.float64]
Columns = dict[str, NDArray[np.generic]]

_EMPTY = {"count": 0.0, "mean": 0.0, "m2": 0.0, "min": np.inf, "max": -np.inf, "last": np.nan, "d2": 0.0}


class Windows:
    """Windows of `length` steps for R replicas and S signals.

    Of the finite values of a window: count, mean, m2 (the sum of squared deviations from the mean), min,
    max, the last, and d2 (the sum of squared differences of neighbours): the autocorrelation at lag 1 is
    about 1 - d2 / (2 m2), von Neumann's ratio.
    """

    def __init__(self, length: int, replicas: int, signals: int) -> None:
        self._length = length
        self._replicas = replicas
        self._signals = signals
        self._done: list[tuple[int, int, int, Values]] = []
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
            self._close()
            self._number, self._first = number, step
            self._open = _empty(self._replicas, self._signals)

    def _close(self) -> None:
        self._done.append((self._number, self._first, self._last, _rounded(self._open)))

    def state(self) -> dict[str, Any]:
        """Everything, as arrays and numbers; `restore` takes it back."""
        done = np.stack([values for *_, values in self._padded()]) if self._done else None
        return {
            "heads": [list(head) for *head, _ in self._done],
            "done": done,
            "open": self._open.copy(),
            "position": [self._number, self._first, self._last],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        heads, done = state["heads"], state["done"]
        self._done = [
            (*head, values) for head, values in zip(heads, [] if done is None else done, strict=True)
        ]
        self._open = state["open"]
        self._signals = self._open.shape[-1]
        self._number, self._first, self._last = state["position"]

    def _padded(self) -> list[tuple[int, int, int, Values]]:
        return [(n, first, last, _pad(values, self._signals)) for n, first, last, values in self._done]

    def columns(self, names: Sequence[str], signals: Sequence[str]) -> Columns:
        """One row for each replica (called by `names`) and window in which it was alive."""
        last = (self._number, self._first, self._last, _rounded(self._open))
        rows = [row for row in (*self._done, last) if row[2] >= row[1]]
        values = np.stack(
            [_pad(row[3], len(signals)) for row in rows], axis=1
        )  # stat, window, replica, signal
        heads = np.array([row[:3] for row in rows])
        lived = values[0].max(axis=-1) > 0
        window, replica = (index.T for index in np.nonzero(lived))
        order = np.lexsort((window, replica))
        window, replica = window[order], replica[order]
        table: Columns = {"run_id": np.asarray(names)[replica]}
        table |= dict(zip(("window", "first_step", "last_step"), heads[window].T, strict=True))
        for s, signal in enumerate(signals):
            for k, statistic in enumerate(STATISTICS):
                table[f"{signal}.{statistic}"] = values[k, window, replica, s]
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


def _pad(values: NDArray[np.float32], signals: int) -> NDArray[np.float32]:
    more = _empty(values.shape[1], signals - values.shape[2]).astype(np.float32)
    return np.concatenate([values, more], axis=-1)
