"""The failed runs that have a page: one for each cell and criterion, the greatest loss first."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ganbench.report.html import page
from ganbench.report.section import Section
from ganbench.report.suspects import suspects
from tests.report.results import (
    COVERED,
    QUALITY,
    SUITE,
    bursts_of,
    content,
    evaluations_of,
    runs_of,
    section_of,
    windows_of,
    write,
)
from tests.store.example import opened


def losing(root: Path, finals: list[float | None]) -> Section:
    """Runs of one cell that failed by one criterion, by their final covered share."""
    rows = [
        row | {"final.covered_share": final}
        for row, final in zip(runs_of("ring/a", [COVERED] * len(finals)), finals, strict=True)
    ]
    ids = [row["run_id"] for row in rows]
    with opened(root, suite_text=SUITE, planned=[]) as results:
        traces = {"windows": [windows_of(ids)], "bursts": [bursts_of(ids)]}
        results.commit("p", runs=rows, evaluations=evaluations_of(rows), **traces)
    return section_of(root)


def test_one_run_of_each_cell_and_criterion(tmp_path: Path) -> None:
    section = section_of(write(tmp_path, {"a": [COVERED, COVERED, QUALITY], "b": [COVERED, None]}))
    found = suspects(section)
    assert [(one.row["cell"], one.row["criterion"]) for one in found] == [
        ("a", COVERED),
        ("a", QUALITY),
        ("b", COVERED),
    ]


def test_it_is_the_run_that_lost_most(tmp_path: Path) -> None:
    (one,) = suspects(losing(tmp_path, [0.8, 0.2, 0.5]))
    assert one.row["seed"] == 1


def test_a_final_value_that_is_not_there_is_a_loss_of_all(tmp_path: Path) -> None:
    (one,) = suspects(losing(tmp_path, [0.5, None, 0.2]))
    assert one.row["seed"] == 1


def test_pages_are_capped(tmp_path: Path) -> None:
    section = section_of(write(tmp_path, {name: [COVERED] for name in "abcd"}))
    assert len(suspects(section, most=2)) == 2
    assert suspects(section, most=0) == ()


def test_no_failure_no_suspect(tmp_path: Path) -> None:
    assert suspects(section_of(write(tmp_path, {"a": [None]}))) == ()


def test_a_suspect_has_its_own_rows_only(tmp_path: Path) -> None:
    (one,) = suspects(losing(tmp_path, [0.5, 0.2]))
    for frame in (one.windows, one.bursts, one.evaluations):
        assert set(frame["run_id"]) == {one.row["run_id"]}


@pytest.mark.parametrize("cell", ["ring/a b", "../../etc", "ü|*?", "a:b"])
def test_a_page_lies_in_the_folder_of_pages_whatever_the_cell_is_called(tmp_path: Path, cell: str) -> None:
    (one,) = suspects(section_of(write(tmp_path, {cell: [COVERED]})))
    assert re.fullmatch(r"runs/[A-Za-z0-9+_-][A-Za-z0-9+_.-]*[.]html", one.file)


def test_findings_explain_a_run(tmp_path: Path) -> None:
    (one,) = suspects(losing(tmp_path, [0.5]))
    assert one.undiagnosed == ""
    # The logits of the made-up trace drift away together.
    assert [cause.root.kind for cause in one.causes] == ["diverging-discriminator"]


def test_a_run_whose_loss_is_not_known_here_is_shown_without_findings(tmp_path: Path) -> None:
    changed = json.dumps(content() | {"loss": {"name": "gone"}})
    (one,) = suspects(section_of(write(tmp_path, {"a": [COVERED]}, content=changed)))
    assert one.causes == ()
    assert "unknown loss 'gone'" in one.undiagnosed
    assert b"The detectors could not be asked: unknown loss" in page(one, columns=2)
