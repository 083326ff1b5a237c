"""The corpus read back: what a detector sees of each run, and what truth says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import numpy as np

from ganbench.detect import Table, facts_of_run, from_windows
from ganbench.detect.reading import by_run
from ganbench.errors import InputError
from ganbench.validation.label import Label

if TYPE_CHECKING:
    import pyarrow as pa

Part = Literal["runs", "windows", "bursts", "evaluations", "truth"]
PARTS: Final[tuple[Part, ...]] = get_args(Part)
"""Tables of a piece; truth is written last, and marks it as complete."""


@dataclass(frozen=True, slots=True)
class Example:
    """One run. row: columns run_id, base, seed, fault, dose, onset, meant, loss, content and those of the runs table
    that `facts_of_run` reads. truth: by kind of finding, and `failed`.
    """

    run: Mapping[str, Any]
    table: Table
    truth: Mapping[str, Label]


def file(folder: Path, piece: str, part: Part) -> Path:
    """Where a table of a piece lies: of runs of one case that were trained together."""
    return folder / "parts" / f"{piece}.{part}.parquet"


def pieces(folder: Path) -> list[str]:
    """Names of the complete pieces of a corpus, sorted."""
    return sorted(path.name.removesuffix(".truth.parquet") for path in folder.glob("parts/*.truth.parquet"))


def seeds(folder: Path) -> dict[str, set[int]]:
    """Of each case, the seeds that the complete pieces have; what files are called says nothing of it."""
    found: dict[str, set[int]] = {}
    for piece in pieces(folder):
        for row in runs(folder, piece):
            found.setdefault(row["population"], set()).add(row["seed"])
    return found


def runs(folder: Path, piece: str) -> list[dict[str, Any]]:
    """Of each run of a piece its case ("population"), its seed and the content of its base."""
    table = _table(file(folder, piece, "runs"), columns=["population", "seed", "content"])
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def evaluated(folder: Path, piece: str) -> set[str]:
    """Columns of the evaluations of a piece."""
    import pyarrow.parquet as pq

    path = file(folder, piece, "evaluations")
    with _readable(path):
        return {*pq.read_schema(path).names}


def each(folder: Path) -> Iterator[Example]:
    """Every run of the complete pieces of a corpus, by piece, in order of their seeds as trained.

    Raises InputError for a folder without a complete piece, and for a run that is in two of them.
    """
    names = pieces(folder)
    if not names:
        raise InputError(
            "holds no complete case of a corpus",
            where=str(folder),
            hint="make one with `ganbench validate-detectors`",
        )
    owners: dict[str, str] = {}
    for piece in names:
        for example in read_piece(folder, piece):
            run = str(example.run["run_id"])
            if owners.setdefault(run, piece) != piece:
                raise InputError(
                    f"holds the run '{run}' in {owners[run]} and in {piece}",
                    where=str(folder),
                    hint="delete the files of one of them",
                )
            yield example


def read(folder: Path) -> list[Example]:
    """The same as a list."""
    return [*each(folder)]


def read_piece(folder: Path, piece: str) -> list[Example]:
    """Every run of one piece."""
    tables = {part: _table(file(folder, piece, part)) for part in PARTS}
    windows, bursts, evaluations, truth = (by_run(_columns(tables[part])) for part in PARTS[1:])
    return [
        Example(
            row,
            from_windows(
                windows.get(row["run_id"], {}),
                facts=facts_of_run(row),
                bursts=bursts.get(row["run_id"]),
                evaluations=evaluations.get(row["run_id"]),
            ),
            _labels(truth[row["run_id"]]),
        )
        for row in tables["runs"].to_pylist()
    ]


def _table(path: Path, *, columns: Sequence[str] | None = None) -> pa.Table:
    import pyarrow.parquet as pq

    with _readable(path):
        return pq.read_table(path, columns=columns)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """What Arrow has against a file, as an InputError."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            f"cannot be read as Parquet: {error}", where=str(path), hint="delete it and make the corpus again"
        ) from error


def _columns(table: pa.Table) -> dict[str, Any]:
    """Numbers as arrays; {} for a table without rows."""
    return {name: table[name].to_numpy() for name in table.column_names} if table.num_rows else {}


def _labels(rows: Mapping[str, Sequence[Any]]) -> dict[str, Label]:
    columns = (rows[name] for name in ("kind", "state", "onset", "value", "measure"))
    return {
        str(kind): Label(state, _integer(onset), _number(value), measure)
        for kind, state, onset, value, measure in zip(*columns, strict=True)
    }


def _number(value: Any) -> float | None:
    return None if value is None or np.isnan(value) else float(value)


def _integer(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else int(number)
