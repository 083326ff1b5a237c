"""Root causes of failed runs: counted, put in order, and short."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.cli.causes import cause_lines, root_causes, short

KINDS = ["mode-collapse", "mode-hopping", "limit-cycle", "stagnation", "non-finite"]


def runs(cell: str, *causes: str | None, status: str = "failed", fingerprint: str = "f") -> pd.DataFrame:
    return pd.DataFrame(
        {"cell": cell, "status": status, "root_cause": pd.Series(causes, dtype="str")}
        | {"fingerprint": fingerprint}
    )


def test_the_most_frequent_comes_first_and_what_nobody_explains_last() -> None:
    counts = root_causes(["mode-hopping", None, "mode-collapse", "mode-collapse", None])
    assert short(counts, 5) == "mode-collapse 2, mode-hopping 1, unexplained 2"


def test_no_more_than_three_kinds_are_named() -> None:
    counts = root_causes([kind for n, kind in enumerate(KINDS, 1) for _ in range(n)])
    assert short(counts, 15) == "non-finite 5, stagnation 4, limit-cycle 3, others 3"


@given(st.lists(st.none() | st.sampled_from(KINDS)))
def test_every_failed_run_counts_once(causes: list[str | None]) -> None:
    text = short(root_causes(causes), len(causes))
    numbers = [int(part.rsplit(" ", 1)[1]) for part in text.split(", ")] if text else []
    assert sum(numbers) == len(causes)
    assert 0 not in numbers


def test_a_line_for_each_cell_where_runs_failed_in_the_order_of_the_suite() -> None:
    frame = pd.concat(
        [
            runs("ring/hinge", "mode-hopping", "mode-hopping"),
            runs("ring/good", "gradient-spike", status="healthy"),
            runs("grid", None),
        ]
    )
    assert cause_lines(frame, {"f": "here"}) == [
        "root causes of failed runs, by the detectors:",
        "  ring/hinge  mode-hopping 2",
        "  grid        unexplained 1",
    ]


def test_environments_share_no_line() -> None:
    frame = pd.concat([runs("a", "stagnation"), runs("a", "stagnation", fingerprint="g")])
    lines = cause_lines(frame, {"f": "torch 2.0", "g": "torch 2.1", "h": "torch 2.2"})
    assert lines[1:] == ["torch 2.0:", "  a  stagnation 1", "torch 2.1:", "  a  stagnation 1"]


@pytest.mark.parametrize(
    "frame", [runs("a", "gradient-spike", status="healthy"), runs("a", None), runs("a", None).iloc[:0]]
)
def test_nothing_is_said_where_nothing_failed_or_nothing_was_found(frame: pd.DataFrame) -> None:
    assert cause_lines(frame, {"f": "here"}) == []
