"""Which runs share a program, and how they are cut."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ganbench.records import Population, Run
from ganbench.suite.datasets import dataset
from ganbench.suite.expand import expand
from ganbench.suite.populations import groups, population, populations, program
from tests.suite.example import setting, suite


def runs(folder: Path, axes: str, seeds: int = 2) -> list[Run]:
    return expand(suite(folder, f"axes: {{{axes}}}"), seeds=range(seeds))


def sizes(found: list[Population]) -> list[int]:
    return [len(one.runs) for one in found]


@pytest.mark.parametrize(
    "change",
    [
        {"optimizers": {"generator": {"name": "adam", "lr": 1, "beta1": 0.1}, "discriminator": "adam"}},
        {"data": "grid"},
        {"data": {"name": "ring", "radius": 2}},
        {"evaluation": {"every": 10, "metrics": ["reverse_kl"], "projections": 3, "exact_samples": 9}},
        {"failure": [{"metric": "high_quality", "below": 0.5}]},
    ],
)
def test_what_is_a_vector_over_replicas_or_judged_apart_shares_a_program(change: dict[str, Any]) -> None:
    assert program(setting(**change)) == program(setting())


@pytest.mark.parametrize(
    "change",
    [
        {"loss": "minimax"},
        {"batch": 9},
        {"steps": 200},
        {"latent": {"dim": 3}},
        {"latent": {"dim": 2, "law": "uniform"}},
        {"penalties": ["r1"]},
        {"generator": {"name": "mlp", "width": 32}},
        {"discriminator": {"name": "mlp", "dropout": 0.1}},
        {"optimizers": {"generator": "adam", "discriminator": "sgd"}},
        {"schedule": {"d_steps": 2}},
        {"precision": "float64"},
        {"precision": "bfloat16"},
        {"precision": "tf32"},
        {"ema": {"decay": 0.9}},
        {"evaluation": {"every": 20}},
        {"evaluation": {"every": 10, "samples": 100}},
        {"probes": {"windows": 7}},
        {"data": {"name": "mixture", "means": [[0, 1, 2]], "std": 0.1}},
    ],
)
def test_everything_else_splits(change: dict[str, Any]) -> None:
    assert program(setting(**change)) != program(setting())


PIXELS = {"name": "mixture", "means": [[0.0] * 64, [1.0] * 64], "std": 0.1}


def test_images_and_vectors_of_as_many_numbers_do_not_share_a_program() -> None:
    digits, vectors = setting(data="digits"), setting(data=PIXELS)
    assert dataset(digits.data).shape == dataset(vectors.data).shape
    assert program(digits) != program(vectors)


def test_images_of_two_shapes_do_not_share_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    square = program(setting(data="digits"))
    wide = SimpleNamespace(shape=(64,), image_shape=(4, 16))
    monkeypatch.setattr("ganbench.suite.populations.dataset", lambda _: wide)
    assert program(setting(data="digits")) != square


def test_weights_of_the_same_penalty_share_a_program_and_its_interval_splits() -> None:
    def with_r1(**options: Any) -> str:
        return program(setting(penalties=[{"name": "r1", **options}]))

    assert with_r1(gamma=1) == with_r1(gamma=5)
    assert with_r1(every=1) != with_r1(every=4)


def test_programs_come_by_their_first_run_and_runs_in_their_order(tmp_path: Path) -> None:
    found = groups(runs(tmp_path, "data: [ring, grid], loss: [hinge, minimax]"))
    assert [[f"{run.cell.name}-{run.seed}" for run in group] for group in found] == [
        ["ring/hinge-0", "ring/hinge-1", "grid/hinge-0", "grid/hinge-1"],
        ["ring/minimax-0", "ring/minimax-1", "grid/minimax-0", "grid/minimax-1"],
    ]


def test_every_run_is_in_one_population(tmp_path: Path) -> None:
    all_runs = runs(tmp_path, "optimizers.generator.lr: [1e-4, 2e-4, 3e-4], loss: [hinge, minimax]", seeds=3)
    for replicas in (None, 1, 2, 4, 100):
        found = [run.id for one in populations(all_runs, replicas=replicas) for run in one.runs]
        assert sorted(found) == sorted(run.id for run in all_runs)


def test_populations_hold_at_most_the_replicas_that_fit(tmp_path: Path) -> None:
    all_runs = runs(tmp_path, "optimizers.generator.lr: [1e-4, 2e-4], loss: [hinge, minimax]", seeds=5)
    assert sizes(populations(all_runs)) == [10, 10]
    assert sizes(populations(all_runs, replicas=4)) == [4, 4, 2, 4, 4, 2]
    assert sizes(populations(all_runs, replicas=1)) == [1] * 20


def test_the_id_depends_on_the_runs_and_their_order(tmp_path: Path) -> None:
    first, second, *_ = runs(tmp_path, "batch: [4, 8]")
    assert population([first, second]).id == population([first, second]).id
    assert len({population(some).id for some in ([first], [second], [first, second], [second, first])}) == 4
    assert len(population([first]).id) == 12


def test_no_runs_are_no_populations() -> None:
    assert populations([]) == []


def test_a_population_holds_at_least_one_replica(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="replicas is 0, expected at least 1"):
        populations(runs(tmp_path, "batch: [4, 8]"), replicas=0)
