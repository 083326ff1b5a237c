"""A disk that is full for real.

The system's limit on the size of a file (RLIMIT_FSIZE) needs no rights, and stops every larger file in its
middle. Where the tests may mount file systems (as root in most containers), the results also lie on a tmpfs
that is shrunk to a few kilobytes more than it holds: the same path through the program, with another message.
"""

from __future__ import annotations

import resource
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from benchmarks import victim
from ganbench.cli.main import main
from ganbench.store.reader import load_evaluations, load_results, load_windows
from tests.execute import example


class Disk(Protocol):
    """A place for results that can be filled up, with the message that is then expected."""

    message: str

    def __init__(self, root: Path) -> None: ...

    root: Path

    def fill(self, room: int) -> None:
        """Leave so many bytes."""

    def clear(self) -> None:
        """Make space."""

    def close(self) -> None:
        """Leave the place as it was."""


class Tmpfs:
    message = "the disk is full"

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        _mount("-t", "tmpfs", "-o", "size=64m", "tmpfs", root)

    def fill(self, room: int) -> None:
        used = 1024 * int(subprocess.check_output(["du", "-sk", self.root]).split()[0])
        _mount("-o", f"remount,size={used + room}", self.root)

    def clear(self) -> None:
        _mount("-o", "remount,size=64m", self.root)

    def close(self) -> None:
        subprocess.run(["umount", self.root], check=True)


class Limit:
    message = "the file is larger than the system allows"

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self, room: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, self._before[1]))

    def clear(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)

    def close(self) -> None:
        self.clear()


def _mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


def _mounts() -> bool:
    """Whether file systems can be mounted here."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            Tmpfs(Path(folder) / "disk").close()
        except (subprocess.CalledProcessError, FileNotFoundError):
            return False
    return True


# Room that is left, from hardly any to nearly enough: for the next file, or for all of them.
ROOMS: list[tuple[type[Disk], int]] = [(Limit, room) for room in (1024, 4096, 8192, 16384)]
if _mounts():
    ROOMS += [(Tmpfs, room) for room in (4096, 16384, 24576, 49152)]


@pytest.fixture
def disk(tmp_path: Path, kind: type[Disk]) -> Iterator[Disk]:
    found = kind(tmp_path / "disk")
    yield found
    found.clear()
    found.close()


def run(folder: Path, out: Path, *more: str) -> int:
    arguments = ["--workers", "1", "--checkpoint-every", "0", "--out", str(out)]
    return main(["run", str(example.written(folder)), *arguments, *more])


@pytest.mark.parametrize(("kind", "room"), ROOMS)
def test_a_full_disk_is_4_keeps_what_was_written_and_with_space_ends_with_the_same_numbers(
    tmp_path: Path, disk: Disk, capsys: pytest.CaptureFixture[str], room: int
) -> None:
    out = disk.root / "results"
    assert run(tmp_path, out, "--only", "hinge") == 0
    kept = [load(out) for load in (load_results, load_evaluations, load_windows)]
    capsys.readouterr()

    disk.fill(room)
    assert run(tmp_path, out) == 4
    said = capsys.readouterr().err
    assert f"cannot write: {disk.message}" in said
    assert "Traceback" not in said
    assert not list(out.rglob("*.aside"))
    for load, before in zip((load_results, load_evaluations, load_windows), kept, strict=True):
        assert load(out).equals(before)
    assert main(["status", str(out)]) == 0

    disk.clear()
    assert run(tmp_path, out) == 0
    assert run(tmp_path, tmp_path / "whole") == 0
    assert victim.differences(out, tmp_path / "whole") == []
