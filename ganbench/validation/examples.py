"""The corpus read back: what a detector sees of each run, and what truth says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import numpy as np

from ganbench.detect import Table, facts_of_run, from_windows
from ganbench.errors import InputError
from ganbench.validation.label import Label

if TYPE_CHECKING:
    import pyarrow as pa

Part = Literal["runs", "windows", "bursts", "evaluations", "truth"]
PARTS: Final[tuple[Part, ...]] = get_args(Part)
"""Tables of a case; truth is written last, and marks it as complete."""

NO_WINDOWS: Final[Mapping[str, Any]] = {"first_step": (), "last_step": ()}  # of a run that left at once


@dataclass(frozen=True, slots=True)
class Example:
    """One run. row: columns run_id, base, seed, fault, dose, onset, meant, loss, content and those of the runs table
    that `facts_of_run` reads. truth: by kind of finding, and `failed`.
    """

    run: Mapping[str, Any]
    table: Table
    truth: Mapping[str, Label]


def file(folder: Path, case: str, part: Part) -> Path:
    """Where a table of a case lies."""
    return folder / "parts" / f"{case}.{part}.parquet"


def cases(folder: Path) -> list[str]:
    """Names of the complete cases in a corpus, sorted."""
    return sorted(path.name.removesuffix(".truth.parquet") for path in folder.glob("parts/*.truth.parquet"))


def read(folder: Path) -> list[Example]:
    """Every run of the complete cases in a corpus, by case, in order of their seeds as trained.

    Raises InputError for a folder without a complete case.
    """
    found = [example for case in cases(folder) for example in read_case(folder, case)]
    if not found:
        raise InputError(
            "holds no complete case of a corpus",
            where=str(folder),
            hint="make one with `ganbench validate-detectors`",
        )
    return found


def read_case(folder: Path, case: str) -> list[Example]:
    """Every run of one case."""
    tables = {part: _table(file(folder, case, part)) for part in PARTS}
    windows, bursts = _by_run(tables["windows"]), _by_run(tables["bursts"])
    evaluations, truth = _by_run(tables["evaluations"]), _by_run(tables["truth"])
    return [
        Example(
            row,
            from_windows(
                windows.get(row["run_id"], NO_WINDOWS),
                facts=facts_of_run(row),
                bursts=bursts.get(row["run_id"]),
                evaluations=evaluations.get(row["run_id"]),
            ),
            _labels(truth[row["run_id"]]),
        )
        for row in tables["runs"].to_pylist()
    ]


def _table(path: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            f"cannot be read as Parquet: {error}", where=str(path), hint="delete it and make the corpus again"
        ) from error


def _by_run(table: pa.Table) -> dict[str, Mapping[str, Any]]:
    """Columns of each run without `run_id`; numbers as arrays."""
    if not table.num_rows:
        return {}
    names = np.asarray(table["run_id"].to_pylist())
    columns = {name: table[name].to_numpy() for name in table.column_names if name != "run_id"}
    return {
        str(run): {name: values[names == run] for name, values in columns.items()}
        for run in dict.fromkeys(names.tolist())
    }


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
