"""Tables that fit: lines, blocks of columns, several floats, and every entry once."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from ganbench.report.floats import LINES, floats
from ganbench.report.table import Entry, Table


def made(rows: Sequence[Sequence[str]], heads: Sequence[str], *, keys: int = 1) -> str:
    entries = tuple(tuple(Entry.of(text) for text in row) for row in rows)
    return floats(Table("made", "Made", "All.", tuple(heads), entries, frozenset(range(keys, len(heads)))))


def bodies(text: str) -> list[str]:
    return re.findall(r"\\midrule\n(.*?)\n    \\bottomrule", text, re.DOTALL)


def test_a_narrow_table_takes_a_column_and_a_broad_one_the_page() -> None:
    assert r"\begin{table}" in made([["a", "1"]], ["cell", "n"])
    assert r"\begin{table*}" in made([["a" * 20, "1" * 20, "2" * 20]], ["cell", "n", "m"])


def test_numbers_have_a_minus_and_text_its_hyphens() -> None:
    text = made([["mode-1", "-4"], ["b", "[-69, -4]"], ["c", "1e-05"], ["d", "-"]], ["cell", "n"])
    assert "mode-1 & $-$4" in text
    assert "& [$-$69, $-$4]" in text
    assert "& 1e-05" in text
    assert "& - " in text


def test_a_head_broader_than_its_numbers_has_two_lines() -> None:
    text = made([["a", "1"]], ["cell", "difference, points"])
    assert r"cell & \shortstack[r]{difference, \\ points} \\" in text


def test_long_text_gets_a_paragraph_and_short_text_in_the_same_column_none() -> None:
    text = made([["word " * 40, "1"], ["short", "2"]], ["cell", "n"])
    assert re.search(r"\\begin\{tabular\}\{p\{\d+pt\}r\}", text)
    assert r"{\raggedright word word" in text
    assert r"    short & 2 \\" in text


def test_a_row_that_begins_like_an_argument_is_guarded() -> None:
    (body,) = bodies(made([["[0, 1]", "[1, 2]"], ["* a", "1"], ["a", "1"]], ["cell", "n"]))
    assert body.splitlines() == [r"    {}[0, 1] & [1, 2] \\", r"    {}* a & 1 \\", r"    a & 1 \\"]


def test_later_floats_are_continued_under_the_number_and_label_of_the_first() -> None:
    text = made([[str(number), "1"] for number in range(100)], ["cell", "n"])
    assert text.count(r"\begin{table}") == text.count(r"\end{table}") == 3
    assert text.count(r"\caption{All.}") == text.count(r"\label{tab:made}") == 1
    assert text.count(r"\caption[]{Continued.}") == text.count(r"\addtocounter{table}{-1}") == 2
    assert LINES - 4 <= max(body.count("\n") + 4 for body in bodies(text)) <= LINES


def test_blocks_of_columns_repeat_the_text_that_leads_them() -> None:
    heads = ["cell", "by", *(f"m{number}" for number in range(12))]
    text = made([["a", "b", *["0.745 [0.721, 0.768]"] * 12]], heads, keys=2)
    blocks = bodies(text)
    assert len(blocks) > 1
    assert all(block.startswith("    a & b & 0.745") for block in blocks)
    assert text.count("0.745") == 12


@given(st.data())
def test_every_entry_is_there_once_in_order(data: st.DataObject) -> None:
    columns = data.draw(st.integers(2, 9))
    widths = data.draw(st.lists(st.integers(1, 24), min_size=columns, max_size=columns))
    count = data.draw(st.integers(0, 90))
    rows = [
        [f"{row}x{column}".ljust(width, "0") for column, width in enumerate(widths)] for row in range(count)
    ]
    text = made(rows, ["head"] * columns)
    for column in range(1, columns):
        found = [one for block in bodies(text) for one in re.findall(rf"(?<= )(\d+x{column}0*)(?= )", block)]
        assert found == [row[column] for row in rows]
