"""The switch of CUDA graphs, from a job to its trainings, and what is kept of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ganbench.environment import describe
from ganbench.execute import local
from ganbench.execute.job import Job
from ganbench.execute.local import run_job
from ganbench.execute.worker import execute
from ganbench.store.reader import load_results
from ganbench.train import training
from ganbench.train.graph import Graphs
from tests.execute import example
from tests.store.example import opened
from tests.train.tape_recorder import TapeRecorder


@pytest.mark.parametrize("graphs", [True, False])
def test_a_task_says_whether_its_training_may_use_them(tmp_path, monkeypatch, graphs):
    asked = []

    class Asked(training.Training):
        def __init__(self, *args, **more):
            asked.append(more["graphs"])
            super().__init__(*args, **more)

    monkeypatch.setattr(training, "Training", Asked)
    with opened(tmp_path / "results") as results:
        task = example.task(results, example.runs(tmp_path, only=["hinge"]))
        assert task.graphs
        execute(replace(task, graphs=graphs), lambda _: None)
    assert asked == [graphs]


@pytest.mark.parametrize("graphs", [True, False])
def test_a_job_gives_the_switch_to_its_tasks(tmp_path, monkeypatch, graphs):
    given = []
    monkeypatch.setattr(local, "execute", lambda task, *_: given.append(task.graphs))
    run_job(
        Job(example.tiny(tmp_path), tmp_path / "r", workers=1, device="cpu", graphs=graphs), example.Silent()
    )
    assert set(given) == {graphs}


@pytest.mark.parametrize(
    ("device", "graphs", "noted"),
    [
        ("cpu", True, None),
        ("cuda", True, "where a first chunk equals its calls bit for bit"),
        ("cuda", False, "off"),
    ],
)
def test_what_was_asked_for_on_a_cuda_device_is_noted(tmp_path, monkeypatch, device, graphs, noted):
    """Beside the environment and no part of its fingerprint: the numbers are the same."""
    made = []

    def here(_: str, threads: int):
        made.append(describe("cpu", threads))
        return replace(made[-1], device=device)

    monkeypatch.setattr(local, "describe", here)
    monkeypatch.setattr(local, "execute", lambda *_: None)
    run_job(
        Job(example.tiny(tmp_path), tmp_path / "r", workers=1, device="cpu", graphs=graphs), example.Silent()
    )
    (record,) = json.loads((tmp_path / "r" / "environment.json").read_text())["provenance"].values()
    assert record["notes"].get("graphs") == noted
    assert record["fingerprint"] == made[0].fingerprint


def test_what_became_of_it_is_in_the_strategy_of_every_run(tmp_path, monkeypatch):
    """And nothing else in a results folder differs."""

    class Graphed(training.Training):
        def __init__(self, *args, **more):
            super().__init__(*args, **more)
            self.graphs = Graphs(self.loop, TapeRecorder())

    suite = example.tiny(tmp_path, "steps=60", "evaluation.every=20")
    run_job(Job(suite, tmp_path / "plain", workers=1, device="cpu"), example.Silent())
    monkeypatch.setattr(training, "Training", Graphed)
    run_job(Job(suite, tmp_path / "graphs", workers=1, device="cpu"), example.Silent())
    example.assert_equal_bit_for_bit(tmp_path / "plain", tmp_path / "graphs")
    assert set(load_results(tmp_path / "plain")["strategy"]) == {"layers"}
    assert set(load_results(tmp_path / "graphs")["strategy"]) == {"layers / graphs"}
