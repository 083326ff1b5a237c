"""Numbers as the page says them."""

from __future__ import annotations

import pytest

from ganbench.validation.phrases import counts, decimal, estimate, share, steps, table
from ganbench.validation.share import Share


def test_a_share_says_count_n_percent_and_interval() -> None:
    assert share(Share(3, 150, 0.0068, 0.0571)) == "3 of 150, 2.0 % [0.7, 5.7]"
    assert share(Share(0, 0, 0.0, 1.0)) == "0 of 0"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.9, ".90"),
        (1.0, "1.00"),
        (0.0, ".00"),
        (-0.001, ".00"),
        (-0.5, "-.50"),
        (10.25, "10.25"),
        (None, "-"),
    ],
)
def test_decimals_have_two_digits_and_no_leading_zero(value: float | None, text: str) -> None:
    assert decimal(value) == text


def test_an_estimate_has_its_interval() -> None:
    assert estimate(0.93, 0.88, 0.96) == ".93 [.88, .96]"
    assert estimate(None, None, None) == "-"


def test_what_was_never_seen_took_no_steps() -> None:
    assert (steps(None), steps(200.0)) == ("never", "200")


def test_counts_are_listed() -> None:
    assert counts({"a": 2, "b": 1}) == "a 2, b 1"
    assert counts({}) == "none"


def test_a_table_escapes_bars() -> None:
    assert table(("a", "b"), [("|x|", "1")]) == ["| a | b |", "| --- | --- |", r"| \|x\| | 1 |"]
