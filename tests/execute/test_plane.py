"""Samples in the plane are those that were evaluated, D's logits are D's, and to keep them changes nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from ganbench.execute import course as courses
from ganbench.execute import plane as planes
from ganbench.execute.job import Job
from ganbench.execute.local import run_job
from ganbench.execute.plane import BYTES, COUNT, SIDE, WIDER, columns, grid, lies_in_plane, look, square
from ganbench.execute.worker import execute
from ganbench.store.layout import Layout
from ganbench.store.reader import load_bursts, load_evaluations, load_plane, load_results, load_windows
from ganbench.train.checkpoint import load as load_checkpoint
from ganbench.train.training import Training
from tests.execute import example
from tests.store.example import opened
from tests.suite.example import setting

LONG = ("steps=80", "evaluation.every=10", "evaluation.samples=300")
KEPT = [20, 40, 60, 80]


def trained(steps: int = 3, **changes: Any) -> Training:
    made = Training([setting(**changes)] * 2, [0, 1], torch.device("cpu"))
    made.advance(steps)
    return made


def run(folder: Path, root: Path, *sets: str, stop_failed: bool = False) -> None:
    """Both seeds of the hinge loss, with these settings."""
    with opened(root) as results:
        task = example.task(results, example.runs(folder, *LONG, *sets, only=["hinge"]))
        execute(replace(task, stop_failed=stop_failed), lambda _: None)
        results.merge()


def unpacked(row: dict[str, Any]) -> dict[str, Any]:
    return {name: values[0] for name, values in columns([{"run_id": "a"} | row], ["a"]).items()}


boxes = st.tuples(*[st.floats(-10, 10)] * 2, *[st.floats(0.1, 10)] * 2)


@given(boxes)
def test_the_square_has_the_middle_of_the_box_and_holds_it(sides: tuple[float, ...]) -> None:
    low = np.array(sides[:2])
    high = low + sides[2:]
    left, bottom, width = square((low, high))
    assert width == pytest.approx(WIDER * (high - low).max())
    np.testing.assert_allclose([left + width / 2, bottom + width / 2], (low + high) / 2, atol=1e-12)
    assert left < low[0]
    assert bottom + width > high[1]


def test_the_grid_goes_row_by_row_from_the_bottom_left_corner_to_the_top_right_one() -> None:
    points = grid(-1.0, 2.0, 4.0)
    assert points.shape == (SIDE**2, 2)
    np.testing.assert_allclose(points[[0, SIDE - 1, SIDE, -1]], [[-1, 2], [3, 2], [-1, 2.125], [3, 6]])


def test_a_look_has_the_first_samples_and_the_logits_of_that_replicas_discriminator() -> None:
    training = trained(loss="hinge")
    samples = np.random.default_rng(0).normal(size=(2 * COUNT, 2))
    found = unpacked(look(training, 1, samples, tell=pytest.fail))
    assert (found["x"] == samples[:COUNT, 0].astype(np.float32)).all()
    assert (found["y"] == samples[:COUNT, 1].astype(np.float32)).all()
    assert (found["left"], found["bottom"], found["width"]) == square(training.datasets[1].box)
    points = grid(found["left"], found["bottom"], found["width"])
    with torch.no_grad():
        logits = training.discriminator(1)(torch.as_tensor(points, dtype=torch.float32))[:, 0]
    assert (found["logits"] == logits.numpy().astype(np.float16)).all()
    assert found["decision"] == 0.0


def test_a_discriminator_sees_the_grid_in_the_range_that_it_was_trained_on() -> None:
    training = trained(data_range="tanh")
    found = unpacked(look(training, 0, np.zeros((4, 2)), tell=pytest.fail))
    seen = training.shown[0].into(grid(found["left"], found["bottom"], found["width"]))
    assert np.abs(seen).max() == pytest.approx(0.95 * WIDER)
    with torch.no_grad():
        logits = training.discriminator(0)(torch.as_tensor(seen, dtype=torch.float32))[:, 0]
    assert (found["logits"] == logits.numpy().astype(np.float16)).all()


def test_a_critic_has_no_decision() -> None:
    assert look(trained(loss="wasserstein"), 0, np.zeros((4, 2)), tell=pytest.fail)["decision"] is None


def test_a_discriminator_that_judges_packs_has_no_logits() -> None:
    assert (
        look(trained(tricks=[{"name": "packing", "samples": 2}]), 0, np.zeros((4, 2)), tell=pytest.fail)[
            "logits"
        ]
        is None
    )


def test_logits_beyond_what_16_bits_hold_are_the_largest_there_is_and_nan_stays() -> None:
    training = trained()
    stack = training.game.discriminator.stack
    with torch.no_grad():
        stack.flat[0] *= 1e12
        stack.flat[1] *= torch.nan
    assert np.abs(unpacked(look(training, 0, np.zeros((4, 2)), tell=pytest.fail))["logits"]).max() == 65504
    assert np.isnan(unpacked(look(training, 1, np.zeros((4, 2)), tell=pytest.fail))["logits"]).all()


class Particular(nn.Module):
    """A discriminator that takes batches of one size alone. asked: sizes that it was given."""

    def __init__(self, inside: nn.Module, size: int) -> None:
        super().__init__()
        self.inside, self.size, self.asked = inside, size, []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.asked.append(len(x))
        if len(x) != self.size:
            raise ValueError(f"expected {self.size} samples")
        return self.inside(x)


def with_discriminator(monkeypatch: pytest.MonkeyPatch, training: Training, size: int) -> Particular:
    found = Particular(training.discriminator(0), size)
    monkeypatch.setattr(Training, "discriminator", lambda *_: found)
    return found


def test_d_is_asked_in_batches_of_the_size_that_it_is_trained_on(monkeypatch: pytest.MonkeyPatch) -> None:
    training = trained()
    at_once = unpacked(look(training, 0, np.zeros((4, 2)), tell=pytest.fail))["logits"]
    size = training.settings[0].batch
    asked = with_discriminator(monkeypatch, training, size).asked
    found = unpacked(look(training, 0, np.zeros((4, 2)), tell=pytest.fail))["logits"]
    assert asked == [size] * -(-(SIDE**2) // size)
    assert len(found) == SIDE**2
    assert (found == at_once).all()


def test_a_d_that_raises_costs_its_contours_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    training, told = trained(), []
    with_discriminator(monkeypatch, training, 7)
    found = look(training, 0, np.zeros((4, 2)), tell=told.append)
    assert found["logits"] is None
    assert found["x"]
    assert told == [
        "samples in the plane are kept without D's contours, as D raised ValueError: expected 7 samples"
    ]


def test_it_is_said_once_and_the_runs_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def raising(*_: object) -> None:
        raise ValueError("not these")

    monkeypatch.setattr(planes, "_in_batches", raising)
    progress = example.Silent()
    wanted = Job(example.tiny(tmp_path, *LONG), tmp_path / "r", workers=1, replicas=1)
    run_job(wanted, progress)
    assert len(progress.planned) == 4
    assert [text for text in progress.texts if "contours" in text] == [
        "samples in the plane are kept without D's contours, as D raised ValueError: not these"
    ]
    assert load_plane(tmp_path / "r")["logits"].isna().all()
    assert len(load_plane(tmp_path / "r")) == 4 * len(KEPT)


def test_only_points_of_the_plane_lie_in_it() -> None:
    assert lies_in_plane(trained(steps=0))
    mixture = {"name": "mixture", "means": [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]], "std": 0.1}
    assert not lies_in_plane(trained(steps=0, data=mixture))


def test_the_table_goes_run_by_run() -> None:
    rows = [{"run_id": run, "step": step} for step in (10, 20) for run in ("b", "a")]
    assert columns(rows, ["b", "a"]) == {"run_id": ["b", "b", "a", "a"], "step": [10, 20, 10, 20]}
    assert columns([], ["b"]) == {}


def test_samples_are_those_of_the_evaluations_near_each_quarter(tmp_path: Path) -> None:
    run(tmp_path, tmp_path / "r")
    chosen = example.runs(tmp_path, *LONG, only=["hinge"])
    training = Training(
        [setting(**one.cell.content) for one in chosen], [one.seed for one in chosen], torch.device("cpu")
    )
    found = load_plane(tmp_path / "r").set_index(["run_id", "step"])
    assert list(load_results(tmp_path / "r")["plane_steps"].map(list)) == [KEPT, KEPT]
    assert len(found) == 2 * len(KEPT)
    for step in KEPT:
        training.advance(step)
        samples = training.generate(300).astype(np.float32)
        for r, one in enumerate(chosen):
            row = found.loc[one.id, step]
            assert (np.column_stack([row["x"], row["y"]]) == samples[r, :COUNT]).all()
            assert row["of"] == "raw"


def test_those_of_the_moving_average_are_kept_where_that_is_judged(tmp_path: Path) -> None:
    run(tmp_path, tmp_path / "r", "ema={decay: 0.9}", "evaluation.of=ema")
    assert set(load_plane(tmp_path / "r")["of"]) == {"ema"}


def test_images_leave_none_and_say_so(tmp_path: Path) -> None:
    metrics = "evaluation.metrics=[sliced_wasserstein]"
    run(tmp_path, tmp_path / "r", "data=digits", metrics, "failure=[]", "steps=20")
    assert load_results(tmp_path / "r")["plane_steps"].isna().all()
    assert len(load_plane(tmp_path / "r")) == 0
    assert not list((tmp_path / "r" / "traces").glob("*-plane*"))


def test_a_run_that_diverged_leaves_none_from_then_on(tmp_path: Path) -> None:
    run(tmp_path, tmp_path / "r", "optimizers.generator={name: sgd, lr: 1e30}")
    runs = load_results(tmp_path / "r")
    assert (runs["diverged_at"] < 20).all()
    assert list(runs["plane_steps"].map(list)) == [[], []]


def test_a_run_that_was_stopped_leaves_its_last_ones(tmp_path: Path) -> None:
    run(tmp_path, tmp_path / "r", "evaluation.every=5", stop_failed=True)
    runs = load_results(tmp_path / "r")
    assert (runs["stopped_at"] < KEPT[0]).all()
    assert list(runs["plane_steps"].map(list)) == [[step] for step in runs["stopped_at"]]


def test_to_keep_them_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path, tmp_path / "with")
    monkeypatch.setattr(courses, "lies_in_plane", lambda _: False)
    run(tmp_path, tmp_path / "without")
    example.assert_equal_bit_for_bit(tmp_path / "with", tmp_path / "without")
    for load in (load_windows, load_bursts, load_evaluations):
        pd.testing.assert_frame_equal(load(tmp_path / "with"), load(tmp_path / "without"), check_exact=True)
    kept = sorted((tmp_path / "with" / "checkpoints").glob("*/*.pt"))
    assert len(kept) == len(KEPT)
    for path in kept:
        one, other = (
            load_checkpoint(tmp_path / root / path.relative_to(tmp_path / "with"))
            for root in ("with", "without")
        )
        assert _equal(one["tensors"], other["tensors"])


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_equal, one, other))
    return bool(one == other)


def test_a_run_costs_less_than_20_kilobytes(tmp_path: Path) -> None:
    run(tmp_path, tmp_path / "r")
    (path,) = (tmp_path / "r" / "traces").glob("*-plane.parquet")
    layout = Layout(tmp_path / "r")
    assert path == layout.plane(path.name.removesuffix("-plane.parquet"))
    each = path.stat().st_size / 2
    assert 0.7 * len(KEPT) * BYTES < each < 20_000
