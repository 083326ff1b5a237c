"""What is comparable is shown together; what is not is refused with the reason, or kept apart."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ganbench.errors import CannotTell
from ganbench.report.section import check_comparable, sections
from ganbench.report.source import read_source
from tests.report.results import COVERED, MIXED, SUITE, content, explained, runs_of, section_of, write
from tests.store.example import PROVENANCE, opened


def test_cells_come_in_the_order_of_the_suite_with_their_labels(tmp_path: Path) -> None:
    section = section_of(write(tmp_path))
    assert [cell.name for cell in section.cells] == [*MIXED]
    assert section.cells[1].labels == {"data": "ring", "method": "r1"}
    assert [(cell.n, cell.failed) for cell in section.cells] == [(10, 9), (10, 0), (10, 5)]


def test_cells_of_one_evaluation_hash_are_one_arena_named_by_the_data(tmp_path: Path) -> None:
    (arena,) = section_of(write(tmp_path)).arenas
    assert (arena.name, arena.evaluation_id, len(arena.cells)) == ("ring", "e" * 12, 3)


def test_a_suite_of_two_data_sets_has_two_arenas(tmp_path: Path) -> None:
    with opened(tmp_path, suite_text=SUITE, planned=[]) as results:
        results.commit("p", runs=runs_of("ring/a", [None]), evaluations=[])
        results.commit("q", runs=runs_of("grid/a", [None], evaluation_id="d" * 12), evaluations=[])
    section = section_of(tmp_path)
    assert len(section.arenas) == 2
    assert len({arena.name for arena in section.arenas}) == 2


def test_what_the_suite_asks_is_read_and_the_path_is_not_told(tmp_path: Path) -> None:
    source = read_source(write(tmp_path / "mine"))
    assert source.said == {"question": "How often?", "expected": "Rarely & <sometimes>."}
    assert source.name == "mine"


def test_missing_and_crashed_runs_are_told(tmp_path: Path) -> None:
    write(tmp_path, {"a": [None, COVERED]}, missing=3)
    with opened(tmp_path, suite_text=SUITE, planned=read_source(tmp_path).planned) as results:
        row = runs_of("a", [None])[0] | {
            "run_id": "id-a-2",
            "seed": 2,
            "status": "crashed",
            "message": "Traceback ...\nValueError: boom\n",
        }
        results.commit("q", runs=[row], evaluations=[])
    section = section_of(tmp_path)
    assert section.remarks == (
        "Partial results: 2 of 5 planned runs are missing.",
        "1 run crashed, and is in no share: a 1 (ValueError: boom).",
    )
    assert (section.cells[0].n, section.cells[0].crashed) == (2, 1)


def test_repetitions_of_runs_are_told_and_whether_they_ended_alike(tmp_path: Path) -> None:
    one, same = (write(tmp_path / name, {"a": [None, COVERED]}) for name in ("one", "same"))
    (remark,) = section_of(one, same).remarks
    assert remark == (
        "2 runs are in several folders; each counts once, from the first folder, and ended alike in all."
    )
    other = write(tmp_path / "other", {"a": [None, None]})
    (remark,) = section_of(one, other).remarks
    assert remark == (
        "2 runs are in several folders; each counts once, from the first folder; 50 % of the pairs of one seed ended "
        "differently."
    )


def test_looks_are_by_cell_in_the_order_of_the_steps(tmp_path: Path) -> None:
    section = section_of(write(tmp_path))
    assert {*section.looks} == {*MIXED}
    for cell in section.cells:
        rows = section.looks[cell.name]
        assert set(rows["run_id"]) == set(cell.runs["run_id"])
        assert all(list(steps) == [250, 500, 750, 1000] for _, steps in rows.groupby("run_id")["step"])


def test_findings_are_those_of_the_runs_that_are_shown(tmp_path: Path) -> None:
    explained(tmp_path / "one", "a", [{"wiring": ""}], failed=[True])
    explained(tmp_path / "two", "a", [{"stagnation": ""}], failed=[True])
    section = section_of(tmp_path / "one", tmp_path / "two")
    assert section.explained
    fired = section.findings[section.findings["status"] == "fired"]
    assert list(fired["kind"]) == ["wiring"]


def test_no_run_at_all_cannot_be_told(tmp_path: Path) -> None:
    with pytest.raises(CannotTell, match="no run has ended"):
        section_of(write(tmp_path, {"a": []}))


def test_folders_with_no_evaluation_hash_in_common_are_refused_with_both_hashes(tmp_path: Path) -> None:
    one, other = write(tmp_path / "one"), write(tmp_path / "other", {"x": [None]}, evaluation_id="d" * 12)
    with pytest.raises(CannotTell, match=f"not comparable with one.*{'d' * 12}; {'e' * 12}") as caught:
        section_of(one, other)
    assert caught.value.exit_code == 3
    assert "--separate" in caught.value.hint


def test_one_name_judged_in_two_ways_is_refused(tmp_path: Path) -> None:
    one = write(tmp_path / "one", {"a": [None], "b": [None]})
    with opened(tmp_path / "other", suite_text=SUITE, planned=[]) as results:
        results.commit("p", runs=runs_of("a", [None], evaluation_id="d" * 12), evaluations=[])
        results.commit("q", runs=runs_of("c", [None]), evaluations=[])
    with pytest.raises(CannotTell, match="cell 'a' has evaluation hash"):
        check_comparable([read_source(one), read_source(tmp_path / "other")])


def test_separate_folders_have_sections_of_their_own(tmp_path: Path) -> None:
    one, other = write(tmp_path / "one"), write(tmp_path / "other", {"x": [None]}, evaluation_id="d" * 12)
    found = sections([read_source(one), read_source(other)], separate=True)
    assert [len(section.cells) for section in found] == [3, 1]


def test_environments_share_no_rate(tmp_path: Path) -> None:
    write(tmp_path, {"a": [None, COVERED]})
    other = replace(PROVENANCE, versions={"torch": "2.1"}, fingerprint="0" * 12)
    with opened(tmp_path, provenance=other, suite_text=SUITE) as results:
        rows = [row | {"run_id": "id-a-9", "seed": 9} for row in runs_of("a", [None], fingerprint="0" * 12)]
        results.commit("q", runs=rows, evaluations=[])
    first, second = sections([read_source(tmp_path)])
    assert (first.cells[0].n, second.cells[0].n) == (2, 1)
    assert first.title.endswith("torch 2.0")
    assert "2 environments share no rate" in second.remarks[0]


def test_a_run_in_two_folders_counts_once(tmp_path: Path) -> None:
    outcomes = {"a": [None, COVERED]}
    section = section_of(write(tmp_path / "one", outcomes), write(tmp_path / "other", outcomes))
    assert section.cells[0].n == 2
    (remark,) = section.remarks
    assert remark.startswith("2 runs are in several folders; each counts once, from the first folder")
    assert len(section.evaluations) == 8


def test_cells_of_one_name_and_other_content_are_told_apart_by_their_folder(tmp_path: Path) -> None:
    one = write(tmp_path / "one", {"a": [None]})
    with opened(tmp_path / "other", suite_text=SUITE, planned=[]) as results:
        rows = [row | {"cell_id": "elsewhere", "run_id": "elsewhere-0"} for row in runs_of("a", [None])]
        results.commit("p", runs=rows, evaluations=[])
    section = section_of(one, tmp_path / "other")
    assert [cell.name for cell in section.cells] == ["a (one)", "a (other)"]


def test_only_the_generator_that_is_judged_is_in_the_evaluations(tmp_path: Path) -> None:
    judged = content(evaluation={"every": 250, "samples": 500, "of": "ema"}, ema={"decay": 0.99})
    with opened(tmp_path, suite_text=SUITE, planned=[]) as results:
        row = runs_of("a", [None], content=json.dumps(judged))[0]
        one = {"run_id": row["run_id"], "cell": "a", "seed": 0, "step": 1, "samples_seen": 1}
        one |= {"gradient_evaluations": 1, "covered_share": 0.0}
        results.commit(
            "p", runs=[row], evaluations=[one | {"of": "raw"}, one | {"of": "ema", "covered_share": 1.0}]
        )
    assert list(section_of(tmp_path).evaluations["covered_share"]) == [1.0]
