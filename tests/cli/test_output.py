"""Columns line up, and JSON is JSON."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.cli.output import aligned, echo_json

words = st.text("abc", min_size=1, max_size=8)


@given(st.lists(st.tuples(words, words, words), min_size=1, max_size=8))
def test_every_column_begins_or_ends_in_line(rows: list[tuple[str, str, str]]) -> None:
    first, second, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
    for row, line in zip(rows, aligned(rows, right=[1]), strict=True):
        assert line[: len(row[0])] == row[0]
        assert line[: first + 2 + second].split() == [row[0], row[1]]
        assert line[first + 2 + second + 2 :] == row[2]


def test_no_rows_are_no_lines_and_no_line_ends_in_blanks() -> None:
    assert aligned([]) == []
    assert aligned([("a", ""), ("b", "long")]) == ["a", "b  long"]


def test_json_is_read_back(capsys) -> None:
    facts = {"name": "énergie", "values": [1, None, 0.5]}
    echo_json(facts)
    assert json.loads(capsys.readouterr().out) == facts


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        echo_json(math.nan)
