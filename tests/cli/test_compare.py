"""`ganbench compare`: words, numbers, a figure, and an exit code that says whether something was told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ganbench.cli.main import main
from tests.report.results import COVERED, write


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("results") / "mixed")


def test_the_difference_in_words_numbers_and_bars(mixed: Path, capsys) -> None:
    assert main(["compare", f"{mixed}:ring/r1", f"{mixed}:ring/plain"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[3].startswith(
        "ring/r1 fails in 0 of 10 runs, ring/plain in 9 of 10: difference -90 points [-98, -49]"
    )
    assert lines[3].endswith("ring/r1 is better (Boschloo, p < 0.0001)")
    assert lines[4].startswith("  by seed: ")
    assert "covered share, failed runs last (higher is better)" in lines[5]
    assert lines[6] == f"     |{'0 %':<35}100 %|"
    assert lines[7].startswith("  A  |")
    assert lines[7].endswith("o|  100 % healthy")
    assert lines[8].endswith("10 % healthy  covered_share below 0.9: 7; high_quality below 0.3: 2")


def test_bars_are_on_the_scale_above_them(mixed: Path, capsys) -> None:
    main(["compare", f"{mixed}:ring/r1", f"{mixed}:ring/plain"])
    scale, best, worst = capsys.readouterr().out.splitlines()[6:9]
    for edge in (str.index, str.rindex):
        assert len({edge(line, "|") for line in (scale, best, worst)}) == 1


def test_json_has_the_same_for_programs(mixed: Path, capsys) -> None:
    assert main(["compare", f"{mixed}:ring/r1", f"{mixed}:ring/plain", "--format", "json"]) == 0
    (cell,) = json.loads(capsys.readouterr().out)["cells"]
    assert cell["failure_rate"]["verdict"] == "better"
    assert cell["failure_rate"]["effect"] == 0.9
    assert (cell["a"]["healthy"], cell["b"]["causes"]["covered_share below 0.9"]) == (10, 7)


def test_cannot_tell_exits_with_3(tmp_path: Path, capsys) -> None:
    root = write(tmp_path / "few", {"a": [None], "b": [COVERED]})
    assert main(["compare", f"{root}:a", f"{root}:b"]) == 3
    assert "cannot tell" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["svg", "pdf", "png"])
def test_a_figure_is_drawn_where_it_is_asked_for(mixed: Path, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"difference.{form}"
    assert main(["compare", f"{mixed}:ring/r1", f"{mixed}:ring/half", "--figure", str(path)]) in (0, 3)
    assert path.read_bytes()[:5] in (b"<?xml", b"%PDF-", b"\x89PNG\r")


def test_a_figure_of_another_kind_is_refused_first(tmp_path: Path, capsys) -> None:
    assert main(["compare", "absent", "absent", "--figure", str(tmp_path / "a.gif")]) == 2
    assert "cannot draw 'gif'" in capsys.readouterr().err


def test_remarks_go_to_stderr(mixed: Path, tmp_path: Path, capsys) -> None:
    root = write(tmp_path / "mine", {"ring/r1": [None] * 10, "ring/new": [None]})
    main(["compare", str(mixed), str(root)])
    assert "Only B has ring/new.\n" in capsys.readouterr().err
