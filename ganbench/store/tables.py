"""Arrow tables as the schema says: made from rows or columns, read from files."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ganbench.errors import InputError
from ganbench.store.schema import SCHEMA_VERSION, Column, Table, column, ordered

if TYPE_CHECKING:
    import pyarrow as pa

_VERSION: Final = b"ganbench.schema_version"
_TABLE: Final = b"ganbench.table"

Row = Mapping[str, Any]


def from_rows(table: Table, rows: Iterable[Row]) -> pa.Table:
    """One table of rows; a key that a row lacks is empty there. Raises ValueError as `from_columns`."""
    listed = list(rows)
    names = ordered(table, (name for row in listed for name in row))
    return from_columns(table, {name: [row.get(name) for row in listed] for name in names})


def from_columns(table: Table, columns: Mapping[str, Sequence[Any]]) -> pa.Table:
    """One table of columns; numpy arrays keep their width, so float32 traces stay float32.

    Raises ValueError for a column that the schema does not document, or an empty value where it allows
    none.
    """
    import pyarrow as pa

    rows = max(map(len, columns.values()), default=0)
    names = ordered(table, columns)
    arrays = [_array(column(table, name), name, columns.get(name, [None] * rows)) for name in names]
    return pa.table(dict(zip(names, arrays, strict=True)), metadata=_metadata(table))


def read(table: Table, path: Path) -> pa.Table:
    """The table in a file; one without rows where there is no file.

    Raises InputError for a damaged file, and for one that a newer ganbench wrote.
    """
    return read_file(path) if path.exists() else from_rows(table, [])


def read_file(path: Path) -> pa.Table:
    """The table in a file. Raises FileNotFoundError, and InputError as `read`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    # One open file, read whole: Arrow opens a path more than once, and may meet two files of that name.
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        found = pq.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            "cannot be read as Parquet: truncated or damaged",
            where=str(path),
            hint="restore it from a copy, or delete it and run the suite again: that makes what is missing",
        ) from error
    metadata = found.schema.metadata or {}
    if _VERSION not in metadata:
        raise InputError("not a table of ganbench: it says no schema version", where=str(path))
    check_version(int(metadata[_VERSION]), path)
    return found


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn an OSError into an InputError that names `path`."""
    try:
        yield
    except OSError as error:
        raise _unreadable(path, error) from error


def check_version(written: int, path: Path) -> None:
    """Raise InputError for a file of a newer schema than this ganbench knows."""
    if written > SCHEMA_VERSION:
        raise InputError(
            f"written with schema {written}, this ganbench reads up to schema {SCHEMA_VERSION}",
            where=str(path),
            hint="update ganbench, or choose another folder",
        )


def concatenate(table: Table, tables: Iterable[pa.Table]) -> pa.Table:
    """All rows, in order; a column that one of them lacks is empty there."""
    import pyarrow as pa

    joined = pa.concat_tables(tables, promote_options="permissive")
    return joined.select(ordered(table, joined.column_names)).replace_schema_metadata(_metadata(table))


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(f"cannot be read: {error.strerror or error}", where=str(path))


def _array(documented: Column, name: str, values: Sequence[Any]) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    try:
        array = pa.array(values, type=None if isinstance(values, np.ndarray) else _type(documented))
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise ValueError(f"column '{name}' holds something else than {documented.type}: {error}") from error
    if not _fits(documented, array.type):
        raise ValueError(f"column '{name}' holds {array.type}, expected {documented.type}")
    if array.null_count and not documented.nullable:
        raise ValueError(f"column '{name}' is empty in {array.null_count} of {len(array)} rows")
    return array


def _type(documented: Column) -> pa.DataType:
    import pyarrow as pa

    types = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64()}
    return pa.list_(pa.int64()) if documented.type == "integers" else types[documented.type]


def _fits(documented: Column, found: pa.DataType) -> bool:
    """Whether an array's own type, of whatever width, is of the documented kind."""
    from pyarrow import types

    kinds = {
        "text": types.is_string,
        "integer": types.is_integer,
        "number": lambda t: types.is_floating(t) or types.is_integer(t),
        "integers": types.is_list,
    }
    return bool(kinds[documented.type](found))


def _metadata(table: Table) -> dict[bytes, bytes]:
    return {_VERSION: str(SCHEMA_VERSION).encode(), _TABLE: table.encode()}
