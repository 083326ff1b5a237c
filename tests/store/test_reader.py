"""One tidy frame, whoever writes meanwhile, and a clear answer where there is none."""

import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ganbench.errors import InputError
from ganbench.store.layout import Layout
from ganbench.store.reader import (
    load_bursts,
    load_evaluations,
    load_findings,
    load_plane,
    load_results,
    load_windows,
)
from ganbench.store.schema import TABLES, column
from tests.store.example import commit, finding, opened, plan, plane, run

LOADERS = [load_results, load_evaluations, load_findings, load_windows, load_bursts, load_plane]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Results of two cells with two seeds, planned in another order than they ended; one part is not merged."""
    planned = plan(("ring/b", 0), ("ring/b", 1), ("ring/a", 0), ("ring/a", 1))
    with opened(tmp_path, planned=planned) as results:
        commit(results, "p", ("ring/a", 1), ("ring/b", 1))
        results.merge()
        commit(results, "q", ("ring/a", 0), ("ring/b", 0))
    return tmp_path


def test_runs_come_in_the_order_of_the_suite(root: Path) -> None:
    frame = load_results(root)
    assert frame[["cell", "seed"]].values.tolist() == [
        ["ring/b", 0],
        ["ring/b", 1],
        ["ring/a", 0],
        ["ring/a", 1],
    ]
    assert frame.index.tolist() == [0, 1, 2, 3]


def test_a_run_that_no_plan_names_comes_last(root: Path) -> None:
    with opened(root, planned=[]) as results:
        commit(results, "r", ("other", 0))
    assert load_results(root)["cell"].tolist()[-1] == "other"
    Layout(root).plan.unlink()
    assert len(load_results(root)) == 5


def test_evaluations_are_sorted_by_run_and_step(root: Path) -> None:
    frame = load_evaluations(root)
    assert frame["run_id"].tolist() == [run for run in load_results(root)["run_id"] for _ in range(2)]
    assert frame["step"].tolist() == [150, 300] * 4
    assert list(frame["mode_histogram"][0]) == [1, 2]


def test_findings_come_run_by_run_and_of_a_run_in_the_order_they_were_written(root: Path) -> None:
    kinds = ["non-finite", "late-collapse", "mode-collapse"]
    with opened(root, planned=plan(("ring/c", 0))) as results:
        findings = [finding("ring/c", 0, kind) for kind in kinds]
        results.commit("r", runs=[run("ring/c", 0)], findings=findings)
    frame = load_findings(root)
    assert frame["run_id"].drop_duplicates().tolist() == load_results(root)["run_id"].tolist()
    assert frame["kind"].tolist()[-3:] == kinds


def test_samples_in_the_plane_are_there_for_the_runs_that_have_them(root: Path) -> None:
    assert len(load_plane(root)) == 0
    with opened(root, planned=plan(("ring/c", 0), ("ring/c", 1))) as results:
        commit(results, "r", ("ring/c", 0), ("ring/c", 1), plane=plane("id-ring/c-0", "id-ring/c-1"))
    assert load_plane(root)["run_id"].tolist() == ["id-ring/c-0"] * 2 + ["id-ring/c-1"] * 2
    mine = load_plane(root, "id-ring/c-1")
    assert mine["step"].tolist() == [150, 300]
    assert mine["x"][0].dtype == np.float32
    assert mine["logits"][0].dtype == np.float16
    assert load_plane(root, "id-ring/a-0").empty


@pytest.mark.parametrize("loader", LOADERS)
def test_every_column_is_documented_and_in_the_order_of_the_schema(root: Path, loader) -> None:
    table = loader.__name__.removeprefix("load_").replace("results", "runs")
    places = [TABLES[table].index(column(table, name)) for name in loader(root).columns]
    assert places == sorted(places)


def test_integers_that_may_be_empty_have_one_dtype(root: Path) -> None:
    assert load_results(root)["failed_at"].dtype == pd.Int64Dtype()
    with opened(root) as results:
        results.commit("r", runs=[run("ring/b", 7, status="failed", failed_at=2**60 + 1, criterion="x")])
    frame = load_results(root)
    assert frame["failed_at"].dtype == pd.Int64Dtype()
    assert frame["failed_at"].iloc[-1] == 2**60 + 1
    assert frame["failed_at"].isna().sum() == 4


def test_a_path_may_be_text(root: Path) -> None:
    assert load_results(str(root)).equals(load_results(root))


def test_windows_and_bursts_of_all_runs_or_of_one(root: Path) -> None:
    assert len(load_windows(root)) == 8
    assert len(load_bursts(root)) == 12
    one = load_windows(root, "id-ring/b-1")
    assert one["run_id"].unique().tolist() == ["id-ring/b-1"]
    assert one["loss_d.mean"].tolist() == [2, 3]
    assert load_bursts(root, run_id="id-ring/b-0")["loss_d"].tolist() == [3, 4, 5]


def test_traces_that_a_killed_or_repeated_population_left_do_not_count(root: Path) -> None:
    layout = Layout(root)
    layout.windows("killed").write_bytes(layout.windows("p").read_bytes())
    with opened(root) as results:
        commit(results, "r", ("ring/a", 0))
    frame = load_windows(root)
    assert not frame.duplicated(["run_id", "window"]).any()
    assert len(frame) == 8


def test_an_unknown_run_is_an_input_error(root: Path) -> None:
    with pytest.raises(InputError, match="no run 'nobody'"):
        load_windows(root, "nobody")


@pytest.mark.parametrize("loader", LOADERS)
def test_a_folder_without_any_run_gives_an_empty_frame_with_columns(tmp_path: Path, loader) -> None:
    with opened(tmp_path):
        pass
    frame = loader(tmp_path)
    assert len(frame) == 0
    assert "run_id" in frame.columns


@pytest.mark.parametrize("loader", LOADERS)
def test_what_is_no_results_folder_is_named_with_the_reason(tmp_path: Path, loader) -> None:
    (tmp_path / "file").touch()
    for name, reason in (("absent", "no such folder"), ("file", "is a file"), (".", "not a results folder")):
        with pytest.raises(InputError, match=reason) as caught:
            loader(tmp_path / name)
        assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("loader", LOADERS)
def test_a_newer_schema_is_refused(root: Path, loader) -> None:
    path = Layout(root).environment
    path.write_text(path.read_text().replace('"schema_version": 1', '"schema_version": 2'))
    with pytest.raises(InputError, match="written with schema 2, this ganbench reads up to schema 1"):
        loader(root)


@pytest.mark.parametrize("name", ["runs.parquet", "evaluations.parquet", "parts/q/runs.parquet"])
def test_a_truncated_table_is_named(root: Path, name: str) -> None:
    path = root / name
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(InputError, match="truncated or damaged") as caught:
        load_results(root)
    assert caught.value.where == str(path)


def test_truncated_and_missing_traces_are_named(root: Path) -> None:
    path = Layout(root).windows("q")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(InputError, match=r"q\.parquet: cannot be read"):
        load_windows(root)
    path.unlink()
    with pytest.raises(InputError, match=r"q\.parquet: missing"):
        load_windows(root)


@pytest.mark.parametrize("name", ["environment.json", "plan.json"])
def test_a_damaged_json_is_named(root: Path, name: str) -> None:
    (root / name).write_text("{")
    with pytest.raises(InputError, match=name):
        load_results(root)


def test_a_part_without_its_tables_is_an_error_not_a_hang(root: Path) -> None:
    Layout(root).part("empty").root.mkdir(parents=True)
    with pytest.raises(InputError, match="parts without their tables"):
        load_results(root)


def test_a_reader_never_sees_a_run_vanish_or_twice(tmp_path: Path) -> None:
    pairs = [("ring/a", seed) for seed in range(25)]
    errors, ended = [], threading.Event()

    def write() -> None:
        try:
            with opened(tmp_path, planned=plan(*pairs)) as results:
                for index, pair in enumerate(pairs):
                    commit(results, f"p{index}", pair)
                    results.merge()
        except Exception as error:
            errors.append(error)
        finally:
            ended.set()

    with opened(tmp_path):
        pass
    writer = threading.Thread(target=write)
    writer.start()
    seen: set[str] = set()
    while not ended.is_set():
        now = load_evaluations(tmp_path)
        assert (now.groupby("run_id").size() == 2).all()
        assert seen <= set(now["run_id"])
        seen = set(now["run_id"])
    writer.join()
    assert errors == []
    assert len(load_results(tmp_path)) == 25
