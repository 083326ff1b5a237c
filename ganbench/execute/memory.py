"""The memory that can be taken: of the machine, and of the container around the process."""

from __future__ import annotations

from pathlib import Path

from ganbench.execute.cgroup import control_groups, text


def available_memory(root: Path = Path("/")) -> int | None:
    """Bytes that can be taken without swapping or being killed; None where nobody tells.

    `root`: where /proc and /sys are.
    """
    told = (_machine(root), *map(_left, control_groups(root)))
    return min((left for left in told if left is not None), default=None)


def _machine(root: Path) -> int | None:
    fields = _fields(root / "proc/meminfo")
    return int(fields["MemAvailable:"]) * 1024 if "MemAvailable:" in fields else None


def _left(group: Path) -> int | None:
    """Below the limit of a control group; files that the system keeps in memory give way."""
    most, used = text(group / "memory.max").strip(), text(group / "memory.current").strip()
    if not (most.isdigit() and used.isdigit()):  # "max", or no limit is kept here
        return None
    files = int(_fields(group / "memory.stat").get("inactive_file", 0))
    return max(0, int(most) - int(used) + files)


def _fields(path: Path) -> dict[str, str]:
    """First and second word of each line."""
    words = [line.split() for line in text(path).splitlines()]
    return {line[0]: line[1] for line in words if len(line) > 1}
