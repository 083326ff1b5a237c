"""`ganbench report`: files in a folder, headlines on stdout, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

from ganbench.cli.main import main
from tests.report.results import COVERED, write

CELLS = {"ring/a": [None, COVERED]}


def test_the_headline_and_the_page_are_told(tmp_path: Path, capsys) -> None:
    root = write(tmp_path / "mine", CELLS, missing=1)
    assert main(["report", str(root), "-o", str(tmp_path / "r"), "--pages", "0"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("ring/a is healthy in 1 of 2 runs (50 % [9, 91]).\n")
    assert f"open {tmp_path / 'r' / 'index.html'}" in said.out
    assert said.err == "Partial results: 1 of 3 planned runs are missing.\n"
    assert (tmp_path / "r/index.html").is_file()


def test_json_gives_the_same(tmp_path: Path, capsys) -> None:
    root = write(tmp_path / "mine", CELLS)
    assert main(["report", str(root), "-o", str(tmp_path / "r"), "--pages", "0", "--format", "json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["headlines"] == ["ring/a is healthy in 1 of 2 runs (50 % [9, 91])."]
    assert facts["index"] == str(tmp_path / "r/index.html")


def test_what_is_no_results_folder_exits_with_2(tmp_path: Path, capsys) -> None:
    assert main(["report", str(tmp_path), "-o", str(tmp_path / "r")]) == 2
    assert "not a results folder" in capsys.readouterr().err


def test_a_folder_of_something_else_exits_with_2_before_anything_is_read(tmp_path: Path, capsys) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r/notes.txt").write_text("mine")
    assert main(["report", str(tmp_path / "absent"), "-o", str(tmp_path / "r")]) == 2
    assert "not empty, and not a report" in capsys.readouterr().err


def test_nothing_to_evaluate_exits_with_3(tmp_path: Path, capsys) -> None:
    root = write(tmp_path / "mine", {"ring/a": []})
    assert main(["report", str(root), "-o", str(tmp_path / "r")]) == 3
    assert "no run has ended" in capsys.readouterr().err


def test_where_to_write_has_to_be_said(tmp_path: Path, capsys) -> None:
    assert main(["report", str(tmp_path)]) == 2
    assert "--out" in capsys.readouterr().err
