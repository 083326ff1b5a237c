"""The core schema of YAML 1.2, and labels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.suite.scalars import label, scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("nUll", "nUll"),
        ("true", True),
        ("FALSE", False),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("1", 1),
        ("-3", -3),
        ("010", 10),
        ("0x1F", 31),
        ("0o17", 15),
        ("1e3", 1000.0),
        ("1e-4", 1e-4),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e", "1e"),
        (".", "."),
        ("1.2.3", "1.2.3"),
        ("0-9", "0-9"),
        ("12:30:45", "12:30:45"),
        ("9" * 200, "9" * 200),
    ],
)
def test_plain_scalars_follow_the_core_schema(text: str, value: object) -> None:
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


@pytest.mark.parametrize("text", [".inf", "-.INF", ".nan", "1e400", "-1e400", str(2**63), f"-{2**64}"])
def test_numbers_that_no_program_can_hold_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        scalar(text)


@given(st.integers(-(2**62), 2**62) | st.booleans() | st.none())
def test_a_label_reads_back_as_its_value(value: int | bool | None) -> None:
    assert scalar(label(value)) == value


@given(st.floats(1e-12, 1e12))
def test_a_label_of_a_float_reads_back_within_twelve_digits(value: float) -> None:
    assert float(label(value)) == pytest.approx(value, rel=1e-11)


def test_labels_of_equal_values_are_equal() -> None:
    assert label(1e-4) == label(0.0001) == "0.0001"
    assert label(1.0) == label(1) == "1"
    assert (label(None), label(True), label("no")) == ("null", "true", "no")
