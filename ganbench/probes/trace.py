"""A run's diagnostics over time in bounded space: windows of statistics, and bursts of raw steps.

Windows alone hide fast cycles, raw steps alone cost too much: a run keeps some hundred windows and about
ten bursts whatever its length, and the last steps before it diverged or was found to have failed (the flight recorder).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganbench.probes.spool import Block, InMemory, Kind, Spool, Values
from ganbench.probes.windows import STATISTICS, Windows

Columns = dict[str, NDArray[np.generic]]

FLIGHT = 64  # steps kept before a divergence, and before a failure
DIVERGENCE_BURST = -1  # the numbers of these bursts
FAILURE_BURST = -2
NO_BURST = -3
PORTION = 16_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of `steps` iterations is kept: at most `windows` windows, `bursts` stretches of at most `burst_steps`.

    stride: generator steps of an iteration; columns count generator steps.
    """

    steps: int
    windows: int
    bursts: int
    burst_steps: int
    stride: int = 1

    @property
    def window_steps(self) -> int:
        return max(1, -(-self.steps // self.windows))

    @property
    def numbers(self) -> int:
        """What a run keeps of each signal, at most."""
        raw = min(self.bursts * self.burst_steps, self.steps)
        return len(STATISTICS) * min(self.windows, self.steps) + raw + 2 * FLIGHT

    def burst_of(self, steps: NDArray[np.int64]) -> NDArray[np.int64]:
        """The burst that each step (from 0) belongs to, or NO_BURST. Bursts start evenly over the run."""
        if self.bursts == 0:
            return np.full(len(steps), NO_BURST)
        apart = max(1, self.steps // self.bursts)
        inside = (steps % apart < self.burst_steps) & (steps // apart < self.bursts)
        return np.where(inside, steps // apart, NO_BURST)


class Trace:
    """Add chunks of signals in order; read windows and bursts as columns at the end.

    Rows after a replica left the game are dropped. What is finished goes to the spool: here are only the
    open window and the last steps, whatever the number of steps. replicas: R.
    """

    def __init__(self, plan: Plan, replicas: int, spool: Spool | None = None) -> None:
        self.plan = plan
        self.replicas = replicas
        self._spool = InMemory() if spool is None else spool
        self._names: tuple[str, ...] = ()
        self._windows = Windows(plan.window_steps, replicas, 0, self._spool)
        self._left = np.full(replicas, -1)
        self._recent: Values = np.empty((0, replicas, 0), np.float32)

    def add(self, first: int, signals: Mapping[str, Values], diverged_at: Sequence[int]) -> None:
        """signals: [T, R] by name, for steps first, first + 1, ...; diverged_at: -1 while alive."""
        values = self._align(signals)
        steps = np.arange(first, first + len(values))
        self._left = np.asarray(diverged_at)
        self._windows.add(first, values, self._alive(steps))
        self._keep_bursts(steps, values)
        self._keep_flight(first, values)

    def keep_last(self, replica: int) -> None:
        """Keep the last steps so far, those before a run was found to have failed. Once for each run."""
        end = self._windows.last + 1
        steps = np.arange(end - len(self._recent), end)
        self._keep(FAILURE_BURST, steps, self._recent[:, replica : replica + 1], replica)

    def _alive(self, steps: NDArray[np.int64]) -> NDArray[np.bool_]:
        """[T, R]"""
        return (self._left < 0) | (steps[:, None] <= self._left)

    def _align(self, signals: Mapping[str, Values]) -> Values:
        """[T, R, S] in the order of the first chunk; a signal that this chunk lacks reads NaN.

        A penalty applied rarely may be absent from a chunk, or come up first in a later one.
        """
        self._names += tuple(name for name in signals if name not in self._names)
        self._windows.widen(len(self._names))
        self._recent = _widen(self._recent, len(self._names))
        some = next(iter(signals.values()))
        absent = np.full_like(some, np.nan)
        return np.stack([signals.get(name, absent) for name in self._names], axis=-1)

    def _keep_bursts(self, steps: NDArray[np.int64], values: Values) -> None:
        bursts = self.plan.burst_of(steps)
        for burst in np.unique(bursts[bursts >= 0]):
            rows = np.flatnonzero(bursts == burst)
            self._keep(int(burst), steps[rows], values[rows])

    def _keep_flight(self, first: int, values: Values) -> None:
        history = np.concatenate([self._recent, values])
        begin, end = first - len(self._recent), first + len(values)
        for replica in np.flatnonzero((self._left >= first) & (self._left < end)):
            steps = np.arange(begin, self._left[replica] + 1)[-FLIGHT:]
            self._keep(DIVERGENCE_BURST, steps, history[steps - begin, replica : replica + 1], int(replica))
        self._recent = history[-FLIGHT:].copy()  # not a view, which would hold on to all of it

    def _keep(self, burst: int, steps: NDArray[np.int64], values: Values, replica: int = 0) -> None:
        """values: [T, n, S] of n replicas from `replica` on."""
        first, last = int(steps[0]), int(steps[-1])
        self._spool.append(Block(Kind.BURST, burst, first, last, replica, np.moveaxis(values, 0, 1)))

    def state(self) -> dict[str, Any]:
        """All that is not in the spool, as arrays and numbers; `restore` takes it back."""
        return {
            "names": list(self._names),
            "windows": self._windows.state(),
            "left": self._left,
            "recent": self._recent,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """The spool must hold what it held then."""
        self._names = tuple(state["names"])
        self._windows.restore(state["windows"])
        self._left = state["left"]
        self._recent = state["recent"]

    def portions(self) -> Iterator[range]:
        """All replicas, by so many that their traces together take about 16 MB."""
        many = max(1, PORTION // (4 * self.plan.numbers * max(1, len(self._names))))
        return (range(r, min(r + many, self.replicas)) for r in range(0, self.replicas, many))

    def fill(self) -> None:
        """At the end of a run that ended before its plan: windows are as if others had gone on."""
        self._windows.fill(self.plan.steps - 1)

    def windows(self, names: Sequence[str], replicas: range | None = None, *, whole: bool = False) -> Columns:
        """One row for each replica (called by `names`) and window that has steps in it; of these replicas, or all.

        whole: without a window that is still open.
        """
        columns = self._windows.columns(names, self._names, self._range(replicas), whole=whole)
        if not columns:
            return {}
        first, last = columns["first_step"], columns["last_step"]
        stride = self.plan.stride
        return columns | {"first_step": first * stride, "last_step": (last + 1) * stride - 1}

    def bursts(self, names: Sequence[str], replicas: range | None = None) -> Columns:
        """One row for each kept step, as `windows`; bursts below 0 are flight recorders."""
        blocks = self._spool.read(Kind.BURST, self._range(replicas))
        rows = [self._rows(block) for block in blocks]
        if not any(len(values) for _, values in rows):
            return {}
        replica, burst, step = np.concatenate([heads for heads, _ in rows]).T
        values = np.concatenate([values for _, values in rows])
        order = np.lexsort((step, burst, replica))
        columns: Columns = {
            "run_id": np.asarray(names)[replica[order]],
            "burst": burst[order],
            "step": step[order] * self.plan.stride,
        }
        return columns | {name: values[order, k] for k, name in enumerate(self._names)}

    def _rows(self, block: Block) -> tuple[NDArray[np.int64], Values]:
        """Of the replicas in it while they were alive: replica, burst, step [rows, 3], and signals [rows, S]."""
        steps = np.arange(block.first, block.last + 1)
        replica, row = np.nonzero(self._alive(steps)[:, block.replica : block.replica + len(block.values)].T)
        heads = [block.replica + replica, np.full_like(row, block.number), steps[row]]
        return np.stack(heads, axis=1), _widen(block.values, len(self._names))[replica, row]

    def _range(self, replicas: range | None) -> range:
        return range(self.replicas) if replicas is None else replicas


def _widen(values: Values, signals: int) -> Values:
    missing = signals - values.shape[-1]
    widths = [(0, 0)] * (values.ndim - 1) + [(0, missing)]
    return np.pad(values, widths, constant_values=np.nan)
