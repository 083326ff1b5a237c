"""What the kill tests rely on: kills are kills, positions are read, differences are seen."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import victim
from ganbench.store.atomic import write_table
from ganbench.store.layout import Layout, aside
from ganbench.store.tables import from_columns
from tests.execute import example
from tests.store.example import commit, opened, plan, windows


@pytest.fixture
def root(tmp_path: Path) -> Path:
    with opened(tmp_path / "results", planned=plan(("a", 0), ("a", 1))) as results:
        commit(results, "p", ("a", 0), ("a", 1))
    return tmp_path / "results"


def test_a_folder_equals_its_copy(root: Path, tmp_path: Path) -> None:
    assert victim.differences(root, Path(shutil.copytree(root, tmp_path / "copy"))) == []


def test_one_number_of_one_trace_is_a_difference(root: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(root, tmp_path / "other"))
    columns = windows("id-a-0", "id-a-1")
    columns["loss_d.max"][3] += 1e-6
    write_table(Layout(other).windows("p"), from_columns("windows", columns))
    assert victim.differences(other, root) == ["windows"]


def test_a_missing_run_is_a_difference(root: Path, tmp_path: Path) -> None:
    with opened(tmp_path / "other", planned=plan(("a", 0))) as results:
        commit(results, "p", ("a", 0))
    assert "runs" in victim.differences(tmp_path / "other", root)


def test_what_differs_from_call_to_call_is_left_out_and_nothing_else(root: Path) -> None:
    from ganbench.store.reader import load_results

    left_out = set(load_results(root)) - set(victim.tables(root)["runs"])
    assert left_out == {"population", "seconds", "replicas", "sample_grid"}
    assert isinstance(victim.tables(root)["bursts"], pd.DataFrame)


def test_a_process_counts_its_steps_and_a_kill_is_told_from_an_end(tmp_path: Path) -> None:
    suite = str(example.written(tmp_path))
    arguments = ["run", suite, "--workers", "1", "--out", str(tmp_path / "results")]
    steps = victim.counter(tmp_path / "steps")
    process = victim.start(arguments, tmp_path / "said", steps)
    process.join()
    assert not victim.kill(process)
    assert process.exitcode == 0
    assert victim.count(steps) == 2 * 20
    assert "4 runs in 2 populations" in (tmp_path / "said").read_text()
    assert victim.kill(victim.start(arguments, tmp_path / "said"))


def test_a_write_is_that_of_one_process(tmp_path: Path) -> None:
    aside(tmp_path / "runs.parquet", pid=7).touch()
    assert victim.in_a_write(tmp_path, 7)
    assert not victim.in_a_write(tmp_path, 8)
    assert not victim.in_a_write(tmp_path / "absent", 7)
