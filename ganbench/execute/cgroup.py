"""Control groups: the container around the process, as Linux tells of it (version 2)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def control_groups(root: Path) -> Iterator[Path]:
    """The process's own and those around it: the limit of each holds. `root`: where /proc and /sys are."""
    top = root / "sys/fs/cgroup"
    own = text(root / "proc/self/cgroup").partition("0::/")[2].partition("\n")[0]
    group = top / own
    yield group
    while group != top:
        group = group.parent
        yield group


def text(path: Path) -> str:
    """Nothing where there is no such file: other systems tell otherwise, or not at all."""
    return path.read_text(encoding="ascii") if path.is_file() else ""
