"""Worker processes: what they report, what they raise, and that none outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ganbench.errors import CrashedRuns, StorageError
from ganbench.execute.job import Job
from ganbench.execute.local import run_job
from ganbench.execute.pool import Pool
from ganbench.execute.task import Finished
from ganbench.store.reader import load_results
from tests.execute import example
from tests.execute.example import Silent
from tests.store.example import opened

CHECKOUT = Path(__file__).parents[2]


class Deadly:
    """A task that kills its worker, as the system does when memory runs out."""

    @property
    def population(self) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)


class Full:
    """A task that finds the disk full."""

    @property
    def population(self) -> Any:
        raise StorageError("the disk is full", where="results", hint="free some space")


def test_two_workers_find_what_one_process_finds_bit_for_bit(tmp_path: Path) -> None:
    progress = Silent()
    run_job(Job(example.tiny(tmp_path), tmp_path / "two", workers=2), progress)
    run_job(Job(example.tiny(tmp_path), tmp_path / "one", workers=1), Silent())
    assert len(progress.outcomes) == 4
    assert {done for _, done in progress.done} == {10, 20}
    example.assert_equal_bit_for_bit(tmp_path / "one", tmp_path / "two")


def test_what_a_worker_cannot_record_is_raised_here_and_what_came_before_is_kept(tmp_path: Path) -> None:
    reports: list[Any] = []
    with opened(tmp_path / "results") as results:
        good = example.task(results, example.runs(tmp_path, only=["hinge"]))
        with pytest.raises(StorageError) as caught:
            Pool(1).run([good, Full()], reports.append)
    assert str(caught.value) == "results: the disk is full\n  free some space"
    assert isinstance(reports[-1], Finished)
    assert len(load_results(tmp_path / "results")) == 2


def test_a_killed_worker_is_noticed_and_nobody_waits_for_its_task() -> None:
    with pytest.raises(CrashedRuns, match="a worker process ended with signal 9") as caught:
        Pool(1).run([Deadly()], lambda _: None)
    assert "--workers" in caught.value.hint
    assert caught.value.exit_code == 4


class Leaving:
    """A task that ends its worker as if all were well."""

    @property
    def population(self) -> Any:
        os._exit(0)


def test_a_worker_that_leaves_before_its_time_is_noticed_and_the_others_go_on(tmp_path: Path) -> None:
    reports: list[Any] = []
    with opened(tmp_path / "results") as results:
        good = example.task(results, example.runs(tmp_path, only=["hinge"]))
        with pytest.raises(CrashedRuns, match="a worker process ended before its time"):
            Pool(2).run([Leaving(), good], reports.append)
    assert isinstance(reports[-1], Finished)
    assert len(load_results(tmp_path / "results")) == 2


UNTAKEN = """
import sys
from ganbench.errors import CrashedRuns
from ganbench.execute.pool import Pool
from tests.execute.test_pool import Deadly

if __name__ == "__main__":
    try:
        Pool(1).run([Deadly(), *(bytes(1 << 16) for _ in range(20))], print)  # more than a pipe holds
    except CrashedRuns:
        print("noticed", flush=True)
"""


def test_tasks_that_nobody_took_do_not_keep_the_process_from_ending(tmp_path: Path) -> None:
    script = tmp_path / "untaken.py"
    script.write_text(UNTAKEN)
    answer = subprocess.run(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert answer.stdout == "noticed\n"
    assert answer.stderr == ""
