"""A trace holds an open window and the last steps, whatever the number of steps; the rest is on the disk."""

from __future__ import annotations

import gc
import multiprocessing as mp
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from ganbench.probes.spool import Block, Kind
from ganbench.probes.trace import FLIGHT, Plan, Trace
from ganbench.probes.windows import STATISTICS
from ganbench.store.journal import Journal
from ganbench.store.layout import Layout
from ganbench.store.mark import Mark
from ganbench.suite.schema import Probes

SIGNALS, CHUNK, NUMBER = 20, 64, 4  # NUMBER: bytes of one
SLACK = 1.25  # over the plain numbers: what the allocator keeps
HEADS = 1.02  # over the plain numbers: heads of blocks


class Counted:
    """A spool that keeps nothing but the number of bytes."""

    def __init__(self) -> None:
        self.bytes = 0

    def append(self, block: Block) -> None:
        self.bytes += block.values.nbytes

    def read(self, kind: Kind, replicas: range) -> Iterator[Block]:
        raise AssertionError("nobody reads in the middle of a run")


def planned(steps: int) -> Plan:
    """As a suite has it by default."""
    probes = Probes()
    return Plan(steps, probes.windows, probes.bursts, probes.burst_steps)


def bytes_per_run() -> int:
    """What docs/results.md states, for so many signals."""
    probes = Probes()
    return NUMBER * SIGNALS * (probes.windows * len(STATISTICS) + probes.bursts * probes.burst_steps)


def bytes_in_memory() -> int:
    """What docs/results.md states of a run in training: the open window in float64, and the last steps."""
    return SIGNALS * (2 * NUMBER * len(STATISTICS) + NUMBER * FLIGHT)


def fed(trace: Trace, left: int = -1) -> Iterator[int]:
    """Simulated signals to the end; the step after each tenth of the run. left: where every replica diverges."""
    rng = np.random.default_rng(0)
    block = rng.standard_normal((SIGNALS, CHUNK, trace.replicas), dtype=np.float32)
    tenth = max(1, trace.plan.steps // 10)
    for first in range(0, trace.plan.steps, CHUNK):
        length = min(CHUNK, trace.plan.steps - first)
        known = left if left < first + length else -1
        signals = {f"s{k}": values[:length] for k, values in enumerate(block)}
        trace.add(first, signals, [known] * trace.replicas)
        if first // tenth != (first + length) // tenth:
            yield first + length


def held(root: Any) -> int:
    """Bytes of all arrays that can be reached from an object; of a view, those of what it is a view of."""
    arrays: dict[int, np.ndarray] = {}
    seen, open_ = set(), [root]
    while open_:
        one = open_.pop()
        if isinstance(one, type) or id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, np.ndarray):
            base = one
            while isinstance(base.base, np.ndarray):
                base = base.base
            arrays[id(base)] = base
        open_ += gc.get_referents(one)
    return sum(array.nbytes for array in arrays.values())


@pytest.mark.parametrize("left", [-1, 15_000])
def test_a_trace_holds_the_same_arrays_at_every_tenth_of_a_run(left: int) -> None:
    trace = Trace(planned(20_000), 100, Counted())
    found = [held(trace) for _ in fed(trace, left)]
    assert len(set(found)) == 1
    assert 100 * bytes_in_memory() <= found[0] <= 1.01 * 100 * bytes_in_memory()


def test_what_a_view_keeps_alive_counts() -> None:
    whole = np.zeros(1000, np.float32)
    assert held({"a": [whole[:3]], "b": whole}) == 4000


@pytest.mark.parametrize("steps", [10_000, 100_000])
def test_what_is_held_does_not_depend_on_the_number_of_steps(steps: int) -> None:
    trace = Trace(planned(steps), 10, Counted())
    assert max(held(trace) for _ in fed(trace)) <= 1.01 * 10 * bytes_in_memory() + 1000


def test_what_goes_to_the_spool_stays_within_the_stated_size() -> None:
    for steps in (10_000, 50_000):
        trace = Trace(planned(steps), 3, spool := Counted())
        list(fed(trace))
        assert 0.98 * 3 * bytes_per_run() <= spool.bytes <= 3 * bytes_per_run()


def test_the_journal_on_the_disk_stays_within_the_stated_size(tmp_path: Path) -> None:
    trace = Trace(planned(20_000), 20, spool(tmp_path))
    list(fed(trace))
    size = Layout(tmp_path).journal("p").stat().st_size
    assert 0.98 * 20 * bytes_per_run() <= size <= HEADS * 20 * bytes_per_run()


def spool(folder: Path) -> Journal:
    journal = Journal(Layout(folder), "p")
    journal.rewind(Mark())
    return journal


def resident() -> int:
    """Bytes of this process now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def grown(replicas: int, steps: int) -> list[int]:
    """Growth of a fresh process in bytes, at each tenth of the run."""
    with mp.get_context("spawn").Pool(1) as pool:
        return pool.apply(_grown, (replicas, steps))


def _grown(replicas: int, steps: int) -> list[int]:
    with TemporaryDirectory() as folder:
        list(fed(Trace(planned(CHUNK), replicas, spool(Path(folder)))))  # what any first use takes
        before = resident()
        return [resident() - before for _ in fed(Trace(planned(steps), replicas, spool(Path(folder))))]


def assert_flat(replicas: int, steps: int) -> None:
    growth = grown(replicas, steps)
    assert max(growth) - growth[0] <= 0.05 * replicas * bytes_per_run()
    assert max(growth) <= 0.2 * replicas * bytes_per_run()


def test_resident_memory_does_not_grow_with_the_run() -> None:
    assert_flat(replicas=100, steps=10_000)


@pytest.mark.long
def test_it_does_not_for_a_thousand_replicas_and_a_hundred_thousand_steps() -> None:
    assert_flat(replicas=1000, steps=100_000)
