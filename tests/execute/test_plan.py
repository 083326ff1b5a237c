"""Which runs train together, in which order, where, and whether they fit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganbench.errors import DeviceError, StorageError
from ganbench.execute import plan as module
from ganbench.execute.estimate import WORKER, bytes_per_replica, work_per_step
from ganbench.execute.plan import MOST_ON_CPU, device_of, plan
from ganbench.records import Population, Run
from ganbench.suite.schema import Setting
from tests.execute import example


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("suite")


@pytest.fixture(scope="module")
def four(folder: Path) -> list[Run]:
    """Two programs of two runs."""
    return example.runs(folder)


@pytest.fixture(scope="module")
def many(folder: Path) -> list[Run]:
    """Two programs of 300 runs."""
    return example.runs(folder, seeds=range(300))


def work(population: Population) -> float:
    setting = Setting.model_validate(population.runs[0].cell.content)
    return work_per_step(setting) * setting.steps * len(population.runs)


@given(
    count=st.integers(1, 12),
    workers=st.integers(1, 5),
    replicas=st.none() | st.integers(1, 7),
    device=st.sampled_from(["cpu", "cuda"]),
)
def test_every_run_is_in_one_population_of_its_program(
    many: list[Run], count: int, workers: int, replicas: int | None, device: str
) -> None:
    runs = many[:count] + many[300 : 300 + count]
    found = plan(runs, device=device, workers=workers, replicas=replicas)
    assert sorted(run.id for p in found.populations for run in p.runs) == sorted(run.id for run in runs)
    assert all(len({run.cell.name for run in p.runs}) == 1 for p in found.populations)
    assert all(len(p.runs) <= (replicas or 1000) for p in found.populations)
    assert 1 <= found.workers <= min(workers, len(found.populations))


def test_the_longest_population_starts_first(folder: Path) -> None:
    sets = ("axes.loss={a: {loss: hinge, schedule: {d_steps: 1}}, b: {loss: hinge, schedule: {d_steps: 5}}}",)
    found = plan(example.runs(folder, *sets, seeds=range(5)), device="cpu", workers=1, replicas=3)
    costs = [work(population) for population in found.populations]
    assert costs == sorted(costs, reverse=True)
    assert found.populations[0].runs[0].cell.name == "b"


def test_one_program_is_cut_so_that_every_worker_has_some(folder: Path) -> None:
    runs = example.runs(folder, only=["hinge"], seeds=range(10))
    found = plan(runs, device="cpu", workers=2)
    assert [len(p.runs) for p in found.populations] == [5, 5]
    assert found.workers == 2


def test_enough_programs_for_all_workers_are_left_whole(four: list[Run]) -> None:
    assert [len(p.runs) for p in plan(four, device="cpu", workers=2).populations] == [2, 2]


def test_a_population_on_a_cpu_keeps_a_layer_within_the_cache(folder: Path) -> None:
    narrow = plan(example.runs(folder, seeds=range(300)), device="cpu", workers=1)
    assert max(len(p.runs) for p in narrow.populations) <= MOST_ON_CPU
    wide = example.runs(folder, "generator.width=512", "batch=256", seeds=range(300))
    assert max(len(p.runs) for p in plan(wide, device="cpu", workers=1).populations) == 4


def test_a_gpu_takes_a_program_whole_in_one_process(many: list[Run]) -> None:
    found = plan(many, device="cuda")
    assert [len(p.runs) for p in found.populations] == [300, 300]
    assert found.workers == 1


def test_workers_default_to_the_cores_that_the_process_may_use(
    many: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "available_cores", lambda: 3)
    assert plan(many, device="cpu").workers == 3
    assert plan(many, device="cpu", workers=2).workers == 2


def test_every_worker_has_one_thread_so_that_numbers_do_not_depend_on_cores(four: list[Run]) -> None:
    assert plan(four, device="cpu", workers=1).threads == plan(four, device="cpu", workers=2).threads == 1


def test_the_memory_is_that_of_the_populations_that_run_at_once(four: list[Run]) -> None:
    one = 2 * bytes_per_replica(Setting.model_validate(four[0].cell.content))
    assert plan(four, device="cpu", workers=1).memory == WORKER + one
    assert plan(four, device="cpu", workers=2).memory == 2 * (WORKER + one)


def test_what_does_not_fit_is_refused_before_it_is_allocated(
    four: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "available_memory", lambda: 700_000_000)
    plan(four, device="cpu", workers=1)
    with pytest.raises(StorageError, match=r"about 1\.2 GB of memory, 0\.7 GB are available") as caught:
        plan(four, device="cpu", workers=2)
    assert "--workers" in caught.value.hint


def test_where_nobody_tells_the_memory_nothing_is_refused(
    four: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "available_memory", lambda: None)
    assert plan(four, device="cpu", workers=2).workers == 2


def test_the_memory_of_the_host_is_no_limit_for_a_gpu(
    four: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "available_memory", lambda: 1)
    assert plan(four, device="cuda").device == "cuda"


@pytest.mark.parametrize(
    ("wanted", "driver", "available", "device"),
    [
        ("cpu", True, True, "cpu"),
        ("auto", False, False, "cpu"),
        ("auto", True, False, "cpu"),
        ("auto", True, True, "cuda"),
        ("cuda", True, True, "cuda"),
    ],
)
def test_auto_takes_a_gpu_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, wanted: str, driver: bool, available: bool, device: str
) -> None:
    monkeypatch.setattr(module, "_has_driver", lambda: driver)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: available)
    assert device_of(wanted) == device


def test_a_gpu_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(DeviceError, match="--device cuda: there is no CUDA device") as caught:
        device_of("cuda")
    assert caught.value.exit_code == 2
    assert "--device cpu" in caught.value.hint


def test_tf32_is_refused_on_a_cpu_before_anything_is_cut(folder: Path) -> None:
    runs = example.runs(folder, "precision=tf32")
    assert len(plan(runs, device="cuda").populations) == 2
    with pytest.raises(DeviceError, match="precision: tf32: needs a CUDA device") as caught:
        plan(runs, device="cpu")
    assert caught.value.where.startswith(f"cell {runs[0].cell.name}: ")
    assert "--only" in caught.value.hint
