"""Every table of a report in a real LaTeX: it compiles, fits the page, and has all its rows."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from ganbench.report.table import Entry, Table
from tests.report.odd import NAMES, SPECIAL

pytestmark = pytest.mark.tex

BEYOND = 6.0  # points that a line may be too wide: the gap between two columns
CLASSES = [("", "oneside"), ("twocolumn", "twoside")]


def compiled(folder: Path, tables: Sequence[str], options: Sequence[str] = ()) -> str:
    """The log of a minimal document of these tables, run twice as its labels need."""
    program = shutil.which("pdflatex")
    if program is None:
        pytest.fail(
            "no pdflatex: install it with booktabs, such as by `apt-get install texlive-latex-recommended`"
        )
    body = "\n\\clearpage\n".join(tables)
    (folder / "paper.tex").write_text(
        f"\\documentclass[{','.join(filter(None, options))}]{{article}}\n\\usepackage{{booktabs}}\n"
        f"\\begin{{document}}\n{body}\n\\end{{document}}\n"
    )
    command = [program, "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    for _ in range(2):
        # A newline too many can make TeX wait for its user, or loop.
        answer = subprocess.run(
            command, cwd=folder, capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=100
        )
        log = (folder / "paper.log").read_text(encoding="latin-1")
        assert answer.returncode == 0, log[-2000:]
    return log


def too_wide(log: str) -> list[float]:
    return [float(points) for points in re.findall(r"Overfull \\[hv]box \(([\d.]+)pt too", log)]


def pages(log: str) -> int:
    (found,) = re.findall(r"Output written on paper\.pdf \((\d+) pages?", log)
    return int(found)


@pytest.fixture
def tables(odd_report: Path) -> list[str]:
    return [path.read_text() for path in sorted((odd_report / "tables").glob("*.tex"))]


def table(rows: Sequence[Sequence[str]], heads: Sequence[str], right: frozenset[int] = frozenset()) -> Table:
    entries = tuple(tuple(Entry.of(text) for text in row) for row in rows)
    return Table("made", "Made", f"Of {SPECIAL}.", tuple(heads), entries, right)


@pytest.mark.parametrize("options", CLASSES, ids=["one column", "two columns"])
def test_every_table_compiles_and_fits_the_page(
    tables: list[str], tmp_path: Path, options: list[str]
) -> None:
    assert len(tables) >= 9
    log = compiled(tmp_path, tables, options)
    assert [points for points in too_wide(log) if points > BEYOND] == []
    assert re.findall(r"LaTeX (?:Font )?Warning: .*", log) == []
    assert "Missing character" not in log


def test_each_special_character_is_one_in_every_place(tmp_path: Path) -> None:
    characters = [chr(code) for code in range(32, 127)]
    rows = [[f"{one}{one}", f"a{one}b", one] for one in characters]
    log = compiled(tmp_path, [table(rows, ["50 %_&#", "+~^\\", "$<>|"]).latex()])
    assert too_wide(log) == []
    assert "Missing character" not in log


def test_letters_of_other_languages_compile(tmp_path: Path) -> None:
    letters = [
        chr(code) for code in (*range(0x20, 0x250), *range(0x370, 0x400), *range(0x2190, 0x2200), 0x4E2D)
    ]
    rows = [["".join(letters[at : at + 8])] for at in range(0, len(letters), 8)]
    log = compiled(tmp_path, [table(rows, ["letters"]).latex()])
    assert "Missing character" not in log


def test_a_long_table_goes_on_over_pages_with_all_its_rows(tmp_path: Path) -> None:
    rows = [[f"cell {number}", str(number)] for number in range(150)]
    made = table(rows, ["cell", "n"], frozenset({1})).latex()
    log = compiled(tmp_path, [made])
    assert pages(log) == 4
    assert too_wide(log) == []
    assert "Float too large" not in log
    assert re.findall(r"cell (\d+) &", made) == [str(number) for number in range(150)]


@pytest.mark.parametrize("options", CLASSES, ids=["one column", "two columns"])
def test_a_wide_table_is_broken_into_blocks_below_each_other(tmp_path: Path, options: list[str]) -> None:
    heads = ["cell", *(f"sliced wasserstein {number}" for number in range(14))]
    rows = [[name, *["0.745 [0.721, 0.768]"] * 14] for name in NAMES]
    made = table(rows, heads, frozenset(range(1, 15))).latex()
    log = compiled(tmp_path, [made], options)
    assert [points for points in too_wide(log) if points > BEYOND] == []
    assert "Float too large" not in log
    assert made.count("0.745") == 14 * len(NAMES)


def test_long_text_is_broken_into_lines(tmp_path: Path) -> None:
    words = "covered_share below 0.9: 7, high_quality below 0.3: 2, " * 6
    log = compiled(tmp_path, [table([["a/b+c_d" * 12, "1", words]], ["cell", "n", "causes"]).latex()])
    assert [points for points in too_wide(log) if points > BEYOND] == []
