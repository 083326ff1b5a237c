"""`ganbench report` of results that are not as usual: a right report, or a clear error and nothing written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ganbench.cli.main import main
from tests.report.results import COVERED, QUALITY, SUITE, runs_of, write
from tests.store.example import PROVENANCE, opened

OTHER = {"evaluation_id": "d" * 12}


def report(out: Path, *arguments: object) -> int:
    return main(["report", "--pages", "1", "-o", str(out), *map(str, arguments)])


def table(out: Path, name: str = "health") -> list[str]:
    return (out / "tables" / f"{name}.csv").read_text().splitlines()


def test_empty_results_exit_with_3_and_write_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write(tmp_path / "mine", {"ring/a": []}, missing=4)
    assert report(tmp_path / "r", root) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert "mine: no run has ended" in said.err
    assert "`ganbench run` trains the suite" in said.err
    assert not (tmp_path / "r").exists()


def test_partial_results_are_reported_and_said_to_be_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write(tmp_path / "mine", {"ring/a": [None, COVERED], "ring/b": []}, missing=3)
    assert report(tmp_path / "r", root) == 0
    said = capsys.readouterr()
    assert said.err == "Partial results: 6 of 8 planned runs are missing.\n"
    assert said.out.startswith("ring/a is healthy in 1 of 2 runs")
    assert said.err.strip() in (tmp_path / "r/index.html").read_text()


def test_two_evaluation_hashes_are_refused_with_both_and_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roots = write(tmp_path / "a", {"x": [None]}), write(tmp_path / "b", {"y": [None]}, **OTHER)
    assert report(tmp_path / "r", *roots) == 3
    error = capsys.readouterr().err
    assert all(part in error for part in ("not comparable", "d" * 12, "e" * 12, "--separate"))
    assert not (tmp_path / "r").exists()


def test_separate_gives_each_hash_its_section(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    roots = write(tmp_path / "a", {"x": [None]}), write(tmp_path / "b", {"y": [COVERED]}, **OTHER)
    assert report(tmp_path / "r", *roots, "--separate") == 0
    assert [line[0] for line in capsys.readouterr().out.splitlines()[:2]] == ["x", "y"]
    assert [table(tmp_path / "r", f"{part}/health")[1][0] for part in (1, 2)] == ["x", "y"]


def test_one_seed_has_wide_intervals_and_cannot_tell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write(tmp_path / "mine", {"ring/a": [None], "ring/b": [COVERED]})
    assert report(tmp_path / "r", root) == 0
    assert "1 of 1 run (100 % [21, 100])" in capsys.readouterr().out
    assert table(tmp_path / "r", "comparisons-ring")[1].endswith("cannot tell")


def test_all_runs_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write(tmp_path / "mine", {"ring/a": [COVERED, QUALITY], "ring/b": ["non-finite", COVERED]})
    assert report(tmp_path / "r", root) == 0
    assert "0 of 2 runs (0 % [0, 66])" in capsys.readouterr().out
    assert len(list((tmp_path / "r/runs").iterdir())) == 1


def test_all_runs_crashed_are_in_no_share(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened(tmp_path / "mine", suite_text=SUITE, planned=[]) as results:
        rows = [
            row | {"status": "crashed", "message": "Traceback ...\nValueError: boom\n"}
            for row in runs_of("ring/a", [None] * 2)
        ]
        results.commit("p", runs=rows, evaluations=[])
    assert report(tmp_path / "r", tmp_path / "mine") == 0
    assert capsys.readouterr().err == "2 runs crashed, and are in no share: ring/a 2 (ValueError: boom).\n"


def test_a_newer_schema_exits_with_2_and_says_which(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write(tmp_path / "mine", {"a": [None]})
    facts = json.loads((root / "environment.json").read_text())
    (root / "environment.json").write_text(json.dumps(facts | {"schema_version": 99}))
    assert report(tmp_path / "r", root) == 2
    assert "schema 99" in capsys.readouterr().err
    assert not (tmp_path / "r").exists()


def test_a_damaged_file_exits_with_2_and_names_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write(tmp_path / "mine", {"a": [None]})
    (root / "runs.parquet").write_bytes(b"PAR1")
    assert report(tmp_path / "r", root) == 2
    assert "runs.parquet" in capsys.readouterr().err
    assert not (tmp_path / "r").exists()


def test_two_environments_share_no_rate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "mine", {"ring/a": [None, COVERED]})
    other = replace(PROVENANCE, versions={"torch": "2.1"}, fingerprint="0" * 12)
    write(tmp_path / "mine", {"ring/b": [None]}, provenance=other, fingerprint="0" * 12)
    assert report(tmp_path / "r", tmp_path / "mine", "--pages", "0") == 0
    said = capsys.readouterr().err
    assert all(f"Section {number}: Runs of 2 environments share no rate" in said for number in (1, 2))
