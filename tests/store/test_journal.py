"""A journal gives back what was appended, goes back to any mark, and drops exactly what came after it."""

from __future__ import annotations

import errno
import itertools
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbench.errors import StorageError
from ganbench.probes.spool import Block, InMemory, Kind
from ganbench.store.journal import Journal
from ganbench.store.layout import Layout
from ganbench.store.mark import Mark, check_journal, marked

SHAPES = st.tuples(st.integers(1, 5), st.integers(1, 4), st.integers(1, 3))


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    """Of any kind and shape, with values of every bit pattern."""
    shape = draw(SHAPES)
    bits = np.random.default_rng(draw(st.integers(0, 99))).integers(0, 2**32, shape, dtype=np.uint32)
    numbers = [draw(st.integers(-1, 10**12)) for _ in range(3)]
    return Block(
        draw(st.sampled_from(Kind)), *numbers, replica=draw(st.integers(0, 4)), values=bits.view(np.float32)
    )


def journal(folder: Path, mark: Mark | None = None) -> Journal:
    found = Journal(Layout(folder), "p")
    found.rewind(mark or Mark())
    return found


def contents(spool: Journal | InMemory) -> list[tuple[object, ...]]:
    """All of it, by every replica, with the bits of the values."""
    reads = [
        spool.read(kind, replicas) for kind in Kind for replicas in (range(12), range(2, 4), range(5, 5))
    ]
    return [
        (b.kind, b.number, b.first, b.last, b.replica, b.values.shape, b.values.tobytes())
        for b in itertools.chain(*reads)
    ]


@settings(deadline=None, max_examples=40)
@given(st.lists(blocks(), max_size=6))
def test_it_gives_back_what_a_spool_in_memory_gives_back(
    tmp_path_factory: pytest.TempPathFactory, appended: list[Block]
) -> None:
    found, expected = journal(tmp_path_factory.mktemp("journal")), InMemory()
    for block in appended:
        found.append(block)
        expected.append(block)
    assert contents(found) == contents(expected)


@settings(deadline=None, max_examples=40)
@given(
    kept=st.lists(blocks(), max_size=4),
    lost=st.lists(blocks(), max_size=4),
    after=st.lists(blocks(), max_size=4),
    torn=st.binary(max_size=70),
)
def test_taken_up_at_a_mark_it_goes_on_as_if_nothing_had_come_after(
    tmp_path_factory: pytest.TempPathFactory,
    kept: list[Block],
    lost: list[Block],
    after: list[Block],
    torn: bytes,
) -> None:
    folder, whole = tmp_path_factory.mktemp("killed"), journal(tmp_path_factory.mktemp("whole"))
    killed = journal(folder)
    for block in kept:
        killed.append(block)
    mark = killed.sync()
    for block in lost:
        killed.append(block)
    path = Layout(folder).journal("p")
    path.write_bytes(path.read_bytes() + torn)

    resumed = Journal(Layout(folder), "p")
    assert resumed.holds(mark)
    resumed.rewind(mark)
    for block in (*kept, *after):
        whole.append(block)
    for block in after:
        resumed.append(block)
    assert contents(resumed) == contents(whole)
    assert resumed.sync() == whole.sync()


def block(number: int = 0) -> Block:
    return Block(Kind.WINDOW, number, 0, 9, 0, np.full((2, 3, 4), number, np.float32))


def test_it_does_not_hold_the_mark_of_another_or_of_a_longer_one(tmp_path: Path) -> None:
    one, other = journal(tmp_path / "one"), journal(tmp_path / "other")
    one.append(block(1))
    other.append(block(2))
    mark = one.sync()
    assert one.holds(mark)
    assert not other.holds(mark)
    one.append(block(1))
    longer = one.sync()
    one.rewind(mark)
    assert one.holds(mark)
    assert not one.holds(longer)
    assert Journal(Layout(tmp_path / "nowhere"), "p").holds(Mark())
    assert not Journal(Layout(tmp_path / "nowhere"), "p").holds(mark)


def test_what_a_sync_marks_is_what_a_look_from_outside_checks(tmp_path: Path) -> None:
    found = journal(tmp_path)
    found.append(block())
    assert marked(Layout(tmp_path), "p") == Mark()
    mark = found.sync()
    assert marked(Layout(tmp_path), "p") == mark
    found.append(block())
    check_journal(Layout(tmp_path), "p")


@pytest.mark.parametrize("fatal", ["mark", "truncate"])
def test_killed_while_it_goes_back_nothing_marked_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fatal: str
) -> None:
    found = journal(tmp_path)
    marks = []
    for number in range(3):
        found.append(block(number))
        marks.append(found.sync())

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if fatal == "mark":
            patch.setattr("ganbench.store.journal.write_bytes", killed)
        else:
            patch.setattr(Path, "open", killed)
            patch.setattr("ganbench.store.journal.write_bytes", _write)
        with pytest.raises(KeyboardInterrupt):
            found.rewind(marks[0])
    check_journal(Layout(tmp_path), "p")
    assert journal(tmp_path, marks[0]).holds(marks[0])
    assert marked(Layout(tmp_path), "p") == marks[0]


def _write(path: Path, content: bytes) -> None:
    with open(path, "wb") as file:  # noqa: PTH123 (Path.open is the victim)
        file.write(content)


def test_it_begins_empty_whatever_is_there(tmp_path: Path) -> None:
    journal(tmp_path).append(block())
    again = journal(tmp_path)
    assert contents(again) == []
    assert Layout(tmp_path).journal("p").stat().st_size == 0


def test_what_is_marked_has_been_synced_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, layout, synced = journal(tmp_path), Layout(tmp_path), []
    found.append(block())
    mark, sync = layout.mark("p"), os.fsync
    file = layout.journal("p").stat().st_ino

    def noted(descriptor: int) -> None:
        synced.append((os.fstat(descriptor).st_ino == file, mark.read_text()))
        sync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", noted)
        found.sync()
    assert synced[0] == (True, '{"length": 0, "crc32": 0}')
    assert mark.read_text() != synced[0][1]


def test_a_full_disk_is_a_storage_error_and_what_was_marked_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = journal(tmp_path)
    found.append(block())
    mark = found.sync()

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", full)
        with pytest.raises(StorageError, match=r"trace\.journal: cannot write: the disk is full"):
            found.append(block())
        with pytest.raises(StorageError, match="the disk is full"):
            found.sync()
    assert found.holds(mark)
    check_journal(Layout(tmp_path), "p")
