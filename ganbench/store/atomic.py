"""Files that appear whole or not at all: written aside in the same folder, synced, renamed."""

from __future__ import annotations

import contextlib
import errno
import io
import itertools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from ganbench.errors import StorageError
from ganbench.store.layout import aside
from ganbench.store.seal import BLANK, KEY, seal

if TYPE_CHECKING:
    import pyarrow as pa

_FULL: Final = "free some space and run the same command again: finished runs are kept"
_ELSEWHERE: Final = "choose a folder that you may write to with --out"

_CAUSES: Final = {
    errno.ENOSPC: ("the disk is full", _FULL),
    errno.EDQUOT: ("the disk quota is used up", _FULL),
    errno.EFBIG: ("the file is larger than the system allows", "raise the limit (ulimit -f) and run again"),
    errno.EACCES: ("no permission to write", _ELSEWHERE),
    errno.EPERM: ("no permission to write", _ELSEWHERE),
    errno.EROFS: ("the file system is read-only", _ELSEWHERE),
    errno.ENOTDIR: ("a file is where a folder is needed", "choose another folder with --out"),
}


@contextlib.contextmanager
def storing(path: Path, *, but: tuple[type[OSError], ...] = ()) -> Iterator[None]:
    """Turn an OSError, those in `but` apart, into a StorageError that names `path` and what to do."""
    try:
        yield
    except but:
        raise
    except OSError as error:
        other = (error.strerror or str(error), "run the same command again: finished runs are kept")
        what, hint = _CAUSES.get(error.errno or 0, other)
        raise StorageError(f"cannot write: {what}", where=str(path), hint=hint) from error


def write_bytes(path: Path, content: bytes) -> None:
    """Put `content` at `path`, whose folder is made. A reader sees the old file or the new, never half of one.

    Raises StorageError (full disk, no permission, ...); then the old file stands and nothing lies beside it.
    """
    with _appearing(path) as file:
        file.write(content)


def write_table(path: Path, table: pa.Table) -> None:
    """Put a table at `path` as sealed Parquet, as `write_bytes` does."""
    write_pieces(path, [table])


def write_pieces(path: Path, pieces: Iterable[pa.Table]) -> None:
    """Put a table at `path`, as `write_table` does, of which one piece at a time is in memory.

    There is at least one, and all have the same columns; each is a row group of its own.
    """
    import pyarrow.parquet as pq

    tables = iter(pieces)
    first = next(tables)
    # Serialised in memory, so that a file is written, and can fail, in one place only.
    made = io.BytesIO()
    with _appearing(path) as file:
        with pq.ParquetWriter(made, first.schema, compression="zstd", use_dictionary=_texts(first)) as writer:
            for table in itertools.chain([first], tables):
                writer.write_table(table)
                _move(made, file)
            writer.add_key_value_metadata({KEY: BLANK})
        _move(made, file)
        file.flush()
        seal(file)


def _texts(table: pa.Table) -> list[str]:
    """The columns whose values repeat: a dictionary of numbers makes traces a third larger (measured)."""
    from pyarrow import types

    return [field.name for field in table.schema if types.is_string(field.type)]


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` last through a power cut."""
    if os.name == "posix":  # Windows opens no folders
        file = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)


@contextlib.contextmanager
def _appearing(path: Path) -> Iterator[BinaryIO]:
    """A new file that takes the place of `path` once all of it is on the disk. Raises StorageError."""
    with storing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = aside(path, pid=os.getpid())
        try:
            with temporary.open("w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def _move(source: io.BytesIO, target: BinaryIO) -> None:
    """What was written to `source` since the last time."""
    target.write(source.getbuffer())
    source.seek(0)
    source.truncate()
