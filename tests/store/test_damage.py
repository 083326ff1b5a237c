"""Whatever is wrong with a file is found and named; what is whole is not suspected."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from ganbench.probes.spool import Block, Kind
from ganbench.store.atomic import write_table
from ganbench.store.damage import Damage, examine
from ganbench.store.journal import Journal
from ganbench.store.layout import Layout
from ganbench.store.mark import Mark
from ganbench.store.reader import load_results, load_windows
from ganbench.store.snapshot import snapshot
from ganbench.store.tables import from_rows
from ganbench.store.writer import Results
from ganbench.train.checkpoint import save
from tests.store.example import commit, opened, plan

PAIRS = [("ring/a", 0), ("ring/a", 1), ("ring/b", 0)]
FILES = [
    *("environment.json", "plan.json", "runs.parquet", "evaluations.parquet", "findings.parquet"),
    *("parts/q/runs.parquet", "parts/q/evaluations.parquet", "parts/q/findings.parquet"),
    *(f"traces/{name}.parquet" for name in ("p", "p-bursts", "p-geometry", "q", "q-bursts", "q-geometry")),
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two runs in the top tables, one in a part that is not merged."""
    with opened(tmp_path / "results", planned=plan(*PAIRS)) as results:
        commit(results, "p", *PAIRS[:2])
        results.merge()
        commit(results, "q", PAIRS[2])
    return tmp_path / "results"


def damages(root: Path) -> dict[str, Damage]:
    """By the file that the message names."""
    found = examine(Layout(root)).damages
    return {str(Path(damage.error.where).relative_to(root)): damage for damage in found}


def flip(path: Path, at: float) -> None:
    """One bit, at this share of the file."""
    content = bytearray(path.read_bytes())
    content[int(at * len(content))] ^= 1
    path.write_bytes(content)


def test_a_whole_folder_has_none_and_all_of_it_is_read(root: Path) -> None:
    found = examine(Layout(root))
    assert found.damages == ()
    assert found.suite == "mog mog-v1"
    assert found.planned == plan(*PAIRS)
    assert found.held.runs.equals(snapshot(Layout(root)).runs)
    assert found.held.evaluations.equals(snapshot(Layout(root)).evaluations)
    assert found.held.findings.equals(snapshot(Layout(root)).findings)


def test_a_folder_without_any_run_has_none(tmp_path: Path) -> None:
    with opened(tmp_path):
        pass
    assert damages(tmp_path) == {}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("keep", [0, 0.5, 0.95])
def test_a_truncated_file_is_named_and_can_be_mended(root: Path, name: str, keep: float) -> None:
    path = root / name
    path.write_bytes(path.read_bytes()[: int(keep * path.stat().st_size)])
    assert name in damages(root)
    assert damages(root)[name].mendable


@pytest.mark.parametrize(
    "name", [name for name in FILES if not name.startswith(("environment", "runs", "findings"))]
)
def test_a_missing_file_is_named(root: Path, name: str) -> None:
    (root / name).unlink()
    found = damages(root)
    (named,) = found
    assert named in {name, "parts/q"}  # a part goes as a whole
    assert "missing" in found[named].error.what
    assert found[named].mendable


def test_findings_that_are_not_there_are_no_damage_and_damaged_ones_cost_no_run(root: Path) -> None:
    path = root / "findings.parquet"
    path.write_bytes(b"PAR1")
    assert "makes findings again from the traces" in damages(root)[path.name].error.hint
    path.unlink()
    assert damages(root) == {}
    assert len(Results(Layout(root)).finished()) == 3


def test_runs_without_their_evaluations_are_counted_where_these_should_be(root: Path) -> None:
    (root / "evaluations.parquet").unlink()
    assert damages(root)["evaluations.parquet"].error.what == "missing: the evaluations of 2 finished runs"


@pytest.mark.parametrize("name", ["traces/p.parquet", "traces/p-bursts.parquet", "runs.parquet"])
@pytest.mark.parametrize("at", [0.1, 0.3, 0.6])
def test_a_changed_bit_in_a_column_is_found_by_its_checksum(root: Path, name: str, at: float) -> None:
    flip(root / name, at)
    assert name in damages(root)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("environment.json", '{"schema_version": "1"}'),
        ("environment.json", '{"schema_version": 1}'),
        ("environment.json", '{"schema_version": 1, "suite": "mog mog-v1", "provenance": []}'),
        ("environment.json", "[" * 100_000),
        ("plan.json", "5"),
        ("plan.json", "[5]"),
        ("plan.json", '[{"run_id": 5, "cell": "a", "seed": 0}]'),
        ("plan.json", "[" * 100_000),
    ],
)
def test_json_of_another_shape_is_damage(root: Path, name: str, content: str) -> None:
    (root / name).write_text(content)
    assert damages(root)[name].mendable


@pytest.mark.parametrize("name", ["p.parquet", "p-bursts.parquet"])
def test_traces_of_another_population_are_found(root: Path, name: str) -> None:
    shutil.copy(root / "traces" / name.replace("p", "q", 1), root / "traces" / name)
    assert damages(root)[f"traces/{name}"].error.what == "holds none of the runs of its population"


@pytest.mark.parametrize(
    ("changes", "damaged"), [({}, True), ({"diverged_at": 7}, True), ({"diverged_at": 0}, False)]
)
def test_windows_without_rows_are_damage_unless_all_diverged_at_the_first_step(
    tmp_path: Path, changes: dict[str, int], damaged: bool
) -> None:
    with opened(tmp_path / "one", planned=plan(PAIRS[0])) as results:
        commit(results, "p", PAIRS[0], **changes)
    write_table(Layout(tmp_path / "one").windows("p"), from_rows("windows", []))
    assert list(damages(tmp_path / "one")) == (["traces/p.parquet"] if damaged else [])


def test_bursts_without_rows_are_no_damage(root: Path) -> None:
    write_table(Layout(root).bursts("p"), from_rows("bursts", []))
    assert damages(root) == {}


def test_one_table_in_the_place_of_another_is_found(root: Path) -> None:
    shutil.copy(root / "runs.parquet", root / "evaluations.parquet")
    assert damages(root)["evaluations.parquet"].error.what == "holds a table of runs, not of evaluations"


@pytest.mark.parametrize("name", ["runs.parquet", "evaluations.parquet", "traces/p.parquet", "parts/p"])
def test_a_file_of_another_suite_is_named_and_not_to_be_mended(root: Path, tmp_path: Path, name: str) -> None:
    other = tmp_path / "other"
    with opened(other, planned=plan(("grid/x", 0), ("grid/x", 1))) as results:
        commit(results, "p", ("grid/x", 0), ("grid/x", 1))
        if not name.startswith("parts"):
            results.merge()
    copy = shutil.copytree if (other / name).is_dir() else shutil.copy
    copy(other / name, root / name)
    found = damages(root)[name]
    assert found.error.what == "of another suite: this folder's plan has no run id-grid/x-0, and 1 more"
    assert not found.mendable


def test_runs_that_this_call_asks_for_are_no_strangers(root: Path) -> None:
    with opened(root, planned=plan(*PAIRS, ("ring/c", 0))) as results:
        commit(results, "r", ("ring/c", 0))
    (root / "plan.json").write_text(json.dumps(plan(*PAIRS)))
    assert len(examine(Layout(root)).damages) > 0
    assert examine(Layout(root), ["id-ring/c-0"]).damages == ()


def test_a_newer_schema_is_not_to_be_mended(root: Path) -> None:
    path = root / "environment.json"
    path.write_text(path.read_text().replace('"schema_version": 1', '"schema_version": 2'))
    (damage,) = examine(Layout(root)).damages
    assert "written with schema 2" in damage.error.what
    assert not damage.mendable


def test_what_a_killed_or_repeated_population_left_is_no_damage(root: Path) -> None:
    (root / "traces" / "killed.parquet").write_bytes(b"half")
    assert damages(root) == {}


def test_a_damaged_checkpoint_and_list_of_members_are_named(root: Path) -> None:
    layout = Layout(root)
    layout.progress("r").mkdir(parents=True)
    layout.checkpoint("r").write_bytes(b"PK half")
    layout.members("r").write_text('["a", "a"]')
    layout.kept("p", 5).parent.mkdir(parents=True)
    layout.kept("p", 5).write_bytes(b"")
    assert sorted(damages(root)) == ["checkpoints/p/00000005.pt", "work/r/checkpoint.pt", "work/r/runs.json"]
    assert all(damage.mendable for damage in damages(root).values())


@pytest.fixture
def begun(root: Path) -> Layout:
    """A population `r` in training, with a checkpoint and a journal."""
    layout = Layout(root)
    journal = Journal(layout, "r")
    journal.rewind(Mark())
    journal.append(Block(Kind.WINDOW, 0, 0, 9, 0, np.ones((2, 7, 3), np.float32)))
    journal.sync()
    save(layout.checkpoint("r"), {"state": {}})
    return layout


def test_a_journal_that_grows_is_whole(root: Path, begun: Layout) -> None:
    with begun.journal("r").open("ab") as file:
        file.write(b"a block that is not marked yet")
    assert damages(root) == {}


@pytest.mark.parametrize(
    "harm", [lambda path: flip(path, 0.5), lambda path: path.write_bytes(b"short"), Path.unlink]
)
def test_a_damaged_or_missing_journal_is_named(root: Path, begun: Layout, harm) -> None:
    harm(begun.journal("r"))
    ((name, damage),) = damages(root).items()
    assert name == "work/r/trace.journal"
    assert damage.mendable
    assert damage.means == "its population starts again from the first step"


def test_a_damaged_mark_is_named_and_the_journal_is_not_suspected(root: Path, begun: Layout) -> None:
    begun.mark("r").write_text("{")
    ((name, damage),) = damages(root).items()
    assert (name, damage.means) == ("work/r/trace.json", "it is written anew")


def test_a_journal_that_no_checkpoint_counts_on_is_no_damage(root: Path, begun: Layout) -> None:
    flip(begun.journal("r"), 0.5)
    begun.checkpoint("r").unlink()
    assert damages(root) == {}


def test_looking_changes_nothing(root: Path) -> None:
    flip(root / "runs.parquet", 0.5)
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    examine(Layout(root))
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


def test_what_can_be_read_is_there_all_the_same(root: Path) -> None:
    flip(root / "runs.parquet", 0.5)
    assert examine(Layout(root)).held.runs["run_id"].to_pylist() == ["id-ring/b-0"]


def test_examined_while_a_part_is_merged_it_misses_nothing(root: Path, monkeypatch) -> None:
    """The part vanishes between its two tables."""
    from ganbench.store import snapshot as module

    read, merged = module.read_file, []

    def merged_meanwhile(table: str, path: Path):
        if table == "evaluations" and "parts" in path.parts and not merged:
            merged.append(path)
            Results(Layout(root)).merge()
        return read(table, path)

    monkeypatch.setattr(module, "read_file", merged_meanwhile)
    found = examine(Layout(root))
    assert merged
    assert found.damages == ()
    assert found.held.runs.num_rows == 3
    assert len(load_results(root)) == 3
    assert len(load_windows(root)) == 6
