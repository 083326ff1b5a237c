"""Ctrl-C in two steps: the first asks to stop at the next safe place, the second stops at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class Stop:
    """Whether the user has asked to stop."""

    def __init__(self, told: Callable[[], None]) -> None:
        self._told = told
        self.asked = False

    def __call__(self) -> bool:
        return self.asked

    def ask(self, _signal: int, _frame: FrameType | None) -> None:
        """The signal handler."""
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        self._told()


@contextmanager
def stopping(told: Callable[[], None]) -> Iterator[Stop]:
    """Handle Ctrl-C in here; `told` is called once, at the first. Outside the main thread nothing is handled."""
    stop = Stop(told)
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.signal(signal.SIGINT, stop.ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
