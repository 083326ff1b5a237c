"""Killed outright at a random moment, also within a population: the same command ends with the same numbers.

Everything is compared bit for bit: runs, evaluations, findings, windows and bursts.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from benchmarks import victim
from ganbench.cli.main import main
from ganbench.store.layout import Layout
from ganbench.store.reader import load_results
from tests.execute import example

STEPS = 640
LENGTH = ["--set", f"steps={STEPS}", "--set", "evaluation.every=160", "--checkpoint-every", "0"]
PATIENCE = 60  # seconds

Where = Callable[[Path], bool]


def arguments(folder: Path, out: str, *, workers: int = 1, replicas: int = 2) -> list[str]:
    """Two populations of two runs, or as many as `replicas` makes."""
    sizes = ["--workers", str(workers), "--replicas", str(replicas)]
    return ["run", str(example.written(folder)), "--out", str(folder / out), *LENGTH, *sizes]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a run that nobody interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    assert main(arguments(folder, "results")) == 0
    return folder / "results"


def killed(folder: Path, where: Where, *, workers: int = 1) -> None:
    """Start the run, kill it once `where` is true of its results."""
    process = victim.start(arguments(folder, "results", workers=workers), folder / "said")
    _wait(process, lambda: where(folder / "results"))
    assert victim.kill(process), f"it ended before it was killed: {(folder / 'said').read_text()}"


def _wait(process: BaseProcess, reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.is_alive() and not reached():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def within(step: int) -> Where:
    """Some population has a checkpoint at this step or later, and is not done."""
    return lambda root: any(step <= found < STEPS for found in victim.positions(root).values())


def assert_the_same_command_completes(folder: Path, whole: Path) -> None:
    assert main(arguments(folder, "results")) == 0
    assert victim.differences(folder / "results", whole) == []
    layout = Layout(folder / "results")
    assert not list(layout.work.iterdir())
    assert not layout.committed()


@pytest.mark.parametrize("seed", [0, 1])
def test_a_kill_within_a_population_costs_only_what_came_after_its_checkpoint(
    tmp_path: Path, whole: Path, seed: int
) -> None:
    wanted = random.Random(seed).randrange(64, STEPS - 128)
    killed(tmp_path, within(wanted))
    (found,) = victim.positions(tmp_path / "results").values()
    assert 0 < wanted <= found < STEPS
    trained = victim.counter(tmp_path / "steps")
    process = victim.start(arguments(tmp_path, "results"), tmp_path / "said", trained)
    process.join(PATIENCE)
    ended = len(load_results(tmp_path / "results"))
    assert ended == 4
    assert victim.count(trained) in {STEPS - found, 2 * STEPS - found}
    assert_the_same_command_completes(tmp_path, whole)


def test_a_kill_between_two_populations_costs_nothing_of_the_first(tmp_path: Path, whole: Path) -> None:
    killed(tmp_path, lambda root: bool(Layout(root).committed()))
    assert len(load_results(tmp_path / "results")) == 2
    assert_the_same_command_completes(tmp_path, whole)


def test_killed_again_and_again_at_random_it_still_ends_with_the_same_numbers(
    tmp_path: Path, whole: Path
) -> None:
    moments = random.Random(2)
    for _ in range(6):
        process = victim.start(arguments(tmp_path, "results"), tmp_path / "said")
        process.join(moments.uniform(0, 1.5))
        victim.kill(process)
    assert_the_same_command_completes(tmp_path, whole)


def test_with_two_workers_killing_the_parent_stops_them_and_both_populations_go_on(
    tmp_path: Path, whole: Path
) -> None:
    killed(tmp_path, within(64), workers=2)
    begun = victim.positions(tmp_path / "results")
    assert any(0 < step < STEPS for step in begun.values())
    assert_the_same_command_completes(tmp_path, whole)
