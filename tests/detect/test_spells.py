"""Persistence: which stretches count, and how often chance makes one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ganbench.detect.spells import Spell, at_end, dense, lasting, persistent, unbroken
from ganbench.detect.thresholds import limits

BLOCKS = limits()["blocks"]
HISTORY = st.lists(st.booleans(), min_size=0, max_size=40).map(lambda rows: np.array(rows, bool))


def spell_of(text: str, kind: Callable[..., Spell | None] = persistent) -> Spell | None:
    """Rows 'x' (true) and '.' (false), ten steps each."""
    true = np.array([c == "x" for c in text], bool)
    first = np.arange(len(true)) * 10
    return kind(true, first, first + 9, BLOCKS)


def test_four_of_five_is_persistent_and_three_of_five_is_not() -> None:
    found = spell_of("..xx.xx....")
    assert found is not None
    assert (found.onset, found.last, found.true, found.seen) == (20, 69, 4, 11)
    assert spell_of("..xx.x.....") is None


def test_too_short_a_history_has_no_spell() -> None:
    assert spell_of("xxxx") is None
    assert spell_of("") is None


def test_the_longest_stretch_is_told_and_of_equal_ones_the_latest() -> None:
    longest = spell_of("xxxxxxxx" + "." * 8 + "xxxxx")
    latest = spell_of("xxxxx" + "." * 8 + "xxxxx")
    assert longest is not None
    assert latest is not None
    assert (longest.onset, longest.ongoing) == (0, False)
    assert (latest.onset, latest.ongoing) == (130, True)


def test_what_held_to_the_end_but_for_one_row_is_ongoing() -> None:
    held, passed = spell_of("..xxxxx."), spell_of("..xxxxx..")
    assert held is not None
    assert passed is not None
    assert held.ongoing
    assert not passed.ongoing


def test_strong_is_eight_of_ten() -> None:
    weak, strong = spell_of("xxxx.xx..."), spell_of("xxxx.xx.xxx")
    assert weak is not None
    assert strong is not None
    assert not weak.strong
    assert strong.strong


def test_what_lasts_is_the_last_stretch_though_an_earlier_one_was_longer() -> None:
    found = spell_of("xxxxxxxx" + "." * 8 + "xxxxx", lasting)
    assert found is not None
    assert (found.onset, found.last, found.ongoing) == (160, 209, True)
    assert spell_of("xxxxxxxx" + "." * 8, lasting) is None
    assert spell_of("", lasting) is None


@given(HISTORY)
def test_what_lasts_is_the_longest_stretch_where_that_is_ongoing(true: np.ndarray) -> None:
    step = np.arange(len(true))
    longest, last = persistent(true, step, step, BLOCKS), lasting(true, step, step, BLOCKS)
    if longest is not None and longest.ongoing:
        assert last == longest
    assert last is None or last.ongoing


@given(HISTORY, st.integers(1, 4))
def test_a_row_at_the_end_is_counted_from_there(true: np.ndarray, least: int) -> None:
    found = at_end(true, np.arange(len(true)), least=least)
    text = "".join("x" if one else "." for one in true)
    length = len(text) - len(text.rstrip("x"))
    assert (found is None) == (length < least)
    if found is not None:
        assert (found.onset, found.last) == (len(true) - length, len(true) - 1)
        assert (found.strong, found.ongoing) == (length >= 2 * least, True)


@given(HISTORY)
def test_dense_is_what_a_loop_finds(true: np.ndarray) -> None:
    starts = [i for i in range(len(true) - 4) if true[i : i + 5].sum() >= 4]
    expected = [any(i <= row < i + 5 for i in starts) for row in range(len(true))]
    assert dense(true, need=4, of=5).tolist() == expected


@given(HISTORY)
def test_a_spell_begins_and_ends_with_a_true_row_and_counts_all_of_them(true: np.ndarray) -> None:
    step = np.arange(len(true))
    found = persistent(true, step, step, BLOCKS)
    if found is None:
        assert not dense(true, need=4, of=5).any()
        return
    assert true[found.onset]
    assert true[found.last]
    assert (found.true, found.seen) == (true.sum(), len(true))
    assert true[found.rows].mean() >= 0.5


@given(HISTORY, st.integers(1, 4))
def test_an_unbroken_row_is_the_longest_one(true: np.ndarray, least: int) -> None:
    found = unbroken(true, np.arange(len(true)), least=least)
    runs = [len(run) for run in "".join("x" if one else " " for one in true).split()]
    longest = max(runs, default=0)
    assert (found is None) == (longest < least)
    if found is not None:
        assert found.rows.stop - found.rows.start == longest
        assert true[found.rows].all()


def test_coin_flips_of_one_in_ten_make_a_spell_in_a_run_of_200_blocks_one_time_in_twelve_at_most() -> None:
    rng = np.random.default_rng(0)
    step = np.arange(200)
    found = [persistent(rng.random(200) < 0.1, step, step, BLOCKS) for _ in range(1000)]
    assert sum(one is not None for one in found) / 1000 < 1 / 12
    rare = [persistent(rng.random(200) < 0.01, step, step, BLOCKS) for _ in range(1000)]
    assert sum(one is not None for one in rare) == 0
