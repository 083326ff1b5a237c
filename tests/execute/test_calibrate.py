"""Estimates of time: each program is measured once, and workers take the next task as they are free."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.execute import calibrate
from ganbench.execute.plan import plan
from tests.execute import example


@pytest.mark.parametrize(
    ("times", "workers", "expected"),
    [([5.0], 1, 5.0), ([5.0, 3.0, 2.0], 1, 10.0), ([5.0, 3.0, 2.0], 2, 5.0), ([4.0, 3.0, 2.0, 2.0], 2, 6.0)],
)
def test_the_makespan_is_when_the_last_worker_ends(times: list[float], workers: int, expected: float) -> None:
    assert calibrate.makespan(times, workers) == expected


def test_each_program_is_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[str] = []

    def measure(population: object, _: str) -> float:
        measured.append(population.id)
        return 10.0

    monkeypatch.setattr(calibrate, "_measure", measure)
    whole = plan(example.runs(tmp_path, seeds=range(4)), device="cpu", workers=1, replicas=2)
    assert calibrate.seconds_of(whole) == pytest.approx(40 + calibrate.START_UP)
    assert len(measured) == 2


def test_twice_the_steps_are_estimated_at_about_twice_the_time(tmp_path: Path) -> None:
    def seconds(steps: int) -> float:
        runs = example.runs(tmp_path, f"steps={steps}", only=["hinge"])
        return calibrate.seconds_of(plan(runs, device="cpu", workers=1)) - calibrate.START_UP

    assert 1.0 < seconds(4000) / seconds(1000) < 16.0
