"""What cannot be run gets a message that says where, what and what to do, and leaves nothing half-written."""

from __future__ import annotations

import contextlib
import json
import os
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from ganbench.cli.main import main
from ganbench.execute import local
from ganbench.store import lock
from ganbench.store.layout import Layout
from ganbench.store.reader import load_results
from tests.execute import example
from tests.store.example import commit, opened

NOBODY = 65534

Refusal = Callable[..., str]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "results"


@pytest.fixture
def refused(tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> Refusal:
    """Runs the tiny suite, expects an exit code, gives the message."""

    def run(*arguments: str, text: str = example.TEXT, suite: str = "", code: int = 2) -> str:
        suite = suite or str(example.written(tmp_path, text))
        assert main(["run", suite, "--workers", "1", "--out", str(out), *arguments]) == code
        captured = capsys.readouterr()
        assert captured.out == ""
        assert "Traceback" not in captured.err
        return captured.err.replace(f"{tmp_path}/", "")

    return run


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("batch: 8", "bacth: 8", "tiny.yaml:8:1: unknown key 'bacth', did you mean 'batch'?"),
        ("batch: 8", "batch: eight", "tiny.yaml:8:8: "),
        ("batch: 8", "batch: 1.5", "tiny.yaml:8:8: "),
        ("steps: 20", "steps: 0", "tiny.yaml:9:8: "),
        ("steps: 20", "steps: -5", "tiny.yaml:9:8: "),
        ("every: 10", "every: 0", "tiny.yaml:11:21: "),
        ("[hinge, minimax]", "[]", "tiny.yaml:14:"),
        ("[hinge, minimax]", "[hindge]", "tiny.yaml:14:10: unknown loss 'hindge', did you mean 'hinge'?"),
        ("batch: 8", "batch: 8\nbatch: 9", "tiny.yaml:9:1: "),
        ("batch: 8", "batch: [8", "tiny.yaml:"),
    ],
)
def test_a_suite_that_is_wrong_is_refused_with_its_line_and_column(
    refused: Refusal, out: Path, before: str, after: str, said: str
) -> None:
    assert f"Error: {said}" in refused(text=example.TEXT.replace(before, after))
    assert not out.exists()


def test_all_problems_of_a_suite_come_at_once(refused: Refusal) -> None:
    text = example.TEXT.replace("batch: 8", "bacth: 8").replace("steps: 20", "steps: 0")
    lines = [line for line in refused(text=text).splitlines() if line.startswith("Error: tiny.yaml:")]
    assert len(lines) >= 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--tier", "somke"], "unknown tier 'somke'"),
        (["--only", "grid/*"], "--only grid/*: matches no cell\n  the cells are:\n  hinge\n  minimax\n"),
        (["--seeds", "5-1"], "'5-1' ends before it begins, expected 1-5"),
        (["--seeds", "a"], "'a' are not seeds"),
        (["--seeds", ""], "are not seeds"),
        (["--seeds", "1,1"], "seed 1 is given more than once"),
        (["--set", "batch"], "--set batch"),
        (["--set", "bacth=3"], "did you mean 'batch'?"),
        (["--set", "batch=many"], "--set batch: "),
        (["--set", "steps=0"], "--set steps: "),
        (["--device", "tpu"], "tpu"),
        (["--workers", "0"], "--workers"),
        (["--replicas", "-1"], "--replicas"),
        (["--frobnicate"], "--frobnicate"),
    ],
)
def test_a_command_line_that_is_wrong_is_refused_by_its_option(
    refused: Refusal, out: Path, arguments: list[str], said: str
) -> None:
    assert said in refused(*arguments)
    assert not out.exists()


@pytest.mark.parametrize(
    ("suite", "said"),
    [
        ("mgo", "Error: unknown suite 'mgo', did you mean 'mog'?"),
        ("absent/mog.yaml", "Error: absent/mog.yaml: no such file"),
        (".", "Error: .: this is a folder"),
    ],
)
def test_a_suite_that_is_not_there_is_refused(refused: Refusal, out: Path, suite: str, said: str) -> None:
    assert refused(suite=suite).startswith(said)
    assert not out.exists()


def test_a_file_that_is_no_text_is_refused(refused: Refusal, tmp_path: Path) -> None:
    path = tmp_path / "picture.yaml"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    assert "picture.yaml" in refused(suite=str(path))


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_a_gpu_that_is_not_there_is_refused(
    refused: Refusal, out: Path, monkeypatch: pytest.MonkeyPatch, more: list[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    said = refused("--device", "cuda", *more)
    assert said == "Error: --device cuda: there is no CUDA device\n  use --device cpu, or --device auto\n"
    assert not out.exists()


def test_a_second_run_into_the_same_folder_is_told_who_writes_there(
    refused: Refusal, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_PATIENCE", 0.1)
    with opened(out):
        before = tree(out)
        said = refused()
        assert f"results: process {os.getpid()} on " in said
        assert "--out" in said
        assert tree(out) == before


def test_a_file_for_a_folder_is_refused_and_left(refused: Refusal, out: Path) -> None:
    out.write_text("mine")
    assert refused().startswith("Error: results: is a file, expected a folder for results\n")
    assert out.read_text() == "mine"


def test_a_folder_below_a_file_is_refused(refused: Refusal, out: Path) -> None:
    out.write_text("mine")
    assert "a file is where a folder is needed" in refused("--out", str(out / "deep"), code=4)
    assert out.read_text() == "mine"


@pytest.mark.parametrize("more", [[], ["--fresh"]])
def test_a_folder_with_other_files_is_refused_and_not_touched(
    refused: Refusal, out: Path, more: list[str]
) -> None:
    out.mkdir()
    (out / "thesis.tex").write_text("mine")
    assert "holds other files and no results, and is left as it is" in refused(*more)
    assert tree(out) == {"thesis.tex": b"mine"}


def test_results_of_another_suite_are_refused_and_not_touched(refused: Refusal, out: Path) -> None:
    with opened(out):
        pass
    before = tree(out)
    said = refused()
    assert "results: holds results of mog mog-v1, not of tiny-v1, tier standard" in said
    assert "--fresh" in said
    assert tree(out) == before


def test_other_overrides_are_another_suite(refused: Refusal, out: Path) -> None:
    with opened(out, suite_identity="tiny-v1, tier standard"):
        pass
    assert "not of tiny-v1, tier standard, --set batch=4" in refused("--set", "batch=4")


def test_results_of_a_newer_ganbench_are_refused_and_not_touched(refused: Refusal, out: Path) -> None:
    with opened(out, suite_identity="tiny-v1, tier standard"):
        pass
    layout = Layout(out)
    facts = json.loads(layout.environment.read_text())
    layout.environment.write_text(json.dumps(facts | {"schema_version": 99}))
    before = tree(out)
    assert "99" in refused()
    assert tree(out) == before


@contextlib.contextmanager
def unprivileged(*arguments: Any, **options: Any) -> Iterator[Any]:
    """`open_results` as somebody to whom permissions apply."""
    me = os.geteuid()
    if me == 0:
        os.seteuid(NOBODY)
    try:
        with opened_as_ever(*arguments, **options) as results:
            yield results
    finally:
        os.seteuid(me)


opened_as_ever = local.open_results


def test_a_folder_without_permission_is_refused(
    refused: Refusal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "open_results", unprivileged)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    said = refused("--out", str(closed / "results"), code=4)
    assert "cannot write: no permission to write" in said
    assert "choose a folder that you may write to with --out" in said
    assert list(closed.iterdir()) == []


def test_a_file_that_the_system_cuts_off_is_4_and_the_folder_goes_on(
    refused: Refusal, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a limit on the size of files, the traces of the first population fail half-written."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, hard))
    try:
        said = refused(code=4)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "cannot write: the file is larger than the system allows" in said
    assert not list(out.rglob("*.aside"))
    assert len(load_results(out)) == 0
    assert main(["run", str(example.written(tmp_path)), "--workers", "1", "--out", str(out)]) == 0
    assert len(load_results(out)) == 4
    capsys.readouterr()


def test_memory_that_is_not_there_is_refused_before_anything_is_trained_or_deleted(
    refused: Refusal, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganbench.execute.plan.available_memory", lambda: 10**8)
    with opened(out, suite_identity="tiny-v1, tier standard") as results:
        commit(results, "p", ("hinge", 7))
    said = refused("--fresh", code=4)
    assert "this needs about 0.6 GB of memory, 0.1 GB are available" in said
    assert "--replicas" in said
    assert list(load_results(out)["seed"]) == [7]
