"""One writer for each results folder.

The lock is the operating system's, on an open file, so it ends with its process however that ends. What
the file says is for people. It stays behind, empty: deleting it would let two processes hold two files
of one name.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

from ganbench.errors import ResultsLocked
from ganbench.store.atomic import storing
from ganbench.store.layout import Layout
from ganbench.store.tables import reading

_PATIENCE: Final = 0.5  # seconds; `holder` takes the lock for an instant to see whether it is free
_PAUSE: Final = 0.02

if sys.platform == "win32":
    import msvcrt

    _FAR: Final = 1 << 30  # Windows hides locked bytes from readers: lock one behind the text

    def _try_lock(file: int) -> None:
        os.lseek(file, _FAR, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        os.lseek(file, 0, os.SEEK_SET)
else:
    import fcntl

    def _try_lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who writes to a results folder, and since when (UTC). Pid 0: it has not said so yet."""

    pid: int
    host: str
    since: str
    command: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host} since {self.since}" if self.pid else "another process"


@contextlib.contextmanager
def locked(layout: Layout) -> Iterator[None]:
    """Hold the folder's lock. Raises ResultsLocked, naming the holder; StorageError where it cannot be made."""
    with storing(layout.lock):
        file = os.open(layout.lock, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _acquire(file, layout)
        with storing(layout.lock):
            _say(file, json.dumps(asdict(_myself())))
        try:
            yield
        finally:
            _say(file, "")
    finally:
        os.close(file)


def holder(layout: Layout) -> Holder | None:
    """Who holds the lock now; None if nobody does."""
    if not layout.lock.exists():
        return None
    with reading(layout.lock):
        file = os.open(layout.lock, os.O_RDWR if os.access(layout.lock, os.W_OK) else os.O_RDONLY)
    try:
        _try_lock(file)
    except (BlockingIOError, PermissionError):
        return _read(layout)
    finally:
        os.close(file)
    return None


def _acquire(file: int, layout: Layout) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            with storing(layout.lock, but=(BlockingIOError, PermissionError)):
                return _try_lock(file)
        except (BlockingIOError, PermissionError):
            if time.monotonic() > deadline:
                raise ResultsLocked(
                    f"{_read(layout)} writes here",
                    where=str(layout.root),
                    hint="wait for it, stop it, or choose another folder with --out",
                ) from None
            time.sleep(_PAUSE)


def _myself() -> Holder:
    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return Holder(os.getpid(), socket.gethostname(), since, shlex.join(sys.argv))


def _say(file: int, text: str) -> None:
    os.ftruncate(file, 0)
    os.lseek(file, 0, os.SEEK_SET)
    os.write(file, text.encode())


def _read(layout: Layout) -> Holder:
    text = layout.lock.read_text(encoding="utf-8", errors="replace")
    try:
        return Holder(**json.loads(text))
    except (ValueError, TypeError):  # taken, but its holder is still about to write its name
        return Holder(0, "", "", "")
