"""What the machine and the container leave, from files laid out as Linux does."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.execute.memory import available_memory

MiB = 1 << 20


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine with 1000 MiB available."""
    put(
        tmp_path / "proc/meminfo",
        f"MemTotal: {2000 << 10} kB\nMemAvailable:   {1000 << 10} kB\nHugePages_Total: 0\n",
    )
    return tmp_path


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def group(root: Path, name: str, *, most: str, used: int = 0, files: int = 0) -> None:
    """A control group with its limit, use and cached files in bytes."""
    folder = root / "sys/fs/cgroup" / name
    put(folder / "memory.max", f"{most}\n")
    put(folder / "memory.current", f"{used}\n")
    put(folder / "memory.stat", f"anon 1\ninactive_file {files}\n")


def test_without_a_container_it_is_the_machine_s(root: Path) -> None:
    assert available_memory(root) == 1000 * MiB


def test_a_container_s_limit_counts_less_what_is_used_in_it(root: Path) -> None:
    put(root / "proc/self/cgroup", "0::/\n")
    group(root, "", most=str(500 * MiB), used=200 * MiB)
    assert available_memory(root) == 300 * MiB


def test_files_that_the_container_caches_give_way(root: Path) -> None:
    put(root / "proc/self/cgroup", "0::/\n")
    group(root, "", most=str(500 * MiB), used=450 * MiB, files=400 * MiB)
    assert available_memory(root) == 450 * MiB


def test_the_limit_of_every_group_around_the_process_holds(root: Path) -> None:
    put(root / "proc/self/cgroup", "4:memory:/old\n0::/slice/job\n")
    group(root, "slice/job", most="max")
    group(root, "slice", most=str(300 * MiB))
    assert available_memory(root) == 300 * MiB


def test_a_limit_above_what_the_machine_has_changes_nothing(root: Path) -> None:
    put(root / "proc/self/cgroup", "0::/\n")
    group(root, "", most=str(5000 * MiB))
    assert available_memory(root) == 1000 * MiB


def test_max_is_no_limit(root: Path) -> None:
    put(root / "proc/self/cgroup", "0::/\n")
    group(root, "", most="max")
    assert available_memory(root) == 1000 * MiB


def test_a_container_that_is_over_its_limit_leaves_nothing(root: Path) -> None:
    group(root, "", most=str(100 * MiB), used=101 * MiB)
    assert available_memory(root) == 0


def test_a_system_that_tells_nothing_gives_none(tmp_path: Path) -> None:
    assert available_memory(tmp_path) is None


def test_this_machine_has_some() -> None:
    left = available_memory()
    assert left is None or left > 50 * MiB
