"""Seeds as text and as lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.errors import UsageError
from ganbench.suite.seeds import as_text, seeds, seeds_of
from ganbench.suite.yaml import parse


@pytest.mark.parametrize(
    ("text", "found"),
    [("7", (7,)), ("0-3", (0, 1, 2, 3)), ("0-1,12", (0, 1, 12)), (" 4 - 5 , 1", (4, 5, 1)), ("3-3", (3,))],
)
def test_ranges_hold_both_ends_in_the_order_given(text: str, found: tuple[int, ...]) -> None:
    assert seeds(text) == found


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=20, unique=True))
def test_a_list_as_text_and_as_yaml_gives_the_same_seeds(found: list[int]) -> None:
    assert seeds(",".join(map(str, found))) == tuple(found)
    assert seeds_of(parse(str(found), "a")) == tuple(found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' are not seeds"),
        ("a", "expected ranges such as 0-9"),
        ("1.5", "are not seeds"),
        ("-1", "are not seeds"),
        ("9-0", "'9-0' ends before it begins, expected 0-9"),
        ("0-3,2", "seed 2 is given more than once"),
        ("0-999999999", "1,000,000,000 seeds, expected at most 100,000"),
        ("0-60000,70000-130000", "expected at most 100,000"),
        ("1,", "are not seeds"),
        ("9" * 5000, "are not seeds"),
    ],
)
def test_what_are_no_seeds_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        seeds(text)


@pytest.mark.parametrize("text", ["5", "true", "{a: 1}", "null"])
def test_a_bare_number_could_be_a_count_or_a_seed_and_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected seeds as a range"):
        seeds_of(parse(text, "a"))


@pytest.mark.parametrize("text", ["[true]", "[1.0]", "[-1]", "[a]", "[[1]]"])
def test_a_list_of_seeds_holds_integers(text: str) -> None:
    with pytest.raises(UsageError, match="expected integers of at least 0"):
        seeds_of(parse(text, "a"))


def test_an_empty_list_is_no_choice_of_seeds() -> None:
    with pytest.raises(UsageError, match="at least one"):
        seeds_of(parse("[]", "a"))


@pytest.mark.parametrize(
    ("found", "text"), [([7], "7"), ([3, 1, 2], "1-3"), ([12, 0, 1], "0-1,12"), ([0, 2, 4], "0,2,4")]
)
def test_seeds_are_said_in_ranges(found: list[int], text: str) -> None:
    assert as_text(found) == text


@given(st.sets(st.integers(0, 60), min_size=1))
def test_what_is_said_of_seeds_reads_as_these_seeds(found: set[int]) -> None:
    assert seeds(as_text(found)) == tuple(sorted(found))
