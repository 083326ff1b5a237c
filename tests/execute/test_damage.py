"""A results folder with a damaged file: the same command says which, sets it aside, and makes its runs again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import victim
from ganbench.cli.main import main
from ganbench.store.layout import Layout
from ganbench.store.reader import load_results
from tests.execute import example

Said = pytest.CaptureFixture[str]


def run(folder: Path, out: Path, *more: str) -> int:
    """The tiny suite, in two populations."""
    return main(["run", str(example.written(folder)), "--workers", "1", "--out", str(out), *more])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    assert run(folder, folder / "results") == 0
    return folder / "results"


@pytest.fixture
def out(tmp_path: Path, whole: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "results"))


def trace(out: Path, of: str = "") -> Path:
    """That of the first population."""
    population = load_results(out)["population"].iloc[0]
    return out / "traces" / f"{population}{of}.parquet"


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    ("find", "trained"),
    [
        (lambda out: out / "runs.parquet", 4),
        (lambda out: out / "evaluations.parquet", 4),
        (lambda out: out / "findings.parquet", 0),
        (trace, 2),
        (lambda out: trace(out, "-bursts"), 2),
        (lambda out: trace(out, "-geometry"), 2),
        (lambda out: out / "plan.json", 0),
        (lambda out: out / "environment.json", 0),
    ],
)
def test_what_was_cut_is_named_and_computed_again_to_the_same_numbers(
    tmp_path: Path, whole: Path, out: Path, capsys: Said, find: Callable[[Path], Path], trained: int
) -> None:
    path = find(out)
    cut(path)
    assert run(tmp_path, out) == 0
    said = capsys.readouterr().err
    assert f"{path}: " in said
    assert f"set aside as {path.name}.damaged-1; " in said
    assert (f"{trained} runs in " in said) == bool(trained)
    assert path.with_name(f"{path.name}.damaged-1").exists()
    assert victim.differences(out, whole) == []


def test_a_missing_trace_is_named_and_its_runs_are_computed_again(
    tmp_path: Path, whole: Path, out: Path, capsys: Said
) -> None:
    path = trace(out)
    path.unlink()
    assert run(tmp_path, out) == 0
    assert (
        f"{path}: missing\n  its runs are computed again\n2 runs in 1 population\n" in capsys.readouterr().err
    )
    assert victim.differences(out, whole) == []


RESTARTS = "its population starts again from the first step"


@pytest.mark.parametrize(
    ("name", "means"),
    [
        ("checkpoint.pt", RESTARTS),
        ("runs.json", RESTARTS),
        ("trace.journal", RESTARTS),
        ("trace.json", "it is written anew"),
    ],
)
def test_damaged_progress_is_named_and_its_population_ends_with_the_same_numbers(
    tmp_path: Path, whole: Path, capsys: Said, name: str, means: str
) -> None:
    out = tmp_path / "results"
    process = victim.start(
        [
            "run",
            str(example.written(tmp_path)),
            "--workers",
            "1",
            "--out",
            str(out),
            "--checkpoint-every",
            "0",
        ],
        tmp_path / "said",
    )
    while process.is_alive() and not victim.positions(out):
        process.join(0.001)
    victim.kill(process)
    (progress,) = Layout(out).work.glob("*/checkpoint.pt")
    path = progress.with_name(name)
    path.write_bytes(path.read_bytes()[:9])
    assert run(tmp_path, out) == 0
    said = capsys.readouterr().err
    assert f"{path}: " in said
    assert means in said
    assert victim.differences(out, whole) == []


def test_a_part_of_another_suite_is_refused_and_nothing_is_touched(
    tmp_path: Path, out: Path, capsys: Said
) -> None:
    other = tmp_path / "other"
    assert run(tmp_path, other, "--set", "batch=4") == 0
    capsys.readouterr()
    shutil.copy(other / "runs.parquet", out / "runs.parquet")
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert run(tmp_path, out) == 2
    assert f"Error: {out / 'runs.parquet'}: of another suite: " in capsys.readouterr().err
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_status_names_what_run_will_mend_and_afterwards_nothing(
    tmp_path: Path, out: Path, capsys: Said
) -> None:
    lost = trace(out)
    lost.unlink()
    cut(out / "evaluations.parquet")
    assert main(["status", str(out), "--format", "json"]) == 0
    named = [damage["file"] for damage in json.loads(capsys.readouterr().out)["damaged"]]
    assert named == ["evaluations.parquet", str(lost.relative_to(out))]
    assert run(tmp_path, out) == 0
    capsys.readouterr()
    assert main(["status", str(out), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["damaged"] == []
