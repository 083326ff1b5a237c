"""How many, in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.report.counts import extent, first_of, of_runs, or_stopped
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
    assert first_of(["a", "b", "c"]) == "a and 2 more"


def test_stopped_runs_are_named_where_there_are_some(tmp_path: Path) -> None:
    whole = section_of(write(tmp_path / "whole", {"a": [COVERED]})).cells
    stopped = section_of(write(tmp_path / "stopped", {"a": [COVERED]}, stopped_at=500)).cells
    assert (or_stopped(whole), or_stopped(stopped)) == ("", " or was stopped")
    assert (whole[0].stopped, stopped[0].stopped) == (0, 1)
