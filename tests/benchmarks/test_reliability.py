"""The script that kills: a small round of it, and what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import reliability
from benchmarks.reliability import PLACES, STEPS, Record, measure, text


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reliability, "STEPS", 200)
    short = reliability.SUITE.replace(f"steps: {STEPS}", "steps: 200").replace("every: 500", "every: 100")
    monkeypatch.setattr(reliability, "SUITE", short)


def test_kills_add_up_and_every_suite_ends_with_the_same_numbers(tmp_path: Path, quick: None) -> None:
    record = measure(tmp_path, kills=2, seed=0, longest=0.6)
    assert record.kills == 2
    assert sum(record.places.values()) == 2
    assert record.repetitions >= 1
    assert record.unequal == []
    assert record.lost >= 0


def test_a_difference_is_said() -> None:
    record = Record(1.0, kills=1, repetitions=1, unequal=["killed-0: windows"], trained=3 * STEPS + 30)
    said = "\n".join(text(record, seed=0))
    assert "**not equal: killed-0: windows**" in said
    assert "| steps trained more than once, for each kill | 30 |" in said
    assert all(place in said for place in PLACES)
