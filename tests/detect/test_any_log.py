"""Logs of any columns, lengths and gaps: every detector answers, and warns of nothing."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbench.detect import Facts, diagnose_table, from_steps
from tests.detect.runs import healthy

RUN = healthy()
NAMES = sorted(RUN.signals)
METRICS = sorted(set(RUN.evaluations) - {"step"})
LENGTHS = st.sampled_from([1, 2, 5, 10, 24, 60, 100, 500])
GAPS = st.sampled_from(["none", "first half", "last half", "every other", "infinite now and then", "absent"])


def gapped(values: np.ndarray, gap: str) -> np.ndarray:
    """A column [n] that is not on record everywhere."""
    rows, filled = np.arange(len(values)), values.astype(float)
    missing = {
        "none": rows < 0,
        "first half": rows < len(rows) / 2,
        "last half": rows >= len(rows) / 2,
        "every other": rows % 2 == 1,
        "infinite now and then": rows % 7 == 3,
    }
    filled[missing[gap]] = np.inf if gap.startswith("infinite") else np.nan
    return filled


@settings(max_examples=80, deadline=None)
@given(
    gaps=st.lists(GAPS, min_size=len(NAMES), max_size=len(NAMES)),
    metrics=st.sets(st.sampled_from(METRICS)),
    rows=LENGTHS,
    looks=st.integers(0, 20),
    stride=st.sampled_from([1, 50]),
    facts=st.sampled_from([RUN.facts, Facts(), Facts(batch=1, pack=2, real_std=(0.0,), real_mean=(0.0,))]),
)
def test_whatever_is_on_record_every_kind_is_answered(
    gaps: list[str], metrics: set[str], rows: int, looks: int, stride: int, facts: Facts
) -> None:
    columns = zip(NAMES, gaps, strict=True)
    signals = {name: gapped(RUN.signals[name][:rows], gap) for name, gap in columns if gap != "absent"}
    evaluations = {name: RUN.evaluations[name][:looks] for name in (*metrics, "step")} if looks else {}
    table = from_steps(stride * np.arange(rows), signals, facts=facts, evaluations=evaluations)
    for found in diagnose_table(table):
        if found.status == "fired":
            assert found.onset is not None
            assert found.last is not None
            assert table.start <= found.onset <= found.last
