"""A population that stops in the middle goes on from its checkpoint as if it had never stopped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ganbench.execute.keeper import Log, in_progress, quarters
from ganbench.execute.task import Advanced, Finished, Paused, Task, Told
from ganbench.execute.worker import execute
from ganbench.records import Evaluation
from ganbench.store.reader import load_bursts, load_plane, load_windows
from ganbench.store.writer import Results
from tests.execute import example
from tests.store.example import opened

LONG = ("steps=400", "evaluation.every=100", "penalties=[{name: r1, every: 70}]", "probes.geometry=90")


class Stopper:
    """Asks to stop after so many looks."""

    def __init__(self, looks: int) -> None:
        self.left = looks

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


def task(results: Results, folder: Path, **changes: object) -> Task:
    made = example.task(results, example.runs(folder, *LONG, only=["hinge"]))
    return replace(made, **changes)


def assert_equal_traces(one: Path, other: Path) -> None:
    for load in (load_windows, load_bursts, load_plane):
        frames = [
            load(root).sort_values(["run_id"], kind="stable", ignore_index=True) for root in (one, other)
        ]
        assert len(frames[0])
        pd.testing.assert_frame_equal(*frames, check_exact=True)


def steps(told: list[Advanced | Finished]) -> list[int]:
    return [one.done for one in told if isinstance(one, Advanced)]


@pytest.mark.parametrize("looks", [0, 1, 3, 6])
def test_it_goes_on_where_it_stood_and_ends_with_the_same_bits(tmp_path: Path, looks: int) -> None:
    through: list[Advanced | Finished] = []
    rest: list[Advanced | Finished] = []
    with opened(tmp_path / "whole") as whole, opened(tmp_path / "stopped") as stopped:
        execute(task(whole, tmp_path), through.append)
        with pytest.raises(Paused):
            execute(task(stopped, tmp_path), lambda _: None, Stopper(looks))
        execute(task(stopped, tmp_path), rest.append)
    assert steps(rest) == steps(through)[-len(steps(rest)) :]
    assert len(steps(rest)) in (len(steps(through)) - looks - 1, len(steps(through)) - looks)
    example.assert_equal_bit_for_bit(tmp_path / "whole", tmp_path / "stopped")
    assert_equal_traces(tmp_path / "whole", tmp_path / "stopped")


def test_a_population_in_progress_is_found_again_as_it_was(tmp_path: Path) -> None:
    with opened(tmp_path / "results") as results:
        begun = task(results, tmp_path)
        with pytest.raises(Paused):
            execute(begun, lambda _: None, Stopper(1))
        missing = [*reversed(begun.population.runs), *example.runs(tmp_path, *LONG, seeds=[5])]
        assert in_progress(results.layout, missing) == [begun.population]
        first, *others = begun.population.runs
        assert in_progress(results.layout, [first]) == []
        assert in_progress(results.layout, [first], others) == [begun.population]
        assert in_progress(results.layout, missing[-1:], begun.population.runs) == []
        execute(begun, lambda _: None)
        assert in_progress(results.layout, missing) == []


@pytest.mark.parametrize("harm", [b"", b"no checkpoint", None])
def test_a_damaged_checkpoint_starts_the_population_again(tmp_path: Path, harm: bytes | None) -> None:
    with opened(tmp_path / "whole") as whole, opened(tmp_path / "harmed") as harmed:
        execute(task(whole, tmp_path), lambda _: None)
        with pytest.raises(Paused):
            execute(task(harmed, tmp_path), lambda _: None, Stopper(2))
        path = harmed.layout.checkpoint(task(harmed, tmp_path).population.id)
        path.write_bytes(path.read_bytes()[:-1000] if harm is None else harm)
        execute(task(harmed, tmp_path), lambda _: None)
    example.assert_equal_bit_for_bit(tmp_path / "whole", tmp_path / "harmed")


def test_a_checkpoint_of_another_environment_does_not_count(tmp_path: Path) -> None:
    told: list[Advanced | Finished] = []
    with opened(tmp_path / "results") as results:
        begun = task(results, tmp_path)
        with pytest.raises(Paused):
            execute(begun, lambda _: None, Stopper(4))
        other = replace(begun.provenance, fingerprint="another")
        execute(replace(begun, provenance=other), told.append)
    assert steps(told)[0] <= 100
    count = len(begun.population.runs)
    assert [one.text for one in told if isinstance(one, Told)] == [
        f"{count} runs in progress start again from the first step: the checkpoint is of another environment"
    ]


def test_a_checkpoint_with_other_probes_does_not_count(tmp_path: Path) -> None:
    told: list[Advanced | Finished] = []
    with opened(tmp_path / "results") as results:
        with pytest.raises(Paused):
            execute(task(results, tmp_path), lambda _: None, Stopper(4))
        changed = example.runs(tmp_path, *LONG, "probes.windows=20", only=["hinge"])
        execute(example.task(results, changed), told.append)
    assert steps(told)[0] <= 100


def test_with_interval_0_every_chunk_is_written(tmp_path: Path) -> None:
    seen: list[bool] = []
    with opened(tmp_path / "results") as results:
        often = task(results, tmp_path, checkpoint_every=0.0)
        path = results.layout.checkpoint(often.population.id)
        execute(often, lambda _: seen.append(path.is_file()))
    assert all(seen[:-1])
    assert not path.exists()


def test_checkpoints_stay_near_each_quarter(tmp_path: Path) -> None:
    with opened(tmp_path / "results") as results:
        done = task(results, tmp_path)
        execute(done, lambda _: None)
        names = sorted(p.name for p in results.layout.kept(done.population.id, 0).parent.iterdir())
    assert names == ["00000100.pt", "00000200.pt", "00000300.pt", "00000400.pt"]


@pytest.mark.parametrize(
    ("evaluated", "kept"),
    [([10], {10}), ([10, 20], {10, 20}), (range(1, 101), {25, 50, 75, 100}), ([30, 60, 70], {30, 60, 70})],
)
def test_the_quarters_are_evaluations(evaluated: list[int], kept: set[int]) -> None:
    assert quarters(list(evaluated)) == kept


def test_the_log_survives_as_text() -> None:
    evaluation = Evaluation(10, "raw", {"high_quality": 0.1, "reverse_kl": float("inf")})
    log = Log([[evaluation]], [{"step": 10}], 10, 2.5, plane=[{"step": 10, "x": "AACAPw==", "logits": None}])
    assert Log.loads(log.dumps()) == log
    assert log.after(1.5).seconds == 4.0
