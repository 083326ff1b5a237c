"""Populations as large as a GPU's memory allows, by what one run was seen to take."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbench.execute import fit, local
from ganbench.execute.fit import MARGIN, bytes_of, fitted
from ganbench.execute.gpu import GpuMemory
from ganbench.execute.job import Job
from ganbench.execute.local import run_job
from ganbench.records import Cell, Population, Run
from ganbench.store.reader import load_results
from ganbench.suite.populations import population
from ganbench.train.training import Training
from tests.execute import example

GB = 10**9


class Memory:
    """A meter that reads what it is told: bytes free, and taken by what is measured."""

    def __init__(self, free: float, taken: float) -> None:
        self._free, self._taken = int(free), int(taken)
        self.measured = 0

    def free(self) -> int:
        return self._free

    def held(self) -> int:
        return 7

    def restart(self) -> None:
        self.measured += 1

    def peak(self) -> int:
        return 7 + self._taken


def planned(folder: Path, seeds: int) -> list[Population]:
    """One population for each of the two losses."""
    runs = example.runs(folder, seeds=range(seeds))
    return [population([run for run in runs if run.cell.name == name]) for name in ("hinge", "minimax")]


def sizes(populations: list[Population]) -> list[int]:
    return [len(one.runs) for one in populations]


def cut(
    populations: list[Population], meter: Memory, *, graphs: bool = False, whole: frozenset[str] = frozenset()
) -> list[Population]:
    return fitted(populations, meter, device="cpu", graphs=graphs, whole=whole, tell=refuse)


def refuse(text: str) -> None:
    raise AssertionError(text)


def test_what_fits_stays_as_it_was_planned(tmp_path):
    before = planned(tmp_path, 10)
    assert cut(before, Memory(free=10 * GB, taken=1)) == before


@pytest.mark.parametrize(
    ("free", "graphs", "found"),
    [
        (10, False, [8, 8]),  # 0.8 of 10 GB, 1 GB each
        (7.4, False, [5, 5, 5, 5]),  # 5.9: two parts of 10, evenly
        (5, False, [4, 4, 2, 4, 4, 2]),
        (10, True, [4, 4, 2, 4, 4, 2]),  # as much again for graphs
        (1, False, [1] * 20),
        (0.1, False, [1] * 20),  # the worker tells what does not fit alone
    ],
)
def test_populations_are_cut_evenly_into_as_few_as_fit(tmp_path, free, graphs, found):
    seeds = 8 if found == [8, 8] else 10
    before = planned(tmp_path, seeds)
    after = cut(before, Memory(free=free * GB, taken=2 * GB), graphs=graphs)
    assert sizes(after) == found
    assert [run.id for one in after for run in one.runs] == [run.id for one in before for run in one.runs]


def test_each_program_is_measured_once(tmp_path):
    meter = Memory(free=5 * GB, taken=2 * GB)
    one, other = planned(tmp_path, 12)
    halves = [population(part) for part in (one.runs[:6], one.runs[6:])]
    assert sizes(cut([*halves, other], meter)) == [3, 3, 3, 3, 4, 4, 4]
    assert meter.measured == 2


def test_one_and_two_replicas_are_what_is_measured_and_those_in_progress_stay_whole(tmp_path):
    meter = Memory(free=1, taken=2 * GB)
    few = planned(tmp_path, 2)
    assert cut(few, meter) == few
    begun = planned(tmp_path, 6)
    assert cut(begun, meter, whole=frozenset(one.id for one in begun)) == begun
    assert meter.measured == 0


@settings(deadline=None, max_examples=15)
@given(count=st.integers(3, 40), free=st.integers(1, 10**6), taken=st.integers(1, 10**5))
def test_no_population_takes_more_than_its_share_of_what_is_free(count, free, taken, small):
    before = population([Run(small, seed) for seed in range(count)])
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patched:
        patched.setattr(fit, "bytes_of", lambda run, meter, device: taken)
        after = cut([before], Memory(free=free, taken=taken))
    assert sum(sizes(after)) == count
    assert max(sizes(after)) - min(sizes(after)) <= len(after)
    most = max(sizes(after))
    assert most == 1 or most * taken / 2 <= MARGIN * free + 1e-6


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Cell:
    return example.runs(tmp_path_factory.mktemp("suite"))[0].cell


def test_a_run_is_measured_as_it_trains_with_its_evaluation_and_without_graphs(tmp_path, monkeypatch):
    seen: list[str] = []
    for name in ("advance", "generate"):
        method = getattr(Training, name)
        monkeypatch.setattr(
            Training,
            name,
            lambda self, *a, _m=method, _n=name, **k: (seen.append(f"{_n} {a[0]}"), _m(self, *a, **k))[1],
        )
    made = Training.__init__
    monkeypatch.setattr(
        Training,
        "__init__",
        lambda self, *a, **k: (seen.append(f"graphs {k['graphs']}"), made(self, *a, **k))[1],
    )
    (run, *_) = example.runs(tmp_path)
    assert bytes_of(run, Memory(free=1, taken=5), device="cpu") == 5
    assert seen[:3] == ["graphs False", "advance 4", "generate 40"]


def test_what_raises_in_the_measurement_is_told_and_left_to_the_worker(tmp_path, monkeypatch):
    def raise_(*_: object, **__: object) -> int:
        raise RuntimeError("out of memory\nmore of it")

    monkeypatch.setattr(fit, "bytes_of", raise_)
    before, told = planned(tmp_path, 5), list[str]()
    after = fitted(before, Memory(1, 1), device="cpu", graphs=True, whole=frozenset(), tell=told.append)
    assert after == before
    assert told == [
        f"the memory of {name} could not be measured: out of memory" for name in ("hinge", "minimax")
    ]


@pytest.fixture
def on_cuda(monkeypatch):
    """The plan says that it is for a CUDA device; it trains on the CPU all the same."""
    made = Job.plan
    monkeypatch.setattr(Job, "plan", lambda *args: replace(made(*args), device="cuda", workers=1))
    real = local.fitted
    monkeypatch.setattr(local, "fitted", lambda *args, **more: real(*args, **{**more, "device": "cpu"}))


@pytest.mark.parametrize(("replicas", "found"), [(None, {3}), (6, {6})])
def test_a_job_fits_its_populations_unless_their_size_was_asked_for(
    tmp_path, monkeypatch, on_cuda, replicas, found
):
    monkeypatch.setattr(local, "GpuMemory", lambda _: Memory(free=10 * GB, taken=2 * 1.2 * GB))
    job = Job(
        example.tiny(tmp_path),
        tmp_path / "r",
        seeds=range(6),
        only=["hinge"],
        replicas=replicas,
        device="cpu",
    )
    progress = example.Silent()
    run_job(job, progress)
    frame = load_results(tmp_path / "r")
    assert set(frame["replicas"]) == found
    assert progress.texts == []


def test_the_meter_of_a_gpu_asks_torch_of_its_device(monkeypatch):
    asked: list[str] = []

    def told(name: str, value: object) -> None:
        monkeypatch.setattr(torch.cuda, name, lambda *of: (asked.append(" ".join([name, *of])), value)[1])

    told("empty_cache", None)
    told("mem_get_info", (5, 9))
    told("memory_allocated", 3)
    told("reset_peak_memory_stats", None)
    told("max_memory_allocated", 4)
    meter = GpuMemory("cuda")
    meter.restart()
    assert (meter.free(), meter.held(), meter.peak()) == (5, 3, 4)
    assert asked == [
        "reset_peak_memory_stats cuda",
        "empty_cache",
        "mem_get_info cuda",
        "memory_allocated cuda",
        "max_memory_allocated cuda",
    ]
