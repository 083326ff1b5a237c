"""Files appear whole or not at all, and a failure says where, what and what to do."""

import errno
import resource
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ganbench.errors import StorageError
from ganbench.store.atomic import storing, write_bytes, write_pieces, write_table
from ganbench.store.seal import file_is_broken


def test_it_writes_what_it_was_given_and_makes_the_folder(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a" / "b" / "file", b"content")
    assert (tmp_path / "a" / "b" / "file").read_bytes() == b"content"


def test_it_takes_the_place_of_an_older_file(tmp_path: Path) -> None:
    for content in (b"a longer first content", b"second"):
        write_bytes(tmp_path / "file", content)
    assert (tmp_path / "file").read_bytes() == b"second"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_who_has_the_old_file_open_still_reads_the_old_content(tmp_path: Path) -> None:
    write_bytes(tmp_path / "file", b"old")
    with (tmp_path / "file").open("rb") as reader:
        write_bytes(tmp_path / "file", b"new")
        assert reader.read() == b"old"


@pytest.mark.parametrize("call", ["os.fsync", "pathlib.Path.replace"])
@pytest.mark.parametrize("fatal", [OSError(errno.ENOSPC, "no space"), KeyboardInterrupt()])
def test_a_failure_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, fatal: BaseException
) -> None:
    write_bytes(tmp_path / "file", b"old")

    def fail(*_: object) -> None:
        raise fatal

    monkeypatch.setattr(call, fail)
    with pytest.raises((StorageError, KeyboardInterrupt)):
        write_bytes(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def noise(rows: int) -> pa.Table:
    """Nothing to compress."""
    return pa.table({"a": np.random.default_rng(0).standard_normal(rows)})


def test_text_has_a_dictionary_and_numbers_have_none(tmp_path: Path) -> None:
    names = pa.array(["run"] * 1000)
    write_table(tmp_path / "t", noise(1000).append_column("run_id", names))
    group = pq.ParquetFile(tmp_path / "t").metadata.row_group(0)
    dictionaries = {group.column(k).path_in_schema: group.column(k).has_dictionary_page for k in range(2)}
    assert dictionaries == {"a": False, "run_id": True}


WRITES = {
    "bytes": lambda path: write_bytes(path, bytes(1 << 21)),
    "table": lambda path: write_table(path, noise(1 << 18)),
    "pieces": lambda path: write_pieces(path, (noise(1 << 15) for _ in range(8))),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_real_limit_of_the_system_is_a_storage_error(tmp_path: Path, write) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    try:
        with pytest.raises(StorageError, match="larger than the system allows"):
            write(tmp_path / "file")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "what", "hint"),
    [
        (errno.ENOSPC, "the disk is full", "free some space"),
        (errno.EDQUOT, "quota", "free some space"),
        (errno.EACCES, "no permission", "--out"),
        (errno.EROFS, "read-only", "--out"),
        (errno.EIO, "Input/output error", "run the same command again"),
    ],
)
def test_each_cause_is_named_with_the_path_and_what_to_do(code: int, what: str, hint: str) -> None:
    with pytest.raises(StorageError) as caught, storing(Path("results/runs.parquet")):
        raise OSError(code, "Input/output error")
    assert str(caught.value).startswith("results/runs.parquet: cannot write: ")
    assert what in caught.value.what
    assert hint in caught.value.hint
    assert caught.value.exit_code == 4


def test_a_file_where_a_folder_is_needed_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError):
        write_bytes(tmp_path / "file" / "runs.parquet", b"")


def test_other_errors_pass_as_they_are() -> None:
    with pytest.raises(ValueError, match="other"), storing(Path("x")):
        raise ValueError("other")
    with pytest.raises(BlockingIOError), storing(Path("x"), but=(BlockingIOError,)):
        raise BlockingIOError


def test_pieces_are_read_back_as_one_sealed_table_with_a_row_group_for_each(tmp_path: Path) -> None:
    path, whole = tmp_path / "table.parquet", noise(100)
    write_pieces(path, (whole.slice(start, length) for start, length in ((0, 30), (30, 0), (30, 70))))
    assert pq.read_table(path).equals(whole)
    assert pq.ParquetFile(path).num_row_groups == 3
    assert not file_is_broken(path)


def test_pieces_are_asked_for_one_by_one_and_are_on_their_way_before_the_next(tmp_path: Path) -> None:
    path, sizes = tmp_path / "table.parquet", []

    def pieces():
        for _ in range(4):
            yield noise(1 << 15)
            (aside,) = tmp_path.iterdir()
            sizes.append(aside.stat().st_size)

    write_pieces(path, pieces())
    assert sizes == sorted(set(sizes))
    assert sizes[0] > 0.9 * 8 * (1 << 15)


def test_pieces_that_fail_leave_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    def pieces():
        yield noise(10)
        raise ValueError("no more")

    write_bytes(tmp_path / "file", b"old")
    with pytest.raises(ValueError, match="no more"):
        write_pieces(tmp_path / "file", pieces())
    assert (tmp_path / "file").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_table_is_read_back_as_it_was(tmp_path: Path) -> None:
    table = pa.table({"a": [1, 2], "b": [[1], []]}, metadata={b"key": b"value"})
    write_table(tmp_path / "table.parquet", table)
    found = pq.read_table(tmp_path / "table.parquet")
    assert found.equals(table)
    assert found.schema.metadata == table.schema.metadata
