"""Expressions that pick cells."""

from __future__ import annotations

import pytest

from ganbench.errors import UsageError
from ganbench.records import Cell
from ganbench.suite.only import matching


def cell(**coordinates: str) -> Cell:
    return Cell("/".join(coordinates.values()), coordinates, {}, "", "")


CELLS = [
    cell(data=data, method=method)
    for data in ("ring", "grid")
    for method in ("hinge", "hinge+r1", "r1(gamma=0.5)")
]
NUMBERS = [cell(lr="0.0001"), cell(lr="0.001")]


def picked(*only: str) -> list[str]:
    return [one.name for one in matching(CELLS, only)]


def test_without_an_expression_all_cells_are_picked() -> None:
    assert matching(CELLS, []) == CELLS


def test_an_axis_with_a_label_or_a_glob() -> None:
    assert picked("data=ring") == ["ring/hinge", "ring/hinge+r1", "ring/r1(gamma=0.5)"]
    assert picked("method=hinge*") == ["ring/hinge", "ring/hinge+r1", "grid/hinge", "grid/hinge+r1"]


def test_a_bare_glob_is_matched_with_the_name() -> None:
    assert picked("grid/hinge") == ["grid/hinge"]
    assert picked("*+r1") == ["ring/hinge+r1", "grid/hinge+r1"]


def test_terms_are_and_expressions_are_or() -> None:
    assert picked("data=ring,method=hinge") == ["ring/hinge"]
    assert picked("data=ring, method=hinge", "grid/hinge") == ["ring/hinge", "grid/hinge"]


def test_the_order_is_that_of_the_suite_and_no_cell_comes_twice() -> None:
    assert picked("data=grid", "method=hinge", "data=ring") == [one.name for one in CELLS]


def test_numbers_match_however_they_are_written() -> None:
    assert matching(NUMBERS, ["lr=1e-4"]) == NUMBERS[:1]
    assert matching(NUMBERS, ["lr=1.0E-3"]) == NUMBERS[1:]


def test_an_equals_sign_and_brackets_in_a_label_are_no_obstacle() -> None:
    assert picked("ring/r1(gamma=0.5)") == ["ring/r1(gamma=0.5)"]
    assert picked("method=r1(gamma=0.5)") == ["ring/r1(gamma=0.5)", "grid/r1(gamma=0.5)"]
    bracketed = [cell(a="x[1]")]
    assert matching(bracketed, ["x[1]"]) == bracketed


@pytest.mark.parametrize("wrong", ["data=rong", "dta=ring", "", "hinge", "lr=.inf", "data=Ring"])
def test_an_expression_that_matches_nothing_is_refused_with_the_cells_there_are(wrong: str) -> None:
    with pytest.raises(UsageError) as caught:
        matching(CELLS, ["data=ring", wrong])
    assert f"--only {wrong}: matches no cell" in str(caught.value)
    assert "ring/hinge+r1\n" in str(caught.value)
