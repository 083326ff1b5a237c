"""One population from its first step to the store, whatever happens on the way."""

from __future__ import annotations

import contextlib
import json
import math
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import pytest
import torch

from ganbench.errors import DeviceError, InputError, PluginError, StorageError, UsageError
from ganbench.execute.task import Advanced, Finished
from ganbench.execute.worker import execute
from ganbench.records import Evaluation
from ganbench.store.reader import load_evaluations, load_geometry, load_results, load_windows
from ganbench.store.writer import Results
from ganbench.suite.failure import outcome
from ganbench.suite.schema import Setting
from ganbench.train import training
from tests.execute import example
from tests.store.example import opened


@pytest.fixture
def results(tmp_path: Path) -> Iterator[Results]:
    with opened(tmp_path / "results") as results:
        yield results


@pytest.fixture
def root(results: Results) -> Path:
    return results.layout.root


def run(results: Results, folder: Path, *sets: str, **choice: Any) -> list[Advanced | Finished]:
    """Execute all runs of the tiny suite as one population; what was reported."""
    reports: list[Advanced | Finished] = []
    choice = {"only": ["hinge"], **choice}
    execute(example.task(results, example.runs(folder, *sets, **choice)), reports.append)
    return reports


class Greedy(training.Training):
    """Has memory for two replicas."""

    error: ClassVar[Callable[[str], Exception]] = torch.OutOfMemoryError
    tried: ClassVar[list[int]] = []
    held: ClassVar[list[weakref.ref[Greedy]]] = []

    def __init__(self, settings: Any, seeds: Any, device: Any, **more: Any) -> None:
        assert not any(reference() for reference in self.held), "the attempt before still holds its memory"
        self.tried.append(len(seeds))
        if len(seeds) > 2:
            self.held.append(weakref.ref(self))
            raise self.error("out of memory")
        super().__init__(settings, seeds, device, **more)


@pytest.fixture
def greedy(monkeypatch: pytest.MonkeyPatch) -> type[Greedy]:
    monkeypatch.setattr(Greedy, "tried", [])
    monkeypatch.setattr(Greedy, "held", [])
    monkeypatch.setattr(training, "Training", Greedy)
    return Greedy


def test_every_evaluation_is_reported_and_then_the_end(results: Results, tmp_path: Path) -> None:
    *advanced, finished = run(results, tmp_path, "steps=25")
    assert [(one.done, one.total, one.replicas) for one in advanced] == [
        (10, 25, 2),
        (20, 25, 2),
        (25, 25, 2),
    ]
    assert advanced[0].health.keys() == {"hinge"}
    assert isinstance(finished, Finished)
    assert len(finished.outcomes) == 2
    assert finished.seconds > 0


def test_health_counts_the_runs_of_each_cell(results: Results, tmp_path: Path) -> None:
    good, *_ = run(results, tmp_path, "failure=[]")
    assert good.health == {"hinge": (2, 2)}
    bad, *_ = run(results, tmp_path, "failure=[{metric: covered_share, above: -1}]")
    assert bad.health == {"hinge": (0, 2)}


def test_a_run_ends_with_the_numbers_of_its_last_evaluation(
    results: Results, root: Path, tmp_path: Path
) -> None:
    run(results, tmp_path)
    last = load_evaluations(root).query("step == 20").set_index("run_id")
    for _, row in load_results(root).iterrows():
        for name in ("covered_modes", "high_quality", "sliced_wasserstein"):
            assert row[f"final.{name}"] == last.loc[row["run_id"], name]


def test_the_best_is_the_best_of_all_evaluations_in_the_metric_s_direction(
    results: Results, root: Path, tmp_path: Path
) -> None:
    run(results, tmp_path, "evaluation.every=2")
    by_run = load_evaluations(root).groupby("run_id")
    runs = load_results(root).set_index("run_id")
    assert runs["best.covered_share"].equals(by_run["covered_share"].max()[runs.index])
    assert runs["best.sliced_wasserstein"].equals(by_run["sliced_wasserstein"].min()[runs.index])


def test_the_outcome_is_what_the_criteria_say_of_the_stored_evaluations(
    results: Results, root: Path, tmp_path: Path
) -> None:
    run(results, tmp_path, "evaluation.every=2", "failure=[{metric: covered_share, below: 0.3, for: 2}]")
    stored = load_evaluations(root)
    for _, row in load_results(root).iterrows():
        setting = Setting.model_validate(json.loads(row["content"]))
        mine = stored[stored["run_id"] == row["run_id"]]
        values = [
            Evaluation(e["step"], "raw", {"covered_share": e["covered_share"]}) for _, e in mine.iterrows()
        ]
        found = outcome(setting.failure, values, steps=20, diverged_at=None)
        assert row["status"] == found.status
        assert (None if pd.isna(row["failed_at"]) else row["failed_at"]) == found.failed_at


def test_the_time_of_a_population_is_shared_by_its_runs(results: Results, root: Path, tmp_path: Path) -> None:
    *_, finished = run(results, tmp_path)
    assert load_results(root)["seconds"].sum() == pytest.approx(finished.seconds)
    assert set(load_results(root)["replicas"]) == {2}


def test_what_a_run_cost_is_counted(results: Results, root: Path, tmp_path: Path) -> None:
    run(results, tmp_path, "schedule.d_steps=3", "penalties=[{name: r1, gamma: 1.0, every: 4}]")
    row = load_results(root).iloc[0]
    assert row["samples_seen"] == 20 * 3 * 8
    assert row["gradient_evaluations"] == 20 * 3 + 20 + 20 * 3 // 4


def test_a_histogram_of_modes_counts_every_sample_at_most_once(
    results: Results, root: Path, tmp_path: Path
) -> None:
    run(results, tmp_path)
    for histogram in load_evaluations(root)["mode_histogram"]:
        assert len(histogram) == 8
        assert 0 <= sum(histogram) <= 40


def test_both_generators_are_measured_where_the_suite_asks(
    results: Results, root: Path, tmp_path: Path
) -> None:
    run(results, tmp_path, "ema={decay: 0.9}", "evaluation.of=both")
    found = load_evaluations(root).groupby(["run_id", "of"])["step"].apply(list)
    assert set(found.index.get_level_values("of")) == {"raw", "ema"}
    assert all(steps == [10, 20] for steps in found)


def test_the_trace_covers_every_step(results: Results, root: Path, tmp_path: Path) -> None:
    run(results, tmp_path)
    windows = load_windows(root)
    for _, mine in windows.groupby("run_id"):
        assert mine["loss_d.count"].sum() == 20


def test_the_geometry_is_kept_where_the_suite_asks(results: Results, root: Path, tmp_path: Path) -> None:
    run(results, tmp_path, "probes.geometry=5")
    looks = load_geometry(root).groupby("run_id")["step"].apply(list)
    assert list(looks) == [[5, 10, 15, 20]] * 2


def test_without_geometry_its_table_is_empty(results: Results, root: Path, tmp_path: Path) -> None:
    run(results, tmp_path)
    assert len(load_geometry(root)) == 0


def test_images_leave_a_sample_grid_for_each_cell(results: Results, root: Path, tmp_path: Path) -> None:
    run(results, tmp_path, "data=digits", "evaluation.metrics=[sliced_wasserstein]", "failure=[]")
    content = (root / "samples" / "hinge" / "seeds-0-1.png").read_bytes()
    assert content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "error",
    [
        *(
            ValueError,
            AttributeError,
            NotImplementedError,
            ZeroDivisionError,
            OSError,
            torch.OutOfMemoryError,
        ),
        *(PluginError, UsageError, SystemExit),
    ],
)
def test_whatever_training_raises_is_recorded_with_its_traceback(
    results: Results, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def fail(*_: object) -> None:
        raise error("it broke")

    monkeypatch.setattr(training.Training, "advance", fail)
    finished = [one for one in run(results, tmp_path) if isinstance(one, Finished)]
    assert all(o.status == "crashed" for one in finished for o in one.outcomes.values())
    frame = load_results(root)
    assert list(frame["status"]) == ["crashed"] * 2
    for message in frame["message"]:
        assert message.startswith("Traceback")
        assert "it broke" in message
    assert len(load_evaluations(root)) == 0


@pytest.mark.parametrize(
    "error", [StorageError("full"), InputError("no data"), DeviceError("gone"), KeyboardInterrupt()]
)
def test_what_is_not_the_runs_fault_goes_to_the_caller(
    results: Results, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(training.Training, "advance", fail)
    with pytest.raises(type(error)):
        run(results, tmp_path)
    assert len(load_results(root)) == 0


@pytest.mark.parametrize(("error", "raises"), [(UsageError, True), (PluginError, False)])
def test_what_cannot_be_built_is_refused_and_code_of_the_user_s_that_raises_is_recorded(
    results: Results,
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: type[Exception],
    raises: bool,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error("not like this")

    monkeypatch.setattr(training.Training, "__init__", fail)
    with pytest.raises(error) if raises else contextlib.nullcontext():
        run(results, tmp_path)
    assert list(load_results(root)["status"]) == [] if raises else ["crashed"] * 2


@pytest.mark.parametrize("message", [Advanced, Finished])
@pytest.mark.parametrize("seeds", [[0], [0, 1]])
def test_who_is_told_may_raise_and_no_run_is_blamed(
    results: Results, root: Path, tmp_path: Path, message: type[Any], seeds: list[int]
) -> None:
    def report(told: object) -> None:
        if isinstance(told, message):
            raise OSError("nobody listens")

    runs = example.runs(tmp_path, only=["hinge"], seeds=seeds)
    with pytest.raises(OSError, match="nobody listens"):
        execute(example.task(results, runs), report)
    frame = load_results(root)
    assert set(frame["seed"]) == (set(seeds) if message is Finished else set())
    assert "crashed" not in set(frame["status"])
    if message is Finished:
        assert set(load_windows(root)["run_id"]) == {one.id for one in runs}
        assert list(results.layout.checkpoints.rglob("*.pt"))


def refused_by_torch(_: str) -> RuntimeError:
    """What torch says of more than any CPU has."""
    try:
        torch.empty(1 << 62, dtype=torch.uint8)
    except RuntimeError as error:
        return RuntimeError(str(error))  # the first would hold the frame of the attempt
    raise AssertionError("this machine has an exbibyte of memory")


def refused_on_windows(_: str) -> RuntimeError:
    return RuntimeError(
        "[enforce fail] data. DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."
    )


@pytest.mark.parametrize("error", [torch.OutOfMemoryError, MemoryError, refused_by_torch, refused_on_windows])
def test_out_of_memory_halves_the_population_until_it_fits(
    results: Results,
    root: Path,
    tmp_path: Path,
    greedy: type[Greedy],
    monkeypatch: pytest.MonkeyPatch,
    error: Callable[[str], Exception],
) -> None:
    monkeypatch.setattr(Greedy, "error", staticmethod(error))
    reports = run(results, tmp_path, seeds=range(5))
    assert greedy.tried == [5, 2, 3, 1, 2]
    frame = load_results(root)
    assert sorted(frame["seed"]) == [0, 1, 2, 3, 4]
    assert sorted(frame["replicas"]) == [1, 2, 2, 2, 2]
    assert "crashed" not in set(frame["status"])
    assert sum(isinstance(one, Finished) for one in reports) == 3


def test_a_population_that_runs_out_of_memory_on_the_way_leaves_nothing_in_progress(
    results: Results, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance = training.Training.advance

    def greedy(self: training.Training, until: int) -> None:
        advance(self, until)
        if self.replicas > 1:
            raise MemoryError

    monkeypatch.setattr(training.Training, "advance", greedy)
    run(results, tmp_path)
    assert load_results(root)["replicas"].tolist() == [1, 1]
    assert list(results.layout.work.iterdir()) == []


def test_a_population_that_was_too_much_once_is_not_counted_twice(
    results: Results, tmp_path: Path, greedy: type[Greedy]
) -> None:
    reports = run(results, tmp_path, seeds=range(5))
    last: dict[str, int] = {}
    for one in reports:
        if isinstance(one, Advanced):
            last[one.population] = one.done * one.replicas
    assert sum(last.values()) == 5 * 20


def test_halving_does_not_change_the_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path / "whole") as whole:
        run(whole, tmp_path, seeds=range(3))
    monkeypatch.setattr(Greedy, "held", [])
    monkeypatch.setattr(training, "Training", Greedy)
    with opened(tmp_path / "halved") as halved:
        run(halved, tmp_path, seeds=range(3))
    example.assert_equal_bit_for_bit(tmp_path / "whole", tmp_path / "halved")


def test_a_replica_that_fits_nowhere_crashes_alone(
    results: Results, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance = training.Training.advance

    def fail(self: training.Training, until: int) -> None:
        if 1 in self.seeds:
            raise torch.OutOfMemoryError("seed 1 is too large")
        advance(self, until)

    monkeypatch.setattr(training.Training, "advance", fail)
    run(results, tmp_path, seeds=range(3))
    status = load_results(root).set_index("seed")["status"]
    assert status[1] == "crashed"
    assert {status[0], status[2]} <= {"healthy", "failed"}


def test_a_replica_that_diverges_is_a_result_and_its_neighbour_goes_on(
    results: Results, root: Path, tmp_path: Path
) -> None:
    patch = "{{optimizers: {{generator: {{name: adam, lr: {}}}}}}}"
    axis = f"axes.lr={{calm: {patch.format(1e-3)}, wild: {patch.format(1e30)}}}"
    run(results, tmp_path, axis, seeds=[0], only=["hinge/*"])
    frame = load_results(root).set_index("axis.lr")
    assert frame.loc["calm", "diverged_at"] is pd.NA
    assert frame.loc["wild", "diverged_at"] <= 2
    assert frame.loc["wild", "status"] == "failed"
    assert math.isfinite(frame.loc["calm", "final.sliced_wasserstein"])


def test_a_run_that_diverged_has_nothing_to_evaluate_from_then_on(results: Results, tmp_path: Path) -> None:
    wild = ("steps=60", "evaluation.every=20", "optimizers.generator={name: sgd, lr: 1e30}")
    run(results, tmp_path, *wild, seeds=[0])
    (row,) = load_results(results.layout.root).to_dict("records")
    evaluations = load_evaluations(results.layout.root)
    assert row["status"] == "failed"
    assert row["diverged_at"] < 20
    assert math.isnan(row["final.covered_share"])
    assert math.isnan(row["best.covered_share"])
    assert row["samples_seen"] == 8 * row["diverged_at"]
    assert evaluations["high_quality"].isna().all()
    assert evaluations["mode_histogram"].isna().all()


def test_evaluations_hold_the_slower_look_and_runs_the_moments_of_real_data(
    results: Results, tmp_path: Path
) -> None:
    run(results, tmp_path, seeds=[0])
    evaluations, runs = load_evaluations(results.layout.root), load_results(results.layout.root)
    assert evaluations["auc_train"].between(0, 1).all()
    assert evaluations["auc_held_out"].between(0, 1).all()
    assert (evaluations[["singular_value_g", "singular_value_d"]] > 0).all(axis=None)
    assert evaluations["rejected"].between(0, 1).all()
    for name in ("auc_replay", "rejected_replay"):
        known = evaluations.groupby("run_id")[name].apply(lambda values: values.notna().tolist())
        assert all(one == [index >= 2 for index in range(len(one))] for one in known)
    assert runs["reference.std_0"].iloc[0] == pytest.approx(2**-0.5, rel=0.1)
