"""docs/report.md: the files, limits and parts that it names are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ganbench.cli.compare import compare
from ganbench.execute import looks
from ganbench.report import content, suspects, verdicts
from ganbench.report.build import build_report
from tests.docs.page import read, rows, section
from tests.report.results import COVERED, explained, product

PAGE = read("docs/report.md")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("report")
    product(root / "mine", {(lr, trick): [None, COVERED] for lr in "12" for trick in ("none", "r1")})
    explained(root / "mine", "ring/other", [{"mode-collapse": ""}], failed=[True])
    build_report([root / "mine"], root / "r", pages=1)
    return root / "r"


def test_the_files_are_those_that_are_named(made: Path) -> None:
    patterns = [row[0] for row in rows(section(PAGE, "## Files"))]
    files = {path for path in made.rglob("*") if path.is_file()}
    for pattern in patterns:
        found = set(made.glob(pattern))
        assert found, pattern
        files -= found
    assert files == set()


def test_the_data_are_those_that_are_named(made: Path) -> None:
    (row,) = (row for row in rows(section(PAGE, "## Files")) if row[0] == "data/*.parquet")
    named = set(re.findall(r"\w+", row[1].partition(":")[0])) - {"and"}
    assert {path.stem for path in (made / "data").glob("*.parquet")} == named


def test_the_limits_are_those_of_the_code() -> None:
    assert f"show the first {content.PANELS} cells" in PAGE
    assert f"with a row the first {content.ROWS}, comparisons the first {verdicts.COMPARED} of" in PAGE
    assert f"`--pages` failed runs ({suspects.PAGES})" in PAGE


def test_seeds_are_added_as_the_page_says() -> None:
    (most,) = (option for option in compare.params if option.name == "max_seeds")
    assert f"`--max-seeds` ({most.default})" in PAGE
    assert f"trained {looks.BLOCK} at a time" in PAGE
