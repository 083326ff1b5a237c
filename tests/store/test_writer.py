"""What is committed survives a kill at any moment; what is not ours is not touched."""

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from ganbench.errors import InputError, ResultsLocked, StorageError
from ganbench.records import Provenance
from ganbench.store import layout as layout_module
from ganbench.store import writer
from ganbench.store.damage import examine
from ganbench.store.journal import Journal
from ganbench.store.layout import Layout
from ganbench.store.mark import Mark
from ganbench.store.reader import load_bursts, load_evaluations, load_findings, load_results, load_windows
from ganbench.store.writer import Results
from ganbench.train.checkpoint import save
from tests.store.example import commit, evaluation, finding, opened, plan, run, windows

CHECKOUT = Path(__file__).parents[2]
PAIRS = (("ring/hinge", 0), ("ring/hinge", 1))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "results"


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_opening_makes_the_folder_and_says_what_it_holds(root: Path) -> None:
    with opened(root / "deep"):
        layout = Layout(root / "deep")
        assert layout.suite.read_text() == "suite: mog\n"
        assert json.loads(layout.plan.read_text()) == plan(*PAIRS)
        environment = json.loads(layout.environment.read_text())
    assert environment["schema_version"] == 1
    assert environment["suite"] == "mog mog-v1"
    assert environment["provenance"]["f" * 12]["versions"] == {"torch": "2.0"}


def test_what_is_committed_is_there_at_once_and_stays(root: Path) -> None:
    with opened(root) as results:
        assert results.finished() == set()
        commit(results, "p", *PAIRS)
        assert results.finished() == {"id-ring/hinge-0", "id-ring/hinge-1"}
        assert len(load_results(root)) == 2
    with opened(root) as results:
        assert results.finished() == {"id-ring/hinge-0", "id-ring/hinge-1"}


def test_merging_changes_where_rows_are_and_not_which(root: Path) -> None:
    with opened(root) as results:
        commit(results, "p", PAIRS[0])
        commit(results, "q", PAIRS[1])
        before = load_results(root), load_evaluations(root), load_findings(root)
        results.merge()
        after = load_results(root), load_evaluations(root), load_findings(root)
        assert results.layout.committed() == []
        assert results.layout.runs.exists()
    for left, right in zip(before, after, strict=True):
        assert left.equals(right)


def test_findings_can_be_added_to_runs_that_ended_without(root: Path) -> None:
    with opened(root) as results:
        commit(results, "p", PAIRS[0], root_cause="stagnation")
        results.commit("q", runs=[run(*PAIRS[1])], evaluations=[evaluation(*PAIRS[1], 300)])
        results.merge()
        added = finding(*PAIRS[1], "mode-hopping", population="q", status="fired", severity="warn")
        results.explain([added], {added["run_id"]: "mode-hopping"})
    assert load_findings(root)["kind"].tolist() == ["mode-collapse", "mode-hopping"]
    assert load_results(root)["root_cause"].tolist() == ["stagnation", "mode-hopping"]


def test_of_a_run_that_was_made_again_only_the_new_findings_count(root: Path) -> None:
    with opened(root) as results:
        for population, kind in (("p", "mode-collapse"), ("q", "stagnation")):
            results.commit(population, runs=[run(*PAIRS[0])], findings=[finding(*PAIRS[0], kind)])
        assert load_findings(root)["kind"].tolist() == ["stagnation"]
        results.merge()
    assert load_findings(root)["kind"].tolist() == ["stagnation"]


def test_a_commit_leaves_nothing_in_progress(root: Path) -> None:
    with opened(root) as results:
        results.layout.progress("p").mkdir(parents=True)
        commit(results, "p", *PAIRS)
        results.merge()
        assert list(results.layout.work.iterdir()) == []


def test_what_a_kill_right_after_the_commit_left_goes_with_the_merge(root: Path) -> None:
    with opened(root) as results:
        commit(results, "p", *PAIRS)
        left = results.layout.checkpoint("p")
        left.parent.mkdir(parents=True)
        left.write_bytes(b"a checkpoint nobody needs")
        results.merge()
        assert not left.parent.exists()


def test_traces_come_piece_by_piece_and_are_read_as_one(root: Path) -> None:
    ids = [f"id-{cell}-{seed}" for cell, seed in PAIRS]
    with opened(root) as results:
        runs = [run(*pair) for pair in PAIRS]
        pieces = [columns for one in ids for columns in ({}, windows(one))]
        results.commit("p", runs=runs, windows=iter(pieces), bursts=[{}, {}])
        assert load_windows(root)["run_id"].tolist() == windows(*ids)["run_id"].tolist()
        assert load_bursts(root).columns.tolist() == ["run_id", "burst", "step"]
        assert len(load_bursts(root)) == 0


def test_forgotten_progress_is_gone_and_nothing_else(root: Path) -> None:
    with opened(root) as results:
        for population in ("p", "q"):
            results.layout.progress(population).mkdir(parents=True)
        results.forget("p")
        results.forget("never begun")
        assert [path.name for path in results.layout.work.iterdir()] == ["q"]


def test_samples_are_files_by_their_names(root: Path) -> None:
    with opened(root) as results:
        results.commit("p", runs=[run(*PAIRS[0])], samples={"ring/hinge.png": b"png"})
        assert (root / "samples" / "ring" / "hinge.png").read_bytes() == b"png"


def test_other_processes_can_commit_through_the_same_folder(root: Path) -> None:
    with opened(root):
        commit(Results(Layout(root)), "p", *PAIRS)
    assert len(load_results(root)) == 2


def test_a_kill_between_merging_and_deleting_doubles_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(root) as results:
        commit(results, "p", *PAIRS)

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(Results, "_retire", killed)
            with pytest.raises(KeyboardInterrupt):
                results.merge()
        assert results.layout.committed() == ["p"]
        assert results.layout.runs.exists()
        assert len(load_results(root)) == 2
        assert len(load_evaluations(root)) == 4
    with opened(root) as results:
        assert results.layout.committed() == []
        assert len(load_results(root)) == 2


@pytest.mark.parametrize("fatal_write", range(10))
def test_a_kill_at_any_write_shows_all_of_a_population_or_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, fatal_write: int
) -> None:
    with opened(root) as results:
        commit(results, "p", PAIRS[0])
        written = []

        def killed_at(write: Callable[..., None], path: Path, content: object) -> None:
            if len(written) == fatal_write:
                raise KeyboardInterrupt
            written.append(path)
            write(path, content)

        with monkeypatch.context() as patch:
            for name in ("write_table", "write_pieces"):
                patch.setattr(writer, name, partial(killed_at, getattr(writer, name)))
            try:
                commit(results, "q", PAIRS[1])
                results.merge()
            except KeyboardInterrupt:
                pass
        shown = 2 if fatal_write >= 6 else 1
        assert len(load_results(root)) == shown
        assert len(load_evaluations(root)) == 2 * shown
        assert len(load_findings(root)) == shown
        commit(results, "r", PAIRS[1])
        results.merge()
        assert len(load_results(root)) == 2
        assert len(load_evaluations(root)) == 4
        assert len(load_findings(root)) == 2


def test_a_full_disk_leaves_the_store_readable(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(root) as results:
        commit(results, "p", PAIRS[0])
        before = load_results(root)

        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(StorageError, match="the disk is full"):
                commit(results, "q", PAIRS[1])
            with pytest.raises(StorageError, match="the disk is full"):
                results.merge()
        assert load_results(root).equals(before)
        assert not any(map(layout_module.is_aside, root.rglob("*")))
        commit(results, "q", PAIRS[1])
    assert len(load_results(root)) == 2


def test_a_crashed_run_is_not_finished_and_gives_way_to_its_repetition(root: Path) -> None:
    with opened(root) as results:
        crashed = run(*PAIRS[0], status="crashed", message="Traceback ...")
        results.commit("p", runs=[crashed], evaluations=[evaluation(*PAIRS[0], step) for step in (1, 2, 3)])
        assert results.finished() == set()
        results.merge()
        commit(results, "p", PAIRS[0])
        assert results.finished() == {"id-ring/hinge-0"}
        assert load_results(root)["status"].tolist() == ["healthy"]
        assert load_evaluations(root)["step"].tolist() == [150, 300]


def test_a_later_crash_does_not_take_the_place_of_a_result(root: Path) -> None:
    with opened(root) as results:
        commit(results, "p", PAIRS[0])
        results.merge()
        results.commit("q", runs=[run(*PAIRS[0], status="crashed", message="Traceback ...")])
        assert load_results(root)["status"].tolist() == ["healthy"]
        assert len(load_evaluations(root)) == 2


def test_rows_that_break_the_schema_show_nothing(root: Path) -> None:
    with opened(root) as results:
        with pytest.raises(ValueError, match="not documented"):
            results.commit("p", runs=[run(*PAIRS[0])], evaluations=[], windows=[{"surprise": [1]}])
        with pytest.raises(ValueError, match="not the name of a file"):
            results.commit("p", runs=[run(*PAIRS[0])], samples={"../x": b""})
        assert len(load_results(root)) == 0


def test_two_writers_are_one_too_many(root: Path) -> None:
    with opened(root), pytest.raises(ResultsLocked), opened(root):
        pass


def test_each_environment_that_wrote_here_is_listed(root: Path) -> None:
    other = Provenance({"torch": "3.0"}, device="cpu", threads=1, commit=None, fingerprint="e" * 12)
    for changes in ({}, {"provenance": other}):
        with opened(root, **changes):
            pass
    assert list(json.loads(Layout(root).environment.read_text())["provenance"]) == ["f" * 12, "e" * 12]


@pytest.mark.parametrize("name", ["thesis.tex", "suite.yaml", "runs.parquet"])
@pytest.mark.parametrize("fresh", [False, True])
def test_a_folder_with_other_files_is_refused_and_not_touched(root: Path, name: str, fresh: bool) -> None:
    root.mkdir()
    (root / name).write_text("mine")
    with pytest.raises(InputError, match="holds other files and no results"), opened(root, fresh=fresh):
        pass
    assert tree(root) == {name: b"mine"}


def test_an_environment_of_something_else_is_refused_and_left(root: Path) -> None:
    root.mkdir()
    (root / "environment.json").write_text('{"name": "conda"}')
    with pytest.raises(InputError, match=r"not an environment\.json of ganbench"), opened(root):
        pass
    assert tree(root)["environment.json"] == b'{"name": "conda"}'


def test_a_file_is_not_a_folder(root: Path) -> None:
    root.write_text("mine")
    with pytest.raises(InputError, match="is a file, expected a folder"), opened(root):
        pass
    with pytest.raises(StorageError, match="a file is where a folder is needed"), opened(root / "below"):
        pass
    assert root.read_text() == "mine"


def test_another_suite_is_refused_with_the_ways_out(root: Path) -> None:
    with opened(root) as results:
        commit(results, "p", *PAIRS)
    with pytest.raises(InputError) as caught, opened(root, suite_identity="dirac dirac-v1"):
        pass
    assert "holds results of mog mog-v1, not of dirac dirac-v1" in str(caught.value)
    assert "--fresh" in caught.value.hint
    assert "--out" in caught.value.hint
    assert len(load_results(root)) == 2


def test_a_newer_schema_is_refused_with_both_versions(root: Path) -> None:
    with opened(root):
        pass
    path = Layout(root).environment
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema_version": 9}))
    with (
        pytest.raises(InputError, match="written with schema 9, this ganbench reads up to schema 1"),
        opened(root),
    ):
        pass


def test_fresh_begins_anew_and_keeps_what_is_not_ours(root: Path) -> None:
    with opened(root) as results:
        commit(results, "p", *PAIRS)
        results.merge()
    (root / "notes.txt").write_text("mine")
    with opened(root, suite_identity="dirac dirac-v1", planned=plan(("x", 0)), fresh=True) as results:
        assert results.finished() == set()
    assert json.loads(Layout(root).plan.read_text()) == plan(("x", 0))
    assert (root / "notes.txt").read_text() == "mine"
    assert not any(path.suffix == ".parquet" for path in root.rglob("*"))


def test_fresh_waits_for_the_lock_before_it_deletes(root: Path) -> None:
    with opened(root) as results:
        commit(results, "p", *PAIRS)
        with pytest.raises(ResultsLocked), opened(root, fresh=True):
            pass
        assert len(load_results(root)) == 2


def test_fresh_mends_a_damaged_folder(root: Path) -> None:
    with opened(root):
        pass
    Layout(root).environment.write_text("{")
    with opened(root, fresh=True) as results:
        assert results.finished() == set()


def test_files_that_a_killed_writer_left_aside_go(root: Path) -> None:
    with opened(root):
        layout_module.aside(Layout(root).runs, pid=1).touch()
    with opened(root):
        assert not any(map(layout_module.is_aside, root.iterdir()))


def test_an_unwritable_place_is_a_storage_error(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(StorageError, match="no permission to write"), opened(root):
        pass


DIE = """
import os, signal, sys
from pathlib import Path
from functools import partial
from ganbench.store import writer
from tests.store.example import commit, opened
written = []
def deadly(write, path, content):
    written.append(path)
    if len(written) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    write(path, content)
for name in ("write_table", "write_pieces"):
    setattr(writer, name, partial(deadly, getattr(writer, name)))
with opened(Path(sys.argv[1])) as results:
    commit(results, "p", ("ring/hinge", 0))
    results.merge()
    commit(results, "q", ("ring/hinge", 1))
    results.merge()
"""


@pytest.mark.parametrize(("fatal_write", "shown"), [(6, 0), (7, 1), (9, 1), (15, 1), (16, 2), (18, 2)])
def test_a_writer_that_is_killed_outright_leaves_a_folder_to_go_on_with(
    root: Path, fatal_write: int, shown: int
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", DIE, str(root), str(fatal_write)], cwd=CHECKOUT, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert len(load_results(root)) == shown
    assert len(load_evaluations(root)) == 2 * shown
    with opened(root) as results:
        assert len(results.finished()) == shown
        for population, pair in (("p", PAIRS[0]), ("q", PAIRS[1])):
            if f"id-{pair[0]}-{pair[1]}" not in results.finished():
                commit(results, population, pair)
        results.merge()
    assert load_results(root)["seed"].tolist() == [0, 1]
    assert len(load_evaluations(root)) == 4


@pytest.mark.parametrize(
    ("members", "kept"),
    [
        (["id-ring/hinge-0"], False),
        (["id-ring/hinge-0", "id-ring/hinge-1"], False),
        (["id-ring/hinge-1"], True),
    ],
)
def test_progress_of_runs_that_have_ended_goes_and_other_progress_stays(
    root: Path, members: list[str], kept: bool
) -> None:
    with opened(root) as results:
        commit(results, "p", PAIRS[0])
        progress = results.layout.progress("q")
        progress.mkdir(parents=True)
        results.layout.members("q").write_text(json.dumps(members))
        save(results.layout.checkpoint("q"), {})
        Journal(results.layout, "q").rewind(Mark())
    with opened(root):
        assert progress.exists() == kept


def test_what_is_committed_is_neither_forgotten_nor_committed_again(root: Path) -> None:
    with opened(root) as results:
        commit(results, "p", *PAIRS[:2])
        before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
        with pytest.raises(StorageError, match="committed already"):
            results.forget("p")
        with pytest.raises(StorageError, match="committed already") as caught:
            results.commit("p", runs=[run("ring/hinge", 0, status="crashed", message="Traceback")])
        assert caught.value.where == str(results.layout.part("p").root)
        assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("lost", ["checkpoint.pt", "runs.json"])
def test_progress_that_nobody_can_go_on_with_goes(root: Path, lost: str) -> None:
    with opened(root) as results:
        save(results.layout.checkpoint("q"), {})
        results.layout.members("q").write_text(json.dumps(["id-ring/hinge-1"]))
        (results.layout.progress("q") / lost).unlink()
    with opened(root):
        assert not results.layout.progress("q").exists()


@pytest.mark.parametrize("name", ["checkpoint.pt", "runs.json"])
def test_damaged_progress_that_nobody_takes_up_does_not_keep_a_folder_damaged(root: Path, name: str) -> None:
    with opened(root) as results:
        save(results.layout.checkpoint("q"), {})
        results.layout.members("q").write_text(json.dumps(["id-ring/hinge-1"]))
        (results.layout.progress("q") / name).write_bytes(b"half")
    assert examine(Layout(root)).damages
    with opened(root):
        assert examine(Layout(root)).damages == ()
    with opened(root):
        assert not results.layout.progress("q").exists()


def test_parts_that_were_never_shown_go(root: Path) -> None:
    layout = Layout(root)
    for folder in (layout.unfinished("p").root, layout.merged("q")):
        folder.mkdir(parents=True)
        (folder / "runs.parquet").write_bytes(b"half")
    layout.environment.write_text('{"schema_version": 1, "suite": "mog mog-v1", "provenance": {}}')
    with opened(root) as results:
        assert list(layout.work.iterdir()) == []
        assert results.finished() == set()


def test_finished_runs_are_told_with_their_environment_and_crashed_ones_are_not(root: Path) -> None:
    with opened(root) as results:
        commit(results, "p", PAIRS[0])
        commit(results, "q", PAIRS[1], fingerprint="0" * 12)
        results.commit("r", runs=[run("ring/b", 0, status="crashed", message="Traceback")])
        results.merge()
        assert results.fingerprints() == {"id-ring/hinge-0": "f" * 12, "id-ring/hinge-1": "0" * 12}
        assert set(results.fingerprints()) == results.finished()


def test_what_is_forgotten_leaves_no_progress_and_no_checkpoint(root: Path) -> None:
    with opened(root) as results:
        layout = results.layout
        for path in (layout.checkpoint("p"), layout.kept("p", 5), layout.kept("q", 5)):
            path.parent.mkdir(parents=True)
            path.touch()
        results.forget("p")
        results.forget("never begun")
        assert not layout.progress("p").exists()
        assert [path.name for path in layout.checkpoints.iterdir()] == ["q"]
