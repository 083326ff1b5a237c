"""Looks take at most a share of the time, whatever they cost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.execute.allowance import FIRST, Allowance


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def look(allowance: Allowance, time: Time, seconds: float) -> None:
    with allowance.spending():
        time.now += seconds


def test_before_a_look_was_timed_each_run_is_taken_to_need_its_time() -> None:
    time = Time()
    allowance = Allowance(10, share=0.5, clock=time)
    time.now = 2 * 10 * FIRST - 0.001
    assert not allowance.affords
    time.now += 0.002
    assert allowance.affords


def test_the_next_look_is_taken_to_be_as_long_as_the_last() -> None:
    time = Time()
    allowance = Allowance(1, share=0.25, clock=time)
    time.now = 6.0
    look(allowance, time, 1.0)
    assert not allowance.affords  # 1 + 1 s of 7
    time.now = 8.0
    assert allowance.affords


@given(st.lists(st.tuples(st.floats(0.01, 100), st.floats(0.001, 5)), max_size=60), st.floats(0.01, 0.5))
def test_all_looks_stay_within_the_share_but_for_what_one_took_longer_than_the_last(
    course: list[tuple[float, float]], share: float
) -> None:
    time, spent, longest = Time(), 0.0, 0.0
    allowance = Allowance(1, share=share, clock=time)
    for trained, seconds in course:
        time.now += trained
        if allowance.affords:
            look(allowance, time, seconds)
            spent, longest = spent + seconds, max(longest, seconds)
    assert spent <= share * time.now + longest


@pytest.mark.parametrize("share", [0.0, float("inf")])
def test_a_share_of_nothing_never_affords_a_look_and_one_without_bound_always(share: float) -> None:
    time = Time()
    allowance = Allowance(1, share=share, clock=time)
    for _ in range(3):
        time.now += 1.0
        assert allowance.affords == (share > 0)
