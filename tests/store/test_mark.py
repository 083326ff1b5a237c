"""What is marked of a journal is there as it was written, or it is said that it is not."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbench.store import mark as module
from ganbench.store.layout import Layout
from ganbench.store.mark import Mark, check_journal, is_whole, marked
from ganbench.store.tables import Damaged

CONTENT = bytes(range(256)) * 3


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A population `p` whose journal is marked but for its last 68 bytes."""
    layout = Layout(tmp_path)
    layout.progress("p").mkdir(parents=True)
    layout.journal("p").write_bytes(CONTENT)
    mark(layout, length=700, crc32=zlib.crc32(CONTENT[:700]))
    return layout


def mark(layout: Layout, **found: object) -> None:
    layout.mark("p").write_text(json.dumps(found))


def test_a_whole_one_passes_whatever_comes_after_the_mark(layout: Layout) -> None:
    for after in (b"", b"torn", CONTENT):
        layout.journal("p").write_bytes(CONTENT[:700] + after)
        check_journal(layout, "p")


@settings(deadline=None)
@given(bit=st.integers(0, 8 * 700 - 1))
def test_any_changed_bit_before_the_mark_is_found(tmp_path_factory: pytest.TempPathFactory, bit: int) -> None:
    path = tmp_path_factory.getbasetemp() / "journal"
    changed = bytearray(CONTENT)
    changed[bit // 8] ^= 1 << bit % 8
    path.write_bytes(changed)
    assert not is_whole(path, Mark(700, zlib.crc32(CONTENT[:700])))


@pytest.mark.parametrize("length", [0, 1, 699])
def test_a_shorter_one_is_damaged(layout: Layout, length: int) -> None:
    layout.journal("p").write_bytes(CONTENT[:length])
    with pytest.raises(Damaged, match=r"trace\.journal: truncated or damaged") as caught:
        check_journal(layout, "p")
    assert caught.value.hint == "run the suite again: that sets it aside and starts the population again"


def test_a_missing_one_is_missing_where_something_was_marked(layout: Layout) -> None:
    layout.journal("p").unlink()
    with pytest.raises(FileNotFoundError):
        check_journal(layout, "p")
    mark(layout, length=0, crc32=0)
    check_journal(layout, "p")


def test_without_a_mark_there_is_nothing_to_check(layout: Layout) -> None:
    layout.mark("p").unlink()
    layout.journal("p").unlink()
    assert marked(layout, "p") is None
    check_journal(layout, "p")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "{}",
        '{"length": 5}',
        '{"length": -1, "crc32": 0}',
        '{"length": "5", "crc32": 0}',
        "[" * 10**5,
    ],
)
def test_a_mark_of_another_shape_is_damaged(layout: Layout, text: str) -> None:
    layout.mark("p").write_text(text)
    with pytest.raises(Damaged, match=r"trace\.json: is no mark of a journal"):
        marked(layout, "p")


def test_a_population_that_goes_back_while_someone_looks_is_not_damaged(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone_back(path: Path, mark_: Mark) -> bool:
        if mark_.length == 700:
            mark(layout, length=300, crc32=zlib.crc32(CONTENT[:300]))
            path.write_bytes(CONTENT[:300])
        return is_whole(path, mark_)

    monkeypatch.setattr(module, "is_whole", gone_back)
    check_journal(layout, "p")
