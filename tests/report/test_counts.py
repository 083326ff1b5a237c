"""How many, in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ganbench.report.counts import counted, extent, first_of, of_runs, or_stopped, unjudged
from tests.report.results import COVERED, section_of, write


@pytest.mark.parametrize(
    ("counts", "said"), [([10], "10"), ([10, 10], "10"), ([12, 4, 8], "4 to 12"), ([1000, 20], "20 to 1,000")]
)
def test_an_extent_is_from_the_least_to_the_most(counts: list[int], said: str) -> None:
    assert extent(counts) == said


def test_runs_are_counted_cell_by_cell(tmp_path: Path) -> None:
    one, three, also = section_of(write(tmp_path, {"a": [None], "b": [None] * 3, "c": [COVERED] * 3})).cells
    assert of_runs([one]) == "n = 1 run"
    assert of_runs([three]) == "n = 3 runs"
    assert of_runs([three, also]) == "n = 3 runs in each of 2 cells"
    assert of_runs([three, one]) == "n = 1 to 3 runs in each of 2 cells"


def test_names_after_the_first_are_counted() -> None:
    assert first_of(["a"]) == "a"
    assert first_of(["a", "b"]) == "a and b"
    assert first_of(["a", "b", "c"]) == "a, b and c"
    assert first_of(["a" * 30, "b" * 30, "c" * 30]) == f"{'a' * 30} and 2 more"


def test_one_thing_is_no_plural() -> None:
    assert [counted(n, "pair") for n in (1, 28)] == ["1 pair", "28 pairs"]


def test_the_step_before_which_nothing_counts_is_said(tmp_path: Path) -> None:
    (cell,) = section_of(write(tmp_path, {"a": [COVERED]})).cells
    assert (cell.unjudged, cell.first_judged) == (250, 500)
    assert unjudged([cell]).startswith(" Only evaluations after step 250 count")
    every = replace(cell, content={**cell.content, "failure": [{"metric": "covered_share", "below": 0.9}]})
    assert (every.unjudged, every.first_judged, unjudged([every])) == (0, 250, "")


def test_stopped_runs_are_named_where_there_are_some(tmp_path: Path) -> None:
    whole = section_of(write(tmp_path / "whole", {"a": [COVERED]})).cells
    stopped = section_of(write(tmp_path / "stopped", {"a": [COVERED]}, stopped_at=500)).cells
    assert (or_stopped(whole), or_stopped(stopped)) == ("", " or was stopped")
    assert (whole[0].stopped, stopped[0].stopped) == (0, 1)
