"""A results folder that one process writes and others meet: writers are turned away, readers always served."""

from __future__ import annotations

from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from benchmarks import victim
from ganbench.cli.main import main
from ganbench.cli.status import inspect
from ganbench.store.layout import Layout
from ganbench.store.reader import load_evaluations, load_results, load_windows
from tests.execute import example

RUNS = 20


def arguments(folder: Path) -> list[str]:
    """Twenty populations of one run."""
    sizes = ["--seeds", "0-9", "--replicas", "1", "--workers", "1", "--checkpoint-every", "0"]
    return ["run", str(example.written(folder)), "--out", str(folder / "results"), *sizes]


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[BaseProcess]:
    """A run that has made its folder."""
    process = victim.start(arguments(tmp_path), tmp_path / "said")
    while process.is_alive() and not Layout(tmp_path / "results").plan.exists():
        process.join(0.005)
    yield process
    victim.kill(process)


def test_a_second_run_is_told_which_process_writes_and_the_first_is_not_disturbed(
    tmp_path: Path, writer: BaseProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results"
    for more in ([], ["--fresh"]):
        assert main([*arguments(tmp_path), *more]) == 2
        said = capsys.readouterr().err
        assert said.startswith(f"Error: {out}: process {writer.pid} on ")
        assert "\n  wait for it, stop it, or choose another folder with --out\n" in said
    assert writer.is_alive()
    writer.join()
    assert writer.exitcode == 0
    assert len(load_results(out)) == RUNS


def test_every_read_of_a_folder_that_is_being_written_succeeds_and_no_run_ever_vanishes(
    tmp_path: Path, writer: BaseProcess
) -> None:
    out, seen, reads = tmp_path / "results", set[str](), 0
    while writer.is_alive():
        facts = inspect(out)
        assert facts["damaged"] == []
        assert facts["runs"]["planned"] == RUNS
        assert facts["runs"]["healthy"] + facts["runs"]["failed"] >= len(seen)
        now = set(load_results(out)["run_id"])
        assert seen <= now
        assert set(load_windows(out)["run_id"]) >= now
        assert set(load_evaluations(out)["run_id"]) >= now
        seen, reads = now, reads + 1
    assert writer.exitcode == 0
    assert reads > 5
    assert len(load_results(out)) == RUNS
