"""How much a replica takes: growth of a fresh process's peak of resident memory while it trains."""

from __future__ import annotations

import multiprocessing as mp
import resource
import sys
from pathlib import Path

from benchmarks.contenders import Size

STEPS = 64  # one chunk: every buffer is full once


def growth_per_replica(size: Size, replicas: int) -> float:
    """Bytes per replica of a population with probes: weights, optimisers, tapes, recorder, activations.

    The trace is kept in memory here, one chunk of it; `ganbench run` has it on the disk.
    """
    with mp.get_context("spawn").Pool(1) as pool:
        return pool.apply(_growth, (size, replicas)) / replicas


def _growth(size: Size, replicas: int) -> int:
    from benchmarks.contenders import engine, setting
    from ganbench.execute.host import prepare

    prepare(1)
    engine(setting(size), 2, probed=True).advance(STEPS)  # what any first use takes is no replica's
    before = _peak()
    engine(setting(size), replicas, probed=True).advance(STEPS)
    return _peak() - before


def _peak() -> int:
    """Bytes. Linux hands `ru_maxrss` down to new processes, so its own count is read there."""
    if sys.platform != "linux":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(peak) * 1024
