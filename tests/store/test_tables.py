"""Tables are as the schema says, whatever rows they come from, and damaged files are named."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.errors import InputError
from ganbench.store.atomic import write_table
from ganbench.store.schema import SCHEMA_VERSION, TABLES
from ganbench.store.tables import concatenate, from_columns, from_rows, read, read_columns, read_file
from tests.store.example import evaluation, run, windows

names = st.from_regex(r"[a-z]{1,6}", fullmatch=True)
numbers = st.one_of(st.none(), st.floats(allow_nan=False))


def row(seed: int = 0, **changes: object) -> dict:
    return run("ring/hinge", seed, population="p", **changes)


@given(st.lists(st.dictionaries(names.map("final.{}".format), numbers, max_size=4), max_size=6))
def test_rows_come_back_with_what_they_lack_left_empty(metrics: list[dict]) -> None:
    table = from_rows("runs", [row(seed, **metric) for seed, metric in enumerate(metrics)])
    for found, metric in zip(table.to_pylist(), metrics, strict=True):
        given_ = row(**metric)
        final = {name: value for name, value in found.items() if name.startswith("final.")}
        assert {name: value for name, value in final.items() if value is not None} == {
            name: value for name, value in given_.items() if name.startswith("final.") and value is not None
        }


@pytest.mark.parametrize("table", TABLES)
def test_a_table_without_rows_has_its_fixed_columns_and_their_types(table: str) -> None:
    empty = from_rows(table, [])
    assert empty.num_rows == 0
    assert set(empty.column_names) == {c.name for c in TABLES[table] if not c.family}


def test_a_column_of_nothing_but_empty_values_keeps_its_type() -> None:
    table = from_rows("runs", [row(failed_at=None, message=None)])
    assert table["failed_at"].type == pa.int64()
    assert table["message"].type == pa.string()


def test_the_schema_version_and_the_name_travel_in_the_file(tmp_path: Path) -> None:
    write_table(tmp_path / "runs.parquet", from_rows("runs", [row()]))
    metadata = pq.read_schema(tmp_path / "runs.parquet").metadata
    assert metadata[b"ganbench.schema_version"] == str(SCHEMA_VERSION).encode()
    assert metadata[b"ganbench.table"] == b"runs"


def test_a_histogram_is_a_list_of_integers() -> None:
    table = from_rows(
        "evaluations",
        [evaluation("a", 0, 1, population="p"), evaluation("a", 0, 2, population="p", mode_histogram=None)],
    )
    assert table["mode_histogram"].to_pylist() == [[1, 2], None]


def test_traces_keep_their_width() -> None:
    assert from_columns("windows", windows("a"))["loss_d.mean"].type == pa.float32()
    wide = windows("a") | {"loss_d.mean": np.zeros(2)}
    assert from_columns("windows", wide)["loss_d.mean"].type == pa.float64()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"surprise": 1}, "'surprise' of table 'runs' is not documented"),
        ({"steps": "many"}, "'steps' holds something else than integer"),
        ({"run_id": None}, "'run_id' is empty in 1 of 1 rows"),
        ({"seconds": None}, "'seconds' is empty"),
    ],
)
def test_rows_that_break_the_schema_are_refused(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_rows("runs", [row(**changes)])


def test_an_array_of_the_wrong_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="'window' holds double, expected integer"):
        from_columns("windows", windows("a") | {"window": np.zeros(2)})


def test_concatenation_fills_what_one_side_lacks() -> None:
    joined = concatenate(
        "runs", [from_rows("runs", [row(0)]), from_rows("runs", [row(1, **{"axis.method": "x"})])]
    )
    assert joined["axis.method"].to_pylist() == [None, "x"]
    assert joined["seed"].to_pylist() == [0, 1]


def test_no_file_is_a_table_without_rows_unless_it_must_be_there(tmp_path: Path) -> None:
    assert read("runs", tmp_path / "runs.parquet").num_rows == 0
    with pytest.raises(FileNotFoundError):
        read_file("runs", tmp_path / "runs.parquet")


@pytest.mark.parametrize("keep", [0, 3, 0.5, 0.99])
def test_a_truncated_file_is_named(tmp_path: Path, keep: float) -> None:
    path = tmp_path / "runs.parquet"
    write_table(path, from_rows("runs", [row()]))
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content)) if keep < 1 else keep])
    with pytest.raises(InputError, match=r"runs\.parquet: cannot be read as Parquet: truncated or damaged"):
        read("runs", path)


def test_a_newer_file_is_refused_with_both_versions(tmp_path: Path) -> None:
    newer = from_rows("runs", [row()]).replace_schema_metadata({b"ganbench.schema_version": b"7"})
    write_table(tmp_path / "runs.parquet", newer)
    with pytest.raises(
        InputError, match=f"written with schema 7, this ganbench reads up to schema {SCHEMA_VERSION}"
    ):
        read("runs", tmp_path / "runs.parquet")


def test_somebody_elses_parquet_is_not_taken_for_a_table(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "runs.parquet")
    with pytest.raises(InputError, match="not a table of ganbench"):
        read("runs", tmp_path / "runs.parquet")


def test_columns_that_a_file_has_are_read_alone(tmp_path: Path) -> None:
    path = tmp_path / "windows.parquet"
    write_table(path, from_columns("windows", windows("a", "b")))
    assert read_columns("windows", path, ["run_id", "loss_d.mean", "auc.mean"]).column_names == [
        "run_id",
        "loss_d.mean",
    ]
    assert read_columns("windows", path).equals(read_file("windows", path))


def test_reading_columns_checks_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "windows.parquet"
    write_table(path, from_columns("windows", windows("a", "b")))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(InputError, match="damaged"):
        read_columns("windows", path, ["run_id"])
    with pytest.raises(InputError):
        read_columns("windows", tmp_path / "absent.parquet", ["run_id"])
