"""Arrow tables as the schema says: made from rows or columns, read from files."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ganbench.errors import InputError
from ganbench.store.schema import SCHEMA_VERSION, Column, Table, column, ordered, required
from ganbench.store.seal import file_is_broken, is_broken

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_VERSION: Final = b"ganbench.schema_version"
_TABLE: Final = b"ganbench.table"

AGAIN: Final = "run the suite again: that sets it aside and computes its runs again"

Row = Mapping[str, Any]


class Damaged(InputError):
    """A file that is missing, or not what was written. Running the suite again makes it good."""


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
    return read_file(table, path) if path.exists() else from_rows(table, [])


def read_file(table: Table, path: Path) -> pa.Table:
    """The table in a file. Raises FileNotFoundError, and InputError as `read`."""
    import pyarrow as pa

    # One open file, read whole: Arrow opens a path more than once, and may meet two files of that name.
    with reading(path, but=(FileNotFoundError,)):
        content = path.read_bytes()
    with _parsing(path):
        _check_seal(broken=is_broken(content))
        found = _opened(table, pa.BufferReader(content), path).read()
        _check_values(table, found)
        return found


def read_columns(table: Table, path: Path, names: Sequence[str] | None = None) -> pa.Table:
    """Those columns of the table in a file that it has of `names`, by default all.

    Raises InputError as `read_file`, and for a file that is not there.
    """
    import pyarrow as pa

    with reading(path):
        content = path.read_bytes()
    with _parsing(path):
        _check_seal(broken=is_broken(content))
        file = _opened(table, pa.BufferReader(content), path)
        held = file.schema_arrow.names
        found = file.read(columns=held if names is None else [name for name in names if name in set(held)])
        _check_values(table, found)
        return found


def run_ids(table: Table, path: Path) -> set[str]:
    """Whose rows a file holds, which is known to be whole by its seal. Raises as `read_file`."""
    with reading(path, but=(FileNotFoundError,)), path.open("rb") as source:
        broken = file_is_broken(path)
        with _parsing(path):
            _check_seal(broken=broken)
            found = _opened(table, source, path).read(columns=["run_id"])
            _check_values(table, found)
            return set(found["run_id"].to_pylist())


@contextlib.contextmanager
def reading(path: Path, *, but: tuple[type[OSError], ...] = ()) -> Iterator[None]:
    """Turn an OSError, those in `but` apart, into an InputError that names `path`."""
    try:
        yield
    except but:
        raise
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

    # The empty one has every fixed column, also those that an older file lacks.
    joined = pa.concat_tables([from_rows(table, []), *tables], promote_options="permissive")
    return joined.select(ordered(table, joined.column_names)).replace_schema_metadata(_metadata(table))


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(f"cannot be read: {error.strerror or error}", where=str(path))


@contextlib.contextmanager
def _parsing(path: Path) -> Iterator[None]:
    """Whatever Arrow, or the schema, has against the content of a file."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, ValueError, KeyError, MemoryError, OverflowError) as error:
        raise Damaged(
            "cannot be read as Parquet: truncated or damaged", where=str(path), hint=AGAIN
        ) from error


def _check_seal(*, broken: bool) -> None:
    if broken:
        raise ValueError("the content is not what was sealed")


def _opened(table: Table, source: Any, path: Path) -> pq.ParquetFile:
    """Its footer is read, and says that it holds the table."""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(source)
    metadata = file.schema_arrow.metadata or {}
    if _VERSION not in metadata:
        raise Damaged("not a table of ganbench: it says no schema version", where=str(path), hint=AGAIN)
    check_version(int(metadata[_VERSION]), path)
    held = metadata.get(_TABLE, b"").decode()
    if held != table:
        raise Damaged(f"holds a table of {held or 'nothing'}, not of {table}", where=str(path), hint=AGAIN)
    absent = required(table) - set(file.schema_arrow.names)
    if absent:
        raise Damaged(f"has no column {', '.join(sorted(absent))}", where=str(path), hint=AGAIN)
    return file


def _check_values(table: Table, found: pa.Table) -> None:
    """Raise ArrowInvalid or ValueError where the columns are not as the schema says."""
    found.validate(full=True)
    for name, values in zip(found.column_names, found.columns, strict=True):
        documented = column(table, name)
        if not _fits(documented, values.type) or (values.null_count and not documented.nullable):
            raise ValueError(f"column '{name}' is not of {documented.type}, or empty in places")


def _array(documented: Column, name: str, values: Sequence[Any]) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    try:
        array = pa.array(values, type=None if isinstance(values, np.ndarray) else _type(documented, values))
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise ValueError(f"column '{name}' holds something else than {documented.type}: {error}") from error
    if not _fits(documented, array.type):
        raise ValueError(f"column '{name}' holds {array.type}, expected {documented.type}")
    if array.null_count and not documented.nullable:
        raise ValueError(f"column '{name}' is empty in {array.null_count} of {len(array)} rows")
    return array


def _type(documented: Column, values: Sequence[Any]) -> pa.DataType | None:
    """None: that of the values, so that lists of float16 stay float16."""
    import pyarrow as pa

    if documented.type == "numbers" and any(value is not None for value in values):
        return None
    types = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64()}
    lists = {"integers": pa.list_(pa.int64()), "numbers": pa.list_(pa.float32())}
    return (types | lists)[documented.type]


def _fits(documented: Column, found: pa.DataType) -> bool:
    """Whether an array's own type, of whatever width, is of the documented kind."""
    from pyarrow import types

    kinds = {
        "text": types.is_string,
        "integer": types.is_integer,
        "number": lambda t: types.is_floating(t) or types.is_integer(t),
        "integers": lambda t: types.is_list(t) and types.is_integer(t.value_type),
        "numbers": lambda t: types.is_list(t) and types.is_floating(t.value_type),
    }
    return bool(kinds[documented.type](found))


def _metadata(table: Table) -> dict[bytes, bytes]:
    return {_VERSION: str(SCHEMA_VERSION).encode(), _TABLE: table.encode()}
