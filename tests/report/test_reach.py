"""How far a numeric axis can be moved, with what is shown and what is not ruled out."""

from __future__ import annotations

from pathlib import Path

from ganbench.report.reach import Reach, farthest, reaches
from ganbench.stats.rates import Count
from tests.report.results import COVERED, product


def test_lines_are_along_numeric_axes_in_the_order_of_their_values(tmp_path: Path) -> None:
    outcomes = {("1e-2", "a"): [COVERED], ("1e-3", "a"): [None], ("1e-2", "b"): [None], ("1e-3", "b"): [None]}
    found = reaches(product(tmp_path, outcomes).arenas[0])
    assert [*found] == ["lr"]
    first, second = found["lr"]
    assert (first.name, second.name) == ("a", "b")
    assert [*first.counts.items()] == [("1e-3", Count(0, 1)), ("1e-2", Count(1, 1))]
    assert (first.largest, second.largest) == ("1e-3", "1e-2")


def test_the_largest_counts_even_behind_a_value_that_is_not_stable() -> None:
    one = Reach("a", {"1": Count(9, 10), "2": Count(2, 10), "3": Count(0, 10), "4": Count(3, 10)})
    assert one.largest == "3"


def test_few_runs_show_little_and_rule_out_little() -> None:
    few = Reach("a", {"1": Count(0, 5), "2": Count(2, 5), "3": Count(5, 5)})
    assert (few.largest, few.shown, few.possible) == ("1", None, "2")
    many = Reach("a", {"1": Count(0, 50), "2": Count(20, 50), "3": Count(50, 50)})
    assert (many.largest, many.shown, many.possible) == ("1", "1", "1")


def test_the_least_and_the_greatest_are_named_and_none_is_the_least() -> None:
    lines = [
        Reach(name, {"0.1": Count(a, 5), "10": Count(b, 5)}) for name, a, b in (("x", 0, 5), ("y", 0, 0))
    ]
    assert [one.name for one in farthest(lines)] == ["x", "y"]
    lines.append(Reach("z", {"0.1": Count(5, 5), "10": Count(5, 5)}))
    assert [one.name for one in farthest(lines)] == ["z", "y"]
