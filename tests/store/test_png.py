"""A picture is known to be whole without decoding it, and no changed bit of it goes unnoticed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.execute.grids import png
from ganbench.store.png import is_whole

WHOLE = png(np.arange(200, dtype=np.uint8).reshape(10, 20))


def test_a_whole_one_passes() -> None:
    assert is_whole(WHOLE)


@given(st.integers(0, len(WHOLE) - 1))
def test_a_truncated_one_is_found(length: int) -> None:
    assert not is_whole(WHOLE[:length])


@given(st.integers(0, 8 * len(WHOLE) - 1))
def test_any_changed_bit_is_found(bit: int) -> None:
    content = bytearray(WHOLE)
    content[bit // 8] ^= 1 << bit % 8
    assert not is_whole(bytes(content))


@given(st.binary(min_size=1, max_size=9))
def test_nothing_may_follow_the_end(more: bytes) -> None:
    assert not is_whole(WHOLE + more)


@pytest.mark.parametrize("content", [b"", b"PK", WHOLE[8:], WHOLE[:8]])
def test_what_is_no_picture_is_not_whole(content: bytes) -> None:
    assert not is_whole(content)
