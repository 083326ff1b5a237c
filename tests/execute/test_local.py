"""Run a suite: what is missing is trained, what is there is kept."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
import pytest

from ganbench import environment
from ganbench.errors import InputError, Interrupted, StorageError
from ganbench.execute import plan
from ganbench.execute.job import Job
from ganbench.execute.keeper import in_progress
from ganbench.execute.local import run_job
from ganbench.execute.task import Advanced
from ganbench.store import atomic
from ganbench.store.layout import Layout
from ganbench.store.reader import load_results
from ganbench.train.training import Training
from tests.execute import example
from tests.execute.example import Silent, measured


def job(folder: Path, *sets: str, out: str = "results", **changes: Any) -> Job:
    """All of the tiny suite in this process."""
    return Job(example.tiny(folder, *sets), folder / out, **{"workers": 1, **changes})


def trained(wanted: Job) -> Silent:
    """Run it; what was told on the way."""
    progress = Silent()
    run_job(wanted, progress)
    return progress


def failing_at(monkeypatch: pytest.MonkeyPatch, population: int, error: BaseException) -> None:
    """Training raises in the population of that number, counted from 0."""
    begun: list[Training] = []
    advance = Training.advance

    def fail(self: Training, until: int) -> None:
        if self not in begun:
            begun.append(self)
        if len(begun) > population:
            raise error
        advance(self, until)

    monkeypatch.setattr(Training, "advance", fail)


def test_every_run_of_the_suite_is_trained_and_told(tmp_path: Path) -> None:
    wanted = job(tmp_path)
    progress = trained(wanted)
    ids = [run.id for run in wanted.runs()]
    assert list(load_results(wanted.out)["run_id"]) == ids
    assert sorted(progress.outcomes) == sorted(ids)
    assert len(progress.planned) == 2
    assert progress.closings == 1


def test_the_runs_come_back_in_the_order_of_the_suite(tmp_path: Path) -> None:
    runs = run_job(job(tmp_path), Silent())
    assert [(run.cell.name, run.seed) for run in runs] == [
        ("hinge", 0),
        ("hinge", 1),
        ("minimax", 0),
        ("minimax", 1),
    ]


def test_afterwards_everything_is_in_the_top_tables(tmp_path: Path) -> None:
    wanted = job(tmp_path)
    trained(wanted)
    layout = Layout(wanted.out)
    assert layout.committed() == []
    assert layout.runs.exists()
    assert layout.evaluations.exists()


def test_a_second_time_nothing_is_trained(tmp_path: Path) -> None:
    wanted = job(tmp_path)
    trained(wanted)
    before = {path: path.stat().st_mtime_ns for path in wanted.out.glob("*.parquet")}
    again = trained(wanted)
    assert again.planned == []
    assert {path: path.stat().st_mtime_ns for path in wanted.out.glob("*.parquet")} == before


def test_more_seeds_train_only_the_new(tmp_path: Path) -> None:
    trained(job(tmp_path, seeds=[0, 1]))
    more = trained(job(tmp_path, seeds=[0, 1, 2]))
    assert sorted(run.seed for p in more.planned for run in p.runs) == [2, 2]
    assert len(load_results(tmp_path / "results")) == 6


def with_torch(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    """From now on results are computed with that version."""
    installed = environment.version
    monkeypatch.setattr(
        environment, "version", lambda package: version if package == "torch" else installed(package)
    )


def test_seeds_added_with_another_torch_join_the_folder_and_not_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_torch(monkeypatch, "2.14.0")
    assert trained(job(tmp_path)).texts == []
    before = load_results(tmp_path / "results")
    with_torch(monkeypatch, "2.15.0")
    more = trained(job(tmp_path, seeds=range(3)))
    assert sorted(run.seed for p in more.planned for run in p.runs) == [2, 2]
    assert more.texts == [
        "4 runs are there from another environment: 4 with torch 2.14.0; here: torch 2.15.0\n"
        "  they are kept, and share no rate with runs of this one; another --out, or --fresh, trains them here"
    ]
    frame = load_results(tmp_path / "results")
    old, new = (list(runs["seed"]) for _, runs in frame.groupby("fingerprint", sort=False))
    assert (sorted(old), new) == ([0, 0, 1, 1], [2, 2])
    kept = frame[frame["seed"] < 2].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, before)


def test_even_where_nothing_is_missing_it_is_said_that_results_are_of_another_torch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_torch(monkeypatch, "2.14.0")
    trained(job(tmp_path))
    with_torch(monkeypatch, "2.15.0")
    again = trained(job(tmp_path))
    assert again.planned == []
    assert again.texts[0].startswith("4 runs are there from another environment")
    assert trained(job(tmp_path, only=["minimax"])).texts[0].startswith("2 runs are there")
    assert trained(job(tmp_path, fresh=True)).texts == []
    assert trained(job(tmp_path)).texts == []


def test_more_cells_train_only_the_new(tmp_path: Path) -> None:
    trained(job(tmp_path, only=["minimax"]))
    more = trained(job(tmp_path))
    assert {run.cell.name for p in more.planned for run in p.runs} == {"hinge"}


def test_fresh_trains_everything_again(tmp_path: Path) -> None:
    trained(job(tmp_path))
    assert len(trained(job(tmp_path, fresh=True)).outcomes) == 4


def test_runs_added_later_are_those_of_one_call_bit_for_bit(tmp_path: Path) -> None:
    trained(job(tmp_path, out="at-once", seeds=range(5)))
    for seeds in ([0, 1], range(4), range(5)):
        trained(job(tmp_path, out="by-and-by", seeds=seeds))
    example.assert_equal_bit_for_bit(tmp_path / "at-once", tmp_path / "by-and-by")


@pytest.mark.parametrize("replicas", [1, 2, 4])
def test_the_size_of_the_populations_changes_no_number(tmp_path: Path, replicas: int) -> None:
    trained(job(tmp_path, out="whole", seeds=range(5)))
    trained(job(tmp_path, out="cut", seeds=range(5), replicas=replicas))
    example.assert_equal_bit_for_bit(tmp_path / "whole", tmp_path / "cut")


def test_crashed_runs_are_tried_again_and_the_others_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = job(tmp_path)
    with monkeypatch.context() as patch:
        failing_at(patch, 1, ValueError("broken"))
        trained(wanted)
    assert sorted(load_results(wanted.out)["status"] == "crashed") == [False, False, True, True]
    again = trained(wanted)
    assert len(again.outcomes) == 2
    assert "crashed" not in set(load_results(wanted.out)["status"])


def test_ctrl_c_keeps_what_has_finished_and_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, progress = job(tmp_path), Silent()
    with monkeypatch.context() as patch:
        failing_at(patch, 1, KeyboardInterrupt())
        with pytest.raises(Interrupted, match="2 of 4 runs have finished and are kept") as caught:
            run_job(wanted, progress)
    assert caught.value.where == str(wanted.out)
    assert caught.value.hint == "the same job without fresh goes on"
    assert progress.closings == 1
    assert len(load_results(wanted.out)) == 2
    assert len(trained(wanted).outcomes) == 2


class TooLate(Silent):
    """Ctrl-C when the last population has ended."""

    def closed(self) -> None:
        super().closed()
        raise KeyboardInterrupt


def test_a_ctrl_c_after_the_last_run_interrupts_nothing(tmp_path: Path) -> None:
    wanted = job(tmp_path)
    run_job(wanted, TooLate())
    assert set(load_results(wanted.out)["status"]) <= {"healthy", "failed"}
    assert len(load_results(wanted.out)) == 4


class Interrupting(Silent):
    """Ctrl-C once a population has been told of; its checkpoint is written by then."""

    def advanced(self, told: Advanced) -> None:
        super().advanced(told)
        raise KeyboardInterrupt


def test_a_population_in_progress_goes_on_whole_when_some_of_its_runs_are_asked_for(tmp_path: Path) -> None:
    wanted = {"seeds": range(4), "only": ["hinge"], "checkpoint_every": 0, "replicas": 4}
    sets = ("steps=200", "evaluation.every=100")
    whole, cut = (
        Job(example.tiny(tmp_path, *sets), tmp_path / out, workers=1, **wanted) for out in ("a", "b")
    )
    trained(whole)
    with pytest.raises(Interrupted):
        run_job(cut, Interrupting())
    (begun,) = in_progress(Layout(cut.out), cut.runs())
    more = trained(replace(cut, seeds=[2]))
    assert more.planned == [begun]
    assert min(done for _, done in more.done) > 64
    assert more.texts == [
        "3 runs were not asked for and trained all the same, in a population that is in progress"
    ]
    example.assert_equal_bit_for_bit(whole.out, cut.out)


def test_of_one_run_it_is_told_as_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_torch(monkeypatch, "2.14.0")
    trained(job(tmp_path, seeds=[0], only=["hinge"]))
    with_torch(monkeypatch, "2.15.0")
    (text,) = trained(job(tmp_path, seeds=[0], only=["hinge"])).texts
    assert text.startswith("1 run is there from another environment: ")
    assert "it is kept, and shares no rate" in text


def test_after_ctrl_c_the_command_that_goes_on_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_at(monkeypatch, 0, KeyboardInterrupt())
    with pytest.raises(Interrupted) as caught:
        run_job(job(tmp_path, command="ganbench run mog"), Silent())
    assert caught.value.hint == "go on with: ganbench run mog"


@pytest.mark.parametrize("writes", [0, 2, 5, 9, 14, 20, 23, 25])
def test_a_disk_that_fills_up_at_any_write_leaves_a_folder_to_go_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """Three writes open the folder, the last three merge the two populations."""
    wanted = job(tmp_path)
    trained(job(tmp_path, out="whole"))
    appearing, begun = atomic._appearing, []

    @contextlib.contextmanager
    def filling(path: Path) -> Iterator[BinaryIO]:
        begun.append(path)
        with appearing(path) as file:
            if len(begun) > writes:
                file.write(b"half of it")
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            yield file

    with monkeypatch.context() as patch:
        patch.setattr(atomic, "_appearing", filling)
        with pytest.raises(StorageError, match="the disk is full"):
            run_job(wanted, Silent())
    assert not list(wanted.out.rglob("*.aside"))
    if Layout(wanted.out).is_results():
        assert len(load_results(wanted.out)) in {0, 2, 4}
    trained(wanted)
    example.assert_equal_bit_for_bit(tmp_path / "whole", wanted.out)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_does_not_fit_into_memory_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "available_memory", lambda: 10**8)
    with pytest.raises(StorageError, match="of memory"):
        run_job(job(tmp_path), Silent())
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("fresh", [False, True])
def test_what_does_not_fit_into_memory_leaves_results_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: bool
) -> None:
    trained(job(tmp_path))
    before = contents(tmp_path / "results")
    monkeypatch.setattr(plan, "available_memory", lambda: 10**8)
    with pytest.raises(StorageError, match="of memory"):
        run_job(job(tmp_path, seeds=range(3), fresh=fresh), Silent())
    assert contents(tmp_path / "results") == before


def test_where_nothing_is_missing_no_memory_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(job(tmp_path))
    monkeypatch.setattr(plan, "available_memory", lambda: 10**8)
    assert trained(job(tmp_path)).planned == []


def test_damaged_results_are_planned_for_and_then_mended(tmp_path: Path) -> None:
    trained(job(tmp_path))
    Layout(tmp_path / "results").runs.write_bytes(b"no table")
    assert len(trained(job(tmp_path)).outcomes) == 4


def test_a_folder_holds_one_suite_with_one_set_of_overrides(tmp_path: Path) -> None:
    assert job(tmp_path).identity == "tiny-v1, tier standard"
    assert job(tmp_path, "batch=4").identity == "tiny-v1, tier standard, --set batch=4"


def test_no_metric_of_the_tiny_suite_is_missing(tmp_path: Path) -> None:
    """Else the comparisons above would compare nothing."""
    trained(job(tmp_path))
    found = measured(tmp_path / "results")
    assert {"final.covered_modes", "best.sliced_wasserstein", "floor.sliced_wasserstein"} <= set(found)
    assert found["final.sliced_wasserstein"].notna().all()
    assert found["final.sliced_wasserstein"].nunique() == 4


def test_a_suite_that_has_changed_does_not_mix_with_its_old_results(tmp_path: Path) -> None:
    trained(job(tmp_path))
    before = load_results(tmp_path / "results")
    changed = replace(job(tmp_path), suite=example.changed(tmp_path, "width: 8", "width: 9"))
    with pytest.raises(InputError, match="cell 'hinge' with other content: the suite has changed since"):
        run_job(changed, Silent())
    pd.testing.assert_frame_equal(load_results(tmp_path / "results"), before)
    assert len(trained(replace(changed, fresh=True)).outcomes) == 4
