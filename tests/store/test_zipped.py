"""A checkpoint is known to be whole without torch, and no changed tensor goes unnoticed."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbench.store.tables import Damaged
from ganbench.store.zipped import check
from ganbench.train.checkpoint import save


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("zipped") / "checkpoint.pt"
    save(path, {"state": {"weights": torch.arange(1000.0)}, "log": "{}"})
    return path


def test_a_whole_one_passes(checkpoint: Path) -> None:
    check(checkpoint)


def test_one_that_is_not_there_is_not_damaged(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        check(tmp_path / "checkpoint.pt")


@settings(deadline=None)
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_truncated_one_is_found(checkpoint: Path, share: float) -> None:
    content = checkpoint.read_bytes()
    cut = checkpoint.with_name("cut.pt")
    cut.write_bytes(content[: int(share * len(content))])
    with pytest.raises(Damaged, match="is no checkpoint, or damaged"):
        check(cut)


@settings(deadline=None)
@given(bit=st.integers(0, 8 * 4000 - 1))
def test_a_changed_bit_of_a_tensor_is_found(checkpoint: Path, bit: int) -> None:
    content = bytearray(checkpoint.read_bytes())
    begin = content.find(torch.arange(1000.0).numpy().tobytes())
    content[begin + bit // 8] ^= 1 << bit % 8
    changed = checkpoint.with_name("changed.pt")
    changed.write_bytes(content)
    with pytest.raises(Damaged):
        check(changed)


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_whatever_else_changes_it_passes_or_is_damaged(checkpoint: Path, data: st.DataObject) -> None:
    content = bytearray(checkpoint.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    changed = checkpoint.with_name("changed.pt")
    changed.write_bytes(content)
    with contextlib.suppress(Damaged):
        check(changed)
