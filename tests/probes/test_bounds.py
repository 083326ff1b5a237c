"""A trace takes what its plan says, whatever the number of steps: shown by the process's own memory."""

from __future__ import annotations

import multiprocessing as mp
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ganbench.probes.trace import Plan, Trace
from ganbench.probes.windows import STATISTICS
from ganbench.suite.schema import Probes

SIGNALS, CHUNK, NUMBER = 20, 64, 4  # NUMBER: bytes of one
SLACK = 1.25  # over the plain numbers: heads of windows, open windows, what the allocator keeps


def planned(steps: int) -> Plan:
    """As a suite has it by default."""
    probes = Probes()
    return Plan(steps, probes.windows, probes.bursts, probes.burst_steps)


def bytes_per_run(plan: Plan) -> int:
    """What docs/results.md states, for so many signals."""
    return NUMBER * SIGNALS * (plan.windows * len(STATISTICS) + plan.bursts * plan.burst_steps)


def resident() -> int:
    """Bytes of this process now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def fed(trace: Trace) -> Iterator[int]:
    """Simulated signals to the end; the step after each tenth of the run."""
    rng = np.random.default_rng(0)
    block = rng.standard_normal((SIGNALS, CHUNK, trace.replicas), dtype=np.float32)
    left, tenth = [-1] * trace.replicas, trace.plan.steps // 10
    for first in range(0, trace.plan.steps, CHUNK):
        length = min(CHUNK, trace.plan.steps - first)
        trace.add(first, {f"s{k}": values[:length] for k, values in enumerate(block)}, left)
        if first // tenth != (first + length) // tenth:
            yield first + length


def grown(replicas: int, steps: int) -> list[int]:
    """Growth of a fresh process in bytes, at each tenth of the run."""
    with mp.get_context("spawn").Pool(1) as pool:
        return pool.apply(_grown, (replicas, steps))


def _grown(replicas: int, steps: int) -> list[int]:
    warm_up = Trace(planned(CHUNK), replicas)
    list(fed(warm_up))
    before = resident()
    return [resident() - before for _ in fed(Trace(planned(steps), replicas))]


def assert_bounded(replicas: int, steps: int) -> None:
    growth, stated = grown(replicas, steps), replicas * bytes_per_run(planned(steps))
    assert max(growth) <= SLACK * stated
    # It fills evenly and there is nothing beside it that grows.
    for tenth, found in enumerate(growth, 1):
        assert found <= SLACK * stated * (tenth + 1) / 10


def test_memory_stays_within_the_stated_size_of_a_trace() -> None:
    assert_bounded(replicas=20, steps=20_000)


def test_ten_times_the_steps_take_the_same_memory() -> None:
    short, long = (grown(10, steps)[-1] for steps in (10_000, 100_000))
    assert long <= SLACK * short


@pytest.mark.long
def test_memory_stays_within_its_bound_for_a_thousand_replicas_and_a_hundred_thousand_steps() -> None:
    assert_bounded(replicas=1000, steps=100_000)
