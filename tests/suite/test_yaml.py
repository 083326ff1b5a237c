"""YAML 1.2 with positions: round trip, places, and everything that is refused."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from ganbench.errors import InputError, SuiteError
from ganbench.suite.tree import Node
from ganbench.suite.yaml import DEEPEST, MOST_NODES, parse, read

PRINTABLE = st.characters(
    codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufeff"
)
# ruamel writes text like ":0" and "?0" into flow style without the quotes that it needs when it reads it.
TEXT = st.text(PRINTABLE).filter(lambda text: not text.startswith((":", "?")))
NUMBERS = st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXT
VALUES = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(TEXT, below, max_size=4),
    max_leaves=12,
)


def refusal(text: str) -> str:
    with pytest.raises(SuiteError) as caught:
        parse(text, "a.yaml")
    return str(caught.value)


def written(data: Any, *, flow: bool) -> str:
    yaml, out = YAML(typ="safe", pure=True), io.StringIO()
    yaml.default_flow_style = flow
    yaml.width = 4096
    yaml.dump(data, out)
    return out.getvalue()


def leaves(node: Node) -> Iterator[Node]:
    below = [*node.fields.values(), *node.items]
    if not below and not isinstance(node.value, dict | list):
        yield node
    for one in below:
        yield from leaves(one)


@given(VALUES, st.booleans())
def test_what_ruamel_writes_is_read_back_equal(data: Any, flow: bool) -> None:
    assert parse(written(data, flow=flow), "a").plain() == data


@given(st.dictionaries(TEXT, st.lists(st.integers(0, 10**6), min_size=1, max_size=4), min_size=1, max_size=5))
def test_the_text_at_a_place_is_the_value_that_is_said_to_be_there(data: dict[str, list[int]]) -> None:
    text = written(data, flow=False)
    lines = text.split("\n")
    for node in leaves(parse(text, "a")):
        assert lines[node.place.line - 1][node.place.column - 1 :].rstrip() == str(node.value)


def test_keys_items_and_values_know_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\nb:\n  c: [x, {d: 2}]\n  e:\n  - f\n")
    document = read(path)
    assert document.data == {"a": 1, "b": {"c": ["x", {"d": 2}], "e": ["f"]}}
    assert document.position(["a"]) == (1, 4)
    assert document.position(["b", "c", 0]) == (3, 7)
    assert document.position(["b", "c", 1, "d"]) == (3, 14)
    assert document.position(["b", "e", 0]) == (5, 5)
    assert str(document.root.nearest(["b", "c", 1, "d"]).key) == f"{path}:3:11"


def test_the_position_of_what_is_missing_is_that_of_the_deepest_value_on_the_way(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a:\n  b: 1\n")
    assert read(path).position(["a", "x", 3]) == (2, 3)


def test_quoted_numbers_are_text_and_scientific_ones_are_numbers() -> None:
    node = parse("{a: '1', b: 1e-4, c: no, d: 1:30, e: 2020-01-01, f: 0o17, g: 1_000}", "a")
    assert node.plain() == {
        "a": "1",
        "b": 1e-4,
        "c": "no",
        "d": "1:30",
        "e": "2020-01-01",
        "f": 15,
        "g": "1_000",
    }
    assert isinstance(node.fields["b"].value, float)


def test_an_alias_stands_for_the_value_and_is_placed_where_it_is_used() -> None:
    root = parse("a: &x {b: 1}\nc: *x\n", "f")
    assert root.plain() == {"a": {"b": 1}, "c": {"b": 1}}
    assert str(root.fields["c"].place) == "f:2:4"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "a.yaml:3:1: duplicate key 'a', first in line 1"),
        ("a: {b: 1, b: 1}", "a.yaml:1:11: duplicate key 'b', first in line 1"),
        (
            "a: !!python/object:os.system x",
            "a.yaml:1:4: tag tag:yaml.org,2002:python/object:os.system is not",
        ),
        ("a: !x [1]", "a.yaml:1:4: tag !x is not allowed"),
        ("a: &x 1\n<<: {b: 1}", "a.yaml:2:1: merge keys (<<) are not YAML 1.2"),
        ("? [a]\n: 1", "a.yaml:1:3: a list, mapping or alias cannot be a key"),
        ("a: &x k\n*x : 1", "a.yaml:2:1: a list, mapping or alias cannot be a key"),
        ("a: &x [*x]", "a.yaml:1:8: alias *x names nothing that ends before it"),
        ("a: *nobody", "a.yaml:1:4: alias *nobody names nothing"),
        ("a: .inf", "a.yaml:1:4: .inf is not a finite number"),
        ("a: [1, .NaN]", "a.yaml:1:8: .NaN is not a finite number"),
        ("a: 1e999", "a.yaml:1:4: 1e999 is too large a number"),
        ("a: 99999999999999999999", "a.yaml:1:4: 99999999999999999999 is too large a number"),
        ("a: [1", "a.yaml:1:6: "),
        ("a:\n\tb: 1", "a.yaml:2:1: "),
        ("a: @b", "a.yaml:1:4: "),
        ("a: 1\n---\nb: 2", "a.yaml:2:1: a second document begins here"),
        ("%YAML 1.1\n---\na: no", "a %YAML directive for another version, expected YAML 1.2"),
        ('a: "\\ud800"', "a.yaml:1:4: half of a surrogate pair"),
        ("b: 1\na: \x07", "a.yaml:2:4: character U+0007 is not allowed in YAML"),
        ('a: "\\U00ffffff"', "a.yaml:1:1: not YAML 1.2"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_with_its_place(text: str, message: str) -> None:
    assert message in refusal(text)


def test_aliases_that_explode_are_refused_at_the_alias_that_goes_too_far() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{new}: &{new} [{', '.join(['*' + old] * 9)}]"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    assert refusal("\n".join(lines)).startswith("a.yaml:5:")


def test_aliases_count_as_if_written_out() -> None:
    block = "a: &a [" + "x, " * 999 + "x]\n"
    few = block + "b: [" + "*a, " * 40 + "]\n"
    many = block + "b: [" + "*a, " * (MOST_NODES // 1000 + 1) + "]\n"
    assert len(parse(few, "a").plain()["b"]) == 40
    assert "aliases written out" in refusal(many)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_nesting_is_refused_at_once(opening: str) -> None:
    start = time.monotonic()
    assert f"nested deeper than {DEEPEST} levels" in refusal("a:\n " + opening * 100_000)
    assert time.monotonic() - start < 5


def test_nesting_up_to_the_limit_is_read() -> None:
    levels = DEEPEST - 1
    node = parse("a: " + "[" * levels + "]" * levels, "a")
    assert str(node.plain()).count("[") == levels


def test_ten_megabytes_of_nesting_are_refused_without_reading_them(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(b"a: " + b"[" * 10_000_000)
    start = time.monotonic()
    with pytest.raises(InputError, match="larger than 1 MB"):
        read(path)
    assert time.monotonic() - start < 1


@pytest.mark.parametrize("text", ["", "# nothing", "[1, 2]", "text", "null"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(SuiteError, match=r"a\.yaml:1:1: expected a mapping of keys to values"):
        read(path)


def test_a_missing_file_a_folder_and_what_is_no_text_are_refused_by_name(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"a: \xff\xfe")
    with pytest.raises(InputError, match=r"missing\.yaml: cannot be read: No such file"):
        read(tmp_path / "missing.yaml")
    with pytest.raises(InputError, match="this is a folder"):
        read(tmp_path)
    with pytest.raises(InputError, match=r"binary\.yaml: not UTF-8 text \(byte 3\)"):
        read(binary)
    with pytest.raises(InputError, match="cannot be read"):
        read("a\0b")


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1")
    assert read(path).data == {"a": 1}


@given(st.text(max_size=60))
def test_any_text_is_a_tree_or_a_suite_error(text: str) -> None:
    try:
        assert isinstance(parse(text, "a"), Node)
    except SuiteError as error:
        assert str(error).startswith("a:")  # noqa: PT017  # either way is right, nothing else is


@given(st.text("ab:-?[]{},&*!|>'\"%@`#~<=\n \t0.1e\\", max_size=60))
def test_any_text_of_indicators_is_a_tree_or_a_suite_error(text: str) -> None:
    test_any_text_is_a_tree_or_a_suite_error.hypothesis.inner_test(text)
