"""Blocks: whole groups of windows, their statistics against a loop over raw steps."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.detect import Facts, from_steps
from ganbench.detect.blocks import blocks_of
from ganbench.detect.thresholds import limits

LIMITS = limits()["blocks"]
RNG = np.random.default_rng(0)
RAW = np.where(RNG.random(1000) < 0.3, np.nan, RNG.standard_normal(1000))


def table(window: int, steps: int | None = 1000, rows: int = 1000):
    return from_steps(np.arange(rows), {"x": RAW[:rows]}, facts=Facts(steps=steps), most=1000 // window)


@pytest.mark.parametrize(
    ("window", "steps", "width"), [(1, 1000, 20), (4, 1000, 5), (8, 1000, 3), (50, 1000, 1), (4, 8000, 10)]
)
def test_a_block_has_at_least_twenty_steps_and_a_200th_of_the_plan(
    window: int, steps: int, width: int
) -> None:
    assert blocks_of(table(window, steps), LIMITS).width == width


def test_statistics_are_those_of_the_finite_raw_steps() -> None:
    blocks = blocks_of(table(8), LIMITS)
    for i, (first, last) in enumerate(zip(blocks.first, blocks.last, strict=True)):
        values = RAW[first : last + 1]
        finite = values[np.isfinite(values)]
        assert blocks.mean("x")[i] == pytest.approx(finite.mean())
        assert blocks.high("x")[i] == finite.max()
        assert blocks.count("x")[i] == len(finite)


def test_blocks_do_not_overlap_and_leave_out_what_does_not_fill_one() -> None:
    blocks = blocks_of(table(8, rows=990), LIMITS)
    assert (blocks.first[1:] == blocks.last[:-1] + 1).all()
    assert blocks.last[-1] < 990


def test_a_block_never_changes_once_it_is_there() -> None:
    whole = table(8)
    blocks = blocks_of(whole, LIMITS)
    for step in (200, 500, 777):
        live = blocks_of(whole.until(step), LIMITS)
        np.testing.assert_array_equal(live.mean("x"), blocks.mean("x")[: len(live)])


def test_blocks_older_than_a_share_of_the_plan() -> None:
    blocks = blocks_of(table(8), LIMITS, after=0.5)
    assert blocks.first[0] > 500 - 24
    assert (blocks.last + 1 > 500).all()


def test_a_signal_without_a_finite_value_in_a_block_is_nan_there() -> None:
    silent = from_steps(np.arange(40), {"x": np.full(40, np.nan)}, facts=Facts(steps=40), most=40)
    blocks = blocks_of(silent, LIMITS)
    assert np.isnan(blocks.mean("x")).all()
    assert np.isnan(blocks.high("x")).all()


def test_an_empty_table_has_no_blocks() -> None:
    assert len(blocks_of(from_steps([], {}, facts=Facts()), LIMITS)) == 0
