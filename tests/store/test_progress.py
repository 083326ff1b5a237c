"""Who trains in a population that was interrupted."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.store.layout import Layout
from ganbench.store.progress import members
from ganbench.store.tables import Damaged


def written(root: Path, text: str) -> Layout:
    layout = Layout(root)
    layout.progress("p").mkdir(parents=True)
    layout.members("p").write_text(text)
    return layout


def test_they_come_in_order(tmp_path: Path) -> None:
    assert members(written(tmp_path, '["b", "a"]'), "p") == ["b", "a"]


def test_before_the_first_checkpoint_there_are_none(tmp_path: Path) -> None:
    assert members(Layout(tmp_path), "p") == []


@pytest.mark.parametrize("text", ["", "{", "5", "{}", "[1]", '["a", "a"]', "[" * 100_000])
def test_anything_else_is_damage(tmp_path: Path, text: str) -> None:
    with pytest.raises(Damaged, match=r"runs\.json: is no list of runs"):
        members(written(tmp_path, text), "p")
