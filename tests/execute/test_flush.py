"""What a trace has finished goes to the disk at once; a kill between that and a checkpoint changes no bit."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ganbench.execute.keeper import Keeper
from ganbench.execute.task import Advanced, Finished, Task
from ganbench.execute.worker import execute
from ganbench.store.journal import Journal
from ganbench.store.layout import Layout
from ganbench.store.mark import check_journal
from ganbench.store.writer import Results
from ganbench.train import checkpoint
from tests.execute import example
from tests.store.example import opened

CHUNK = 64
LONG = (
    *("steps=256", "evaluation.every=256", "penalties=[{name: r1, every: 70}]"),
    "probes={windows: 9, bursts: 3, burst_steps: 70}",
)
KINDS = {"alive": (), "diverged": ("optimizers.generator={name: sgd, lr: 1e30}",)}

Patch = pytest.MonkeyPatch


class Killed(BaseException):
    """Nothing catches it, as nothing catches a kill."""


def task(results: Results, folder: Path, *sets: str, every: float = 0.0) -> Task:
    made = example.task(results, example.runs(folder, *LONG, *sets, only=["hinge"]))
    return replace(made, checkpoint_every=every)


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return KINDS[request.param]


@pytest.fixture(scope="module")
def whole(kind: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results that nobody interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    with opened(folder / "results") as results:
        execute(task(results, folder, *kind, every=1e9), lambda _: None)
    return folder / "results"


def calls(of: object, name: str, patch: Patch, fatal: int, die: Callable[..., None]) -> None:
    """Every call of a function goes through, but for one, in which `die` is called instead, with the original."""
    original, left = getattr(of, name), [fatal]

    def counted(*arguments: object) -> object:
        left[0] -= 1
        return die(original, *arguments) if left[0] == 0 else original(*arguments)

    patch.setattr(of, name, counted)


def before(original: Callable[..., object], *arguments: object) -> None:
    raise Killed


def after(original: Callable[..., object], *arguments: object) -> None:
    original(*arguments)
    raise Killed


def torn(original: Callable[..., object], journal: Journal, *arguments: object) -> None:
    """Only a part of the last block has reached the file."""
    original(journal, *arguments)
    os.truncate(journal._path, journal._path.stat().st_size - 100)
    raise Killed


MOMENTS = {
    "in a flush": (Journal, "append", torn),
    "after a flush": (Journal, "append", after),
    "between a flush and the mark": (Journal, "_write_mark", before),
    "between the mark and the checkpoint": (checkpoint, "save", before),
    "between a checkpoint and the next flush": (checkpoint, "save", after),
}


def assert_it_goes_on_to_the_same_bits(
    results: Results, folder: Path, kind: tuple[str, ...], whole: Path
) -> int:
    """The first step that is reported after the kill."""
    told: list[Advanced | Finished] = []
    execute(task(results, folder, *kind, every=1e9), told.append)
    example.assert_equal_bit_for_bit(whole, results.layout.root)
    for trace in Layout(whole).traces.iterdir():
        assert (results.layout.traces / trace.name).read_bytes() == trace.read_bytes()
    return next(one.done for one in told if isinstance(one, Advanced))


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("number", [2, 4])
def test_killed_in_between_it_goes_on_to_the_same_bits(
    tmp_path: Path, monkeypatch: Patch, kind: tuple[str, ...], whole: Path, moment: str, number: int
) -> None:
    of, name, die = MOMENTS[moment]
    with opened(tmp_path / "results") as results:
        begun = task(results, tmp_path, *kind)
        with monkeypatch.context() as patch:
            calls(of, name, patch, number, die)
            with pytest.raises(Killed):
                execute(begun, lambda _: None)
        check_journal(results.layout, begun.population.id)
        assert_it_goes_on_to_the_same_bits(results, tmp_path, kind, whole)


def test_many_flushes_after_the_last_checkpoint_are_dropped(
    tmp_path: Path, monkeypatch: Patch, kind: tuple[str, ...], whole: Path
) -> None:
    looks = iter([False, True])
    with opened(tmp_path / "results") as results:
        begun = task(results, tmp_path, *kind)
        with monkeypatch.context() as patch:
            patch.setattr(Keeper, "due", property(lambda _: next(looks, False)))
            killed_at_the_commit(begun, patch)
        assert assert_it_goes_on_to_the_same_bits(results, tmp_path, kind, whole) > CHUNK


def killed_at_the_commit(begun: Task, patch: Patch) -> None:
    def killed(*_: object, **__: object) -> None:
        raise Killed

    patch.setattr(Results, "commit", killed)
    with pytest.raises(Killed):
        execute(begun, lambda _: None)


@pytest.mark.parametrize("harm", ["changed", "cut", "gone"])
def test_with_a_damaged_journal_the_population_starts_again(
    tmp_path: Path, monkeypatch: Patch, kind: tuple[str, ...], whole: Path, harm: str
) -> None:
    with opened(tmp_path / "results") as results:
        begun = task(results, tmp_path, *kind)
        with monkeypatch.context() as patch:
            killed_at_the_commit(begun, patch)
        path = results.layout.journal(begun.population.id)
        content = bytearray(path.read_bytes())
        content[len(content) // 3] ^= 1
        path.write_bytes(content if harm == "changed" else content[: len(content) // 3])
        if harm == "gone":
            path.unlink()
        assert assert_it_goes_on_to_the_same_bits(results, tmp_path, kind, whole) <= CHUNK


def test_the_journal_of_another_start_does_not_go_with_a_checkpoint(
    tmp_path: Path, monkeypatch: Patch, kind: tuple[str, ...], whole: Path
) -> None:
    """That of one with other probes, which was killed before its first checkpoint."""
    with opened(tmp_path / "results") as results:
        begun = task(results, tmp_path, *kind)
        other = task(results, tmp_path, *kind, "probes.windows=7", every=1e9)
        assert begun.population.id == other.population.id
        with monkeypatch.context() as patch:
            killed_at_the_commit(begun, patch)
            killed_at_the_commit(other, patch)
        assert assert_it_goes_on_to_the_same_bits(results, tmp_path, kind, whole) <= CHUNK


def test_a_checkpoint_does_not_grow_with_the_run(tmp_path: Path) -> None:
    sizes: list[tuple[int, int]] = []
    with opened(tmp_path / "results") as results:
        runs = example.runs(tmp_path, "steps=1280", "evaluation.every=1280", "probes.windows=40")
        begun = replace(example.task(results, runs), checkpoint_every=0.0)
        layout, name = results.layout, begun.population.id
        paths = (layout.checkpoint(name), layout.journal(name))
        execute(begun, lambda _: sizes.append(tuple(path.stat().st_size for path in paths if path.exists())))
    checkpoints, journals = zip(*sizes[:-2], strict=True)  # then it is evaluated, and committed
    assert len(checkpoints) > 15
    assert max(checkpoints) <= 1.01 * checkpoints[0]
    assert journals[-1] > 5 * journals[0]
