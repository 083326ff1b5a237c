"""Worker processes for populations on a CPU: one thread each, so that numbers do not depend on the machine's cores."""

from __future__ import annotations

import contextlib
import multiprocessing as mp
import os
import queue
import signal
import threading
from collections.abc import Iterator, Sequence
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from typing import Any

from ganbench.errors import CrashedRuns, GanbenchError
from ganbench.execute.task import Paused, Report, Stopping, Task, never
from ganbench.execute.worker import execute

_POLL = 0.2  # seconds between two looks at the workers


class Pool:
    """Trains tasks in `workers` processes; `on` receives what they report, in this process."""

    def __init__(self, workers: int) -> None:
        context = mp.get_context("spawn")
        self._tasks: Any = context.Queue()
        self._reports: Any = context.Queue()
        self._stop_event = context.Event()
        self._left = 0  # workers that have said that they are done
        self._processes: list[SpawnProcess] = [
            context.Process(target=_work, args=(self._tasks, self._reports, self._stop_event), daemon=True)
            for _ in range(workers)
        ]

    def run(self, tasks: Sequence[Task], on: Report, stopping: Stopping = never) -> None:
        """Every task once, or until `stopping`: then workers write their checkpoints and leave.

        Raises what a worker could not record: a full disk, a worker that was killed or left before its time.
        """
        for task in [*tasks, *[None] * len(self._processes)]:
            self._tasks.put(task)
        try:
            with _deaf():
                for process in self._processes:
                    process.start()
            self._watch(on, stopping)
        finally:
            self._stop()

    def _watch(self, on: Report, stopping: Stopping) -> None:
        while any(process.is_alive() for process in self._processes) or not self._reports.empty():
            if stopping():
                self._stop_event.set()
            self._pass_on(on)
            self._check()
        self._pass_on(on)
        if self._left < len(self._processes):
            raise _crashed("before its time")

    def _pass_on(self, on: Report) -> None:
        try:
            message = self._reports.get(timeout=_POLL)
        except queue.Empty:
            return
        if isinstance(message, GanbenchError):
            raise message
        if message is None:
            self._left += 1
        else:
            on(message)

    def _check(self) -> None:
        for process in self._processes:
            if process.exitcode not in (None, 0):
                raise _crashed(f"with {_ending(process.exitcode)}")

    def _stop(self) -> None:
        for process in self._processes:
            if process.is_alive():
                process.terminate()
        for process in self._processes:
            if process.pid is not None:
                process.join()
        # Tasks that nobody took: the thread that hands them out would wait for ever at the end.
        self._tasks.cancel_join_thread()
        self._tasks.close()


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Block Ctrl-C, which reaches every process of a terminal: what starts in here never hears it.

    Afterwards this process gets what came meanwhile, and stops its workers.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _crashed(how: str) -> CrashedRuns:
    hint = (
        "if memory ran out, use fewer --workers or smaller --replicas; "
        "the same command goes on with what is missing"
    )
    return CrashedRuns(f"a worker process ended {how}", hint=hint)


def _ending(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


def _work(tasks: Any, reports: Any, stop: Any) -> None:
    from ganbench.execute.host import prepare

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where it could not be blocked
    _die_with_parent()
    prepare(threads=1)
    while not stop.is_set() and (task := tasks.get()) is not None:
        try:
            execute(task, reports.put, stop.is_set)
        except Paused:
            break
        except GanbenchError as error:
            reports.put(error)
            return
    reports.put(None)


def _die_with_parent() -> None:
    """A worker whose parent was killed must not go on writing to a folder that somebody else may lock."""
    parent = mp.parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
