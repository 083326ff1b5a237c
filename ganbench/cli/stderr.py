"""Stderr whose reader may leave: what is said then goes nowhere, and the work goes on."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any, TextIO, cast


class Quiet:
    """A text stream that says no more once it has failed; everything else is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._failed = False

    def write(self, text: str) -> int:
        if not self._failed:
            try:
                return self._stream.write(text)
            except OSError:
                self._failed = True
        return len(text)

    def flush(self) -> None:
        if not self._failed:
            try:
                self._stream.flush()
            except OSError:
                self._failed = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def forgiving_stderr() -> Iterator[None]:
    """In here `sys.stderr` is `Quiet`."""
    before = sys.stderr
    sys.stderr = cast(TextIO, Quiet(before))
    try:
        yield
    finally:
        sys.stderr = before
