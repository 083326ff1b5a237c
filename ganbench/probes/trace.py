"""A run's diagnostics over time in bounded space: windows of statistics, and bursts of raw steps.

Windows alone hide fast cycles, raw steps alone cost too much: a run keeps some hundred windows and about
ten bursts whatever its length, and the last steps before it diverged (the flight recorder).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganbench.probes.windows import Windows

Values = NDArray[np.float32]
Columns = dict[str, NDArray[np.generic]]

FLIGHT = 64  # steps kept before a divergence
FLIGHT_BURST = -1  # the number of that burst


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

    def burst_of(self, steps: NDArray[np.int64]) -> NDArray[np.int64]:
        """The burst that each step (from 0) belongs to, or -2. Bursts start evenly over the run."""
        if self.bursts == 0:
            return np.full(len(steps), -2)
        apart = max(1, self.steps // self.bursts)
        inside = (steps % apart < self.burst_steps) & (steps // apart < self.bursts)
        return np.where(inside, steps // apart, -2)


@dataclass
class Trace:
    """Add chunks of signals in order; read windows and bursts as columns at the end.

    Rows after a replica left the game are dropped. The first dimension of everything kept is the replica.
    """

    plan: Plan
    replicas: int
    _names: tuple[str, ...] = ()
    _windows: Windows | None = None
    _bursts: list[_Stretch] = field(default_factory=list)
    _recent: Values | None = None

    def add(self, first: int, signals: Mapping[str, Values], diverged_at: Sequence[int]) -> None:
        """signals: [T, R] by name, for steps first, first + 1, ...; diverged_at: -1 while alive."""
        values = self._align(signals)
        steps = np.arange(first, first + len(values))
        left = np.asarray(diverged_at)
        alive = (left < 0) | (steps[:, None] <= left)
        assert self._windows is not None
        self._windows.add(first, values, alive)
        self._keep_bursts(steps, values, alive)
        self._keep_flight(first, values, left)

    def _align(self, signals: Mapping[str, Values]) -> Values:
        """[T, R, S] in the order of the first chunk; a signal that this chunk lacks reads NaN.

        A penalty applied rarely may be absent from a chunk, or come up first in a later one.
        """
        fresh = [name for name in signals if name not in self._names]
        if self._windows is None:
            self._windows = Windows(self.plan.window_steps, self.replicas, 0)
        self._names += tuple(fresh)
        self._windows.widen(len(self._names))
        if self._recent is not None and fresh:
            self._recent = _widen(self._recent, len(self._names))
        some = next(iter(signals.values()))
        absent = np.full_like(some, np.nan)
        return np.stack([signals.get(name, absent) for name in self._names], axis=-1)

    def _keep_bursts(self, steps: NDArray[np.int64], values: Values, alive: NDArray[np.bool_]) -> None:
        bursts = self.plan.burst_of(steps)
        for burst in np.unique(bursts[bursts >= 0]):
            rows = bursts == burst
            for replica in range(self.replicas):
                kept = rows & alive[:, replica]
                self._bursts.append(_Stretch(replica, int(burst), steps[kept], values[kept, replica]))

    def _keep_flight(self, first: int, values: Values, left: NDArray[np.int64]) -> None:
        before = values[:0] if self._recent is None else self._recent
        history = np.concatenate([before, values])
        for replica in np.flatnonzero((left >= first) & (left < first + len(values))):
            end = left[replica] - first + len(before) + 1
            start = max(0, end - FLIGHT)
            steps = np.arange(start, end) + first - len(before)
            self._bursts.append(_Stretch(int(replica), FLIGHT_BURST, steps, history[start:end, replica]))
        self._recent = history[-FLIGHT:]

    def state(self) -> dict[str, Any]:
        """Everything kept so far, as arrays and numbers; `restore` takes it back."""
        return {
            "names": list(self._names),
            "windows": None if self._windows is None else self._windows.state(),
            "bursts": [[s.replica, s.burst, s.steps, s.values] for s in self._bursts],
            "recent": self._recent,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        self._names = tuple(state["names"])
        if state["windows"] is not None:
            self._windows = Windows(self.plan.window_steps, self.replicas, 0)
            self._windows.restore(state["windows"])
        self._bursts = [_Stretch(*stretch) for stretch in state["bursts"]]
        self._recent = state["recent"]

    def windows(self, names: Sequence[str]) -> Columns:
        """One row for each replica (called by `names`) and window that has steps in it."""
        if self._windows is None:
            return {}
        columns = self._windows.columns(names, self._names)
        first, last = columns["first_step"], columns["last_step"]
        stride = self.plan.stride
        return columns | {"first_step": first * stride, "last_step": (last + 1) * stride - 1}

    def bursts(self, names: Sequence[str]) -> Columns:
        """One row for each kept step; burst -1 is the flight recorder."""
        kept = sorted((s for s in self._bursts if len(s.steps)), key=lambda s: (s.replica, s.burst))
        if not kept:
            return {}
        columns: Columns = {
            "run_id": np.concatenate([np.full(len(s.steps), names[s.replica]) for s in kept]),
            "burst": np.concatenate([np.full(len(s.steps), s.burst) for s in kept]),
            "step": np.concatenate([s.steps for s in kept]) * self.plan.stride,
        }
        values = np.concatenate([_widen(s.values, len(self._names)) for s in kept])
        return columns | {name: values[:, k] for k, name in enumerate(self._names)}


@dataclass(frozen=True, slots=True)
class _Stretch:
    replica: int
    burst: int
    steps: NDArray[np.int64]
    values: Values


def _widen(values: Values, signals: int) -> Values:
    missing = signals - values.shape[-1]
    widths = [(0, 0)] * (values.ndim - 1) + [(0, missing)]
    return np.pad(values, widths, constant_values=np.nan)
