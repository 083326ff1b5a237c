"""A run that is killed or stopped in the middle, with its worker processes, as a shell would do it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ganbench.cli.main import main
from ganbench.store.reader import load_results
from tests.execute import example

CHECKOUT = Path(__file__).parents[2]
RUNS = 6
PATIENCE = 30  # seconds
LENGTH = ["--set", "steps=150", "--set", "evaluation.every=50", "--seeds", "0-2", "--replicas", "1"]


class Shell:
    """`ganbench run` in a process group of its own, with two workers."""

    def __init__(self, folder: Path) -> None:
        self.out = folder / "results"
        self.suite = example.written(folder)
        command = [sys.executable, "-m", "ganbench", "run", *self.arguments(self.out, workers=2)]
        environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
        self.process = subprocess.Popen(
            command,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env=environment,
        )
        self.said = ""

    def arguments(self, out: Path, *, workers: int) -> list[str]:
        return [str(self.suite), *LENGTH, "--out", str(out), "--workers", str(workers)]

    def wait_for(self, text: str) -> None:
        """Until a line on stderr holds the text."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said += line
            if text in line:
                return
        raise AssertionError(f"ended before it said {text!r}: {self.said}")

    def children(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def end(self) -> tuple[int, str]:
        """Exit code and all of stderr."""
        _, rest = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, self.said + rest


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    shell = Shell(tmp_path)
    yield shell
    if shell.process.poll() is None:
        os.killpg(shell.process.pid, signal.SIGKILL)
    shell.process.communicate()


def runs_on(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"  # ended, and nobody has asked how


def assert_all_end(pids: list[int]) -> None:
    deadline = time.monotonic() + PATIENCE
    while left := [pid for pid in pids if runs_on(pid)]:
        assert time.monotonic() < deadline, f"processes {left} outlive their parent"
        time.sleep(0.05)


def test_after_a_kill_the_workers_end_and_the_same_command_completes_the_same_numbers(
    shell: Shell, tmp_path: Path
) -> None:
    shell.wait_for("[1/6]")
    workers = shell.children()
    assert len(workers) >= 2
    shell.process.kill()
    assert_all_end(workers)
    assert 1 <= len(load_results(shell.out)) < RUNS

    assert main(["run", *shell.arguments(shell.out, workers=1)]) == 0
    assert main(["run", *shell.arguments(tmp_path / "whole", workers=1)]) == 0
    assert len(load_results(shell.out)) == RUNS
    example.assert_equal_bit_for_bit(tmp_path / "whole", shell.out)


def test_ctrl_c_stops_everything_keeps_what_has_finished_and_says_how_to_go_on(shell: Shell) -> None:
    shell.wait_for("[1/6]")
    workers = shell.children()
    os.killpg(shell.process.pid, signal.SIGINT)  # as a terminal does: to all of them
    code, said = shell.end()
    assert code == 130
    kept = len(load_results(shell.out))
    assert 1 <= kept < RUNS
    assert f"Error: {shell.out}: interrupted; {kept} of 6 runs have finished and are kept\n" in said
    assert "\n  go on with: ganbench run " in said
    assert "Traceback" not in said
    assert_all_end(workers)


def test_ctrl_c_while_workers_are_starting_is_as_quiet(shell: Shell) -> None:
    shell.wait_for("6 runs in 6 populations")
    time.sleep(0.3)  # in the middle of their imports
    workers = shell.children()
    os.killpg(shell.process.pid, signal.SIGINT)
    code, said = shell.end()
    assert code == 130
    assert "interrupted; 0 of 6 runs" in said
    assert "Traceback" not in said
    assert_all_end(workers)
