"""The cores that can be used: those of the machine, and the share that the container around the process has."""

from __future__ import annotations

import os
from pathlib import Path

from ganbench.execute.cgroup import control_groups, text


def available_cores(root: Path = Path("/")) -> int:
    """Whole cores that this process may use, at least 1. `root`: where /proc and /sys are."""
    told = (_allowed(), *map(_quota, control_groups(root)))
    return max(1, int(min(cores for cores in told if cores is not None)))


def _allowed() -> int:
    """By affinity, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _quota(group: Path) -> float | None:
    """Cores' worth of time in each period; None without a limit."""
    match text(group / "cpu.max").split():
        case [quota, period] if quota.isdigit() and period.isdigit() and int(period):
            return int(quota) / int(period)
    return None
