"""Counts of runs, whatever the order in which populations report."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.cli.tally import Tally, failed, replica_steps
from ganbench.execute.task import Advanced, Finished
from ganbench.records import Cell, Outcome, Population, Run

HEALTHY, FAILED, CRASHED = Outcome("healthy"), Outcome("failed", 5, "x"), Outcome("crashed")


def cell(name: str, steps: int = 100) -> Cell:
    return Cell(name, {}, {"steps": steps}, f"id-{name}", "e")


def population(*runs: Run) -> Population:
    return Population(runs, "+".join(run.id for run in runs))


A0, A1, B0 = Run(cell("a"), 0), Run(cell("a"), 1), Run(cell("b", 300), 0)
FIRST, SECOND = population(A0, B0), population(A1)


@pytest.fixture
def tally() -> Tally:
    tally = Tally()
    tally.start([FIRST, SECOND])
    return tally


def test_the_total_is_every_runs_steps(tally: Tally) -> None:
    assert replica_steps([A0, B0]) == 400
    assert tally.total == 500
    assert tally.done == 0
    assert tally.cells() == {"a": (0, 0), "b": (0, 0)}


def test_a_population_on_its_way_counts_its_replica_steps(tally: Tally) -> None:
    tally.advance(Advanced(FIRST.id, done=40, total=100, replicas=2, health={"a": (1, 1)}, causes={}))
    tally.advance(
        Advanced(FIRST.id, done=50, total=100, replicas=2, health={"a": (1, 1), "b": (0, 1)}, causes={})
    )
    assert tally.done == 100
    assert tally.cells() == {"a": (1, 1), "b": (0, 1)}


def test_cells_add_up_over_populations(tally: Tally) -> None:
    tally.advance(Advanced(SECOND.id, done=50, total=100, replicas=1, health={"a": (0, 1)}, causes={}))
    tally.finish(Finished(FIRST.id, 1.0, {A0.id: HEALTHY, B0.id: FAILED}, {}))
    assert tally.cells() == {"a": (1, 2), "b": (0, 1)}
    assert tally.done == 450


def test_outcomes_take_the_place_of_what_was_on_its_way(tally: Tally) -> None:
    tally.advance(Advanced(SECOND.id, done=99, total=100, replicas=1, health={"a": (1, 1)}, causes={}))
    assert tally.finish(Finished(SECOND.id, 1.0, {A1.id: FAILED}, {})) == [A1]
    assert tally.cells()["a"] == (0, 1)
    assert tally.done == 100


def test_crashed_runs_are_done_and_not_evaluated(tally: Tally) -> None:
    tally.finish(Finished(FIRST.id, 1.0, {A0.id: CRASHED, B0.id: HEALTHY}, {}))
    assert tally.cells() == {"a": (0, 0), "b": (1, 1)}
    assert tally.done == 400


@given(st.permutations([A0, A1, B0]), st.integers(0, 3))
def test_however_runs_are_cut_into_populations_the_end_is_the_same(runs: list[Run], cut: int) -> None:
    tally = Tally()
    tally.start([FIRST, SECOND])
    for piece in (runs[:cut], runs[cut:]):
        tally.finish(Finished("piece", 1.0, {run.id: HEALTHY for run in piece}, {}))
    assert tally.done == tally.total
    assert tally.cells() == {"a": (2, 2), "b": (1, 1)}


def test_errors_of_runs_on_their_way_count_until_these_end(tally: Tally) -> None:
    live = {A0.id: "mode-collapse", B0.id: "mode-hopping"}
    tally.advance(Advanced(FIRST.id, done=50, total=100, replicas=2, health={}, causes=live))
    tally.advance(
        Advanced(SECOND.id, done=50, total=100, replicas=1, health={}, causes={A1.id: "mode-collapse"})
    )
    assert tally.causes() == {"a": {"mode-collapse": 2}, "b": {"mode-hopping": 1}}
    tally.finish(
        Finished(FIRST.id, 1.0, {A0.id: FAILED, B0.id: HEALTHY}, {A0.id: "wiring", B0.id: "gradient-spike"})
    )
    assert tally.causes() == {"a": {"wiring": 1, "mode-collapse": 1}}


def test_of_runs_that_have_ended_only_those_that_failed_count(tally: Tally) -> None:
    tally.finish(Finished(FIRST.id, 1.0, {A0.id: HEALTHY, B0.id: FAILED}, {A0.id: "wiring"}))
    assert tally.causes() == {}
    assert failed({A0.id: HEALTHY, B0.id: FAILED, A1.id: CRASHED}) == [B0.id]
