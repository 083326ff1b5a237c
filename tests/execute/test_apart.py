"""A population that raises is taken apart: only runs that raise are lost, with bounded work."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganbench import registry
from ganbench.cli.main import main
from ganbench.errors import StorageError
from ganbench.execute import worker
from ganbench.execute.task import Finished, Paused, Task, Told
from ganbench.execute.worker import WITNESSES, execute
from ganbench.gan.networks import MLPOptions
from ganbench.gan.networks.mlp import MLP
from ganbench.records import Cell, Outcome, Run
from ganbench.store.layout import Layout
from ganbench.store.reader import load_bursts, load_results, load_windows
from ganbench.suite.populations import population
from ganbench.train import training
from tests.execute import example
from tests.store.example import PROVENANCE, opened

CELL = Cell("ring", {}, {"steps": 100, "precision": "float32"}, "c" * 12, "e" * 12)


@dataclass
class Store:
    """Takes the place of a results folder."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)

    def commit(self, _: str, *, runs: Sequence[dict[str, Any]]) -> None:
        self.rows += runs

    def forget(self, population_: str) -> None:
        self.forgotten.append(population_)


@dataclass
class Played:
    """What became of seeds 0 to R - 1 as one population."""

    attempts: list[list[int]]
    told: list[str]
    rows: list[dict[str, Any]]
    finished: list[str]

    @property
    def crashed(self) -> set[int]:
        return {row["seed"] for row in self.rows if row["status"] == "crashed"}

    @property
    def condemned(self) -> set[int]:
        return {row["seed"] for row in self.rows if str(row.get("message")).startswith("Not tried alone")}


Raising = Callable[[list[int]], tuple[str, int] | None]


def play(replicas: int, raising: Raising) -> Played:
    """Execute without training: `raising` tells what a population of these seeds raises, and after how many steps."""
    attempts: list[list[int]] = []
    store, reports = Store(), []

    class Course:
        def __init__(self, task: Task, *_: Any) -> None:
            self.task = task
            self.training = SimpleNamespace(step=0)

        def run(self) -> None:
            runs = self.task.population.runs
            attempts.append([run.seed for run in runs])
            if found := raising(attempts[-1]):
                text, self.training.step = found
                raise ValueError(text)
            store.commit("", runs=[{"seed": run.seed, "status": "healthy"} for run in runs])
            reports.append(
                Finished(self.task.population.id, 1.0, {run.id: Outcome("healthy") for run in runs})
            )

    runs = [Run(CELL, seed) for seed in range(replicas)]
    task = Task(population(runs), "tiny", "tiny-v1", "standard", store, PROVENANCE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "Course", Course)
        patch.setattr(worker.gc, "collect", lambda: 0)  # takes most of the time
        execute(task, reports.append)
    told = [one.text for one in reports if isinstance(one, Told)]
    finished = [run for one in reports if isinstance(one, Finished) for run in one.outcomes]
    assert len(store.forgotten) == sum(raising(seeds) is not None for seeds in attempts)
    return Played(attempts, told, store.rows, finished)


def raises_for(steps: dict[int, int]) -> Raising:
    """These seeds raise after so many steps, each in its own words; a population where the first of them does."""

    def raising(seeds: list[int]) -> tuple[str, int] | None:
        bad = sorted((steps[seed], seed) for seed in seeds if seed in steps)
        return (f"seed {chr(97 + bad[0][1])}", bad[0][0]) if bad else None

    return raising


def all_raise(seeds: list[int]) -> tuple[str, int]:
    return f"shape [{len(seeds)}, 64]", 0


BAD = st.integers(1, 24).flatmap(
    lambda replicas: st.tuples(
        st.just(replicas), st.dictionaries(st.integers(0, replicas - 1), st.integers(0, 99))
    )
)


@given(BAD)
def test_the_runs_that_raise_crash_the_others_end_and_each_once(drawn: tuple[int, dict[int, int]]) -> None:
    replicas, bad = drawn
    played = play(replicas, raises_for(bad))
    assert played.crashed == set(bad)
    assert sorted(row["seed"] for row in played.rows) == list(range(replicas))
    assert len(played.finished) == len(set(played.finished)) == replicas


@given(BAD)
def test_no_run_is_begun_more_often_than_2_and_the_logarithm_of_r(drawn: tuple[int, dict[int, int]]) -> None:
    replicas, bad = drawn
    attempts = play(replicas, raises_for(bad)).attempts
    most = 2 + math.log2(replicas)
    assert max(sum(seed in seeds for seeds in attempts) for seed in range(replicas)) <= most


@given(BAD)
def test_the_crash_of_a_run_has_its_own_words_and_a_line_on_screen(drawn: tuple[int, dict[int, int]]) -> None:
    replicas, bad = drawn
    played = play(replicas, raises_for(bad))
    for row in played.rows:
        if row["status"] == "crashed":
            assert row["message"].startswith("Traceback")
            assert row["message"].endswith(f"ValueError: seed {chr(97 + row['seed'])}\n")
    lines = {f"ring with seed {seed} crashed: ValueError: seed {chr(97 + seed)}" for seed in bad}
    assert lines <= set(played.told)
    assert len(played.told) == len(bad) + bool(bad and replicas > 1)


@pytest.mark.parametrize("replicas", [1, 2, 3, 4, 20, 64])
def test_what_all_raise_at_once_is_found_by_three_alone(replicas: int) -> None:
    played = play(replicas, all_raise)
    assert [len(seeds) for seeds in played.attempts] == [replicas, *[1] * min(replicas, WITNESSES)][
        : 1 if replicas == 1 else None
    ]
    assert played.crashed == set(range(replicas))
    assert len(played.condemned) == max(0, replicas - WITNESSES)


def test_a_run_that_was_not_tried_alone_says_so_on_screen_and_in_the_store() -> None:
    played = play(20, all_raise)
    assert played.told[0].startswith("20 runs raised ValueError: shape [20, 64]; they are trained apart")
    assert played.told[-1] == (
        "17 more crashed: 3 of the runs trained together raised the same alone, so these were not tried; "
        "--replicas 1 does"
    )
    (message,) = {row["message"] for row in played.rows if row["seed"] in played.condemned}
    assert message.startswith(
        "Not tried alone: 3 of the runs trained together raised the same alone.\nTraceback"
    )
    assert message.endswith("ValueError: shape [20, 64]\n")


def test_the_witnesses_are_both_ends_and_the_middle() -> None:
    assert [seeds for (*seeds,) in play(9, all_raise).attempts[1:]] == [[0], [4], [8]]


def test_the_same_words_at_another_step_are_no_proof_against_the_rest() -> None:
    """As an assertion that fails whenever a run diverges."""

    def raising(seeds: list[int]) -> tuple[str, int] | None:
        first = min((seed + 10 for seed in seeds if seed % 2 == 0), default=None)
        return None if first is None else ("not finite", first)

    played = play(9, raising)
    assert played.crashed == {0, 2, 4, 6, 8}
    assert not played.condemned


def test_what_only_many_raise_together_costs_no_run() -> None:
    played = play(9, lambda seeds: ("too many", 0) if len(seeds) > 2 else None)
    assert played.crashed == set()


def test_a_pause_and_a_full_disk_end_it_at_once() -> None:
    for error in (Paused(), StorageError("full")):

        def raising(seeds: list[int], error: Exception = error) -> tuple[str, int]:
            if len(seeds) == 1:
                raise error
            return "broken", 0

        with pytest.raises(type(error)):
            play(4, raising)


class Fragile(MLP):
    """Raises on its first call where the weights with which it was born are to its dislike."""

    def __init__(self, options: MLPOptions, inputs: int, outputs: int) -> None:
        super().__init__(options, inputs, outputs)
        self.register_buffer("born", self[0].weight.detach().flatten()[:1].clone())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.born.item() in DISLIKED:
            raise ValueError("these weights will not do")
        return super().forward(x)


class Stillborn(Fragile):
    """Raises in its constructor instead."""

    def __init__(self, options: MLPOptions, inputs: int, outputs: int) -> None:
        super().__init__(options, inputs, outputs)
        if self.born.item() in DISLIKED:
            raise ValueError("these weights will not do")


class FragileOptions(MLPOptions):
    """Those of its parent."""


class StillbornOptions(MLPOptions):
    """Those of its parent."""


DISLIKED: set[float] = set()


@pytest.fixture
def fragile(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Networks `fragile` and `stillborn`; nobody's weights are disliked yet."""
    for kind in registry.KINDS:
        list(registry.entries(kind))
    monkeypatch.setattr(registry, "_ENTRIES", dict(registry._ENTRIES))
    for name, options in (("fragile", FragileOptions), ("stillborn", StillbornOptions)):
        target = f"{__name__}:{name.capitalize()}"
        registry.register("network", name, target=target, options=options, summary="raises")
    DISLIKED.clear()
    yield
    DISLIKED.clear()


def dislike(monkeypatch: pytest.MonkeyPatch, folder: Path, seed: int) -> None:
    """From now on the discriminator of this seed raises."""
    from ganbench.suite.schema import Setting

    (run,) = example.runs(
        folder, "discriminator={name: fragile, width: 8, depth: 1}", only=["hinge"], seeds=[seed]
    )
    built = training.Training([Setting.model_validate(run.cell.content)], [seed], torch.device("cpu"))
    DISLIKED.add(built.discriminator(0).born.item())


def suite(folder: Path, network: str) -> Path:
    text = example.TEXT.replace("discriminator: {name: mlp,", f"discriminator: {{name: {network},")
    return example.written(folder, text.replace("seeds: 0-1", "seeds: 0-5"))


@pytest.mark.parametrize("network", ["fragile", "stillborn"])
def test_a_module_that_raises_for_one_seed_costs_that_seed_and_no_other_bit(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fragile: None,
    network: str,
) -> None:
    path = str(suite(tmp_path, network))
    assert main(["run", path, "--workers", "1", "--only", "hinge", "--out", str(tmp_path / "whole")]) == 0
    dislike(monkeypatch, tmp_path, 2)
    suite(tmp_path, network)
    capsys.readouterr()
    out = tmp_path / "results"
    assert (
        main(["run", path, "--workers", "1", "--only", "hinge", "--format", "json", "--out", str(out)]) == 4
    )
    captured = capsys.readouterr()
    rows = json.loads(captured.out)
    assert [row["seed"] for row in rows if row["status"] == "crashed"] == [2]
    assert "hinge with seed 2 crashed: ValueError: these weights will not do\n" in captured.err
    assert "1 run crashed, the first hinge with seed 2" in captured.err
    assert rows[2]["message"].startswith("Traceback")
    assert "test_apart.py" in rows[2]["message"]
    assert "Traceback" not in captured.err
    ended, whole = (example.measured(root) for root in (out, tmp_path / "whole"))
    kept = ended[ended["seed"] != 2]
    assert kept.equals(whole.loc[kept.index, kept.columns])
    assert list(Layout(out).work.glob("*")) == []
    kept_by = {path.name for path in Layout(out).checkpoints.iterdir()}
    assert kept_by == set(load_results(out).query("status != 'crashed'")["population"])


def test_a_row_says_in_how_large_a_population_it_was_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fragile: None
) -> None:
    path = str(suite(tmp_path, "fragile"))
    dislike(monkeypatch, tmp_path, 1)
    suite(tmp_path, "fragile")
    out = tmp_path / "results"
    assert main(["run", path, "--workers", "1", "--only", "hinge", "--out", str(out)]) == 4
    frame = load_results(out)
    sizes = frame.groupby("population")["seed"].transform("size")
    assert (frame["replicas"] == sizes).all()
    assert frame["replicas"].max() > 1


def test_what_raises_late_leaves_the_traces_of_the_others_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance = training.Training.advance

    def fail(self: training.Training, until: int) -> None:
        if 3 in self.seeds and until > 10:
            raise ValueError("seed 3, late")
        advance(self, until)

    chosen = example.runs(tmp_path, only=["hinge"], seeds=range(7))
    with opened(tmp_path / "whole") as whole:
        execute(example.task(whole, chosen), lambda _: None)
    monkeypatch.setattr(training.Training, "advance", fail)
    with opened(tmp_path / "apart") as apart:
        execute(example.task(apart, chosen), lambda _: None)
    crashed = load_results(tmp_path / "apart").query("status == 'crashed'")
    assert list(crashed["seed"]) == [3]
    for load in (load_windows, load_bursts):
        ended, complete = (load(root) for root in (tmp_path / "apart", tmp_path / "whole"))
        for run, rows in complete.groupby("run_id"):
            mine = ended[ended["run_id"] == run].reset_index(drop=True)
            assert mine.empty if run.endswith("-3") else mine.equals(rows.reset_index(drop=True))


def test_a_run_that_crashed_is_tried_again_and_its_neighbours_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fragile: None
) -> None:
    path = str(suite(tmp_path, "fragile"))
    dislike(monkeypatch, tmp_path, 4)
    suite(tmp_path, "fragile")
    arguments = ["run", path, "--workers", "1", "--only", "hinge", "--out", str(tmp_path / "results")]
    assert main(arguments) == 4
    before = example.measured(tmp_path / "results")
    DISLIKED.clear()
    assert main(arguments) == 0
    after = example.measured(tmp_path / "results")
    others = before["seed"] != 4
    assert before[others].equals(after.loc[before.index[others], before.columns])
    assert set(after["status"]) <= {"healthy", "failed"}
