"""The memory that can be taken: of the machine, and of the container around the process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def available_memory(root: Path = Path("/")) -> int | None:
    """Bytes that can be taken without swapping or being killed; None where nobody tells.

    `root`: where /proc and /sys are.
    """
    told = (_machine(root), *map(_left, _control_groups(root)))
    return min((left for left in told if left is not None), default=None)


def _machine(root: Path) -> int | None:
    fields = _fields(root / "proc/meminfo")
    return int(fields["MemAvailable:"]) * 1024 if "MemAvailable:" in fields else None


def _control_groups(root: Path) -> Iterator[Path]:
    """The process's own (version 2) and those around it: the limit of each holds."""
    top = root / "sys/fs/cgroup"
    own = _text(root / "proc/self/cgroup").partition("0::/")[2].partition("\n")[0]
    group = top / own
    yield group
    while group != top:
        group = group.parent
        yield group


def _left(group: Path) -> int | None:
    """Below the limit of a control group; files that the system keeps in memory give way."""
    most, used = _text(group / "memory.max").strip(), _text(group / "memory.current").strip()
    if not (most.isdigit() and used.isdigit()):  # "max", or no limit is kept here
        return None
    files = int(_fields(group / "memory.stat").get("inactive_file", 0))
    return max(0, int(most) - int(used) + files)


def _fields(path: Path) -> dict[str, str]:
    """First and second word of each line."""
    words = [line.split() for line in _text(path).splitlines()]
    return {line[0]: line[1] for line in words if len(line) > 1}


def _text(path: Path) -> str:
    """Nothing where there is no such file: other systems tell otherwise, or not at all."""
    return path.read_text(encoding="ascii") if path.is_file() else ""
