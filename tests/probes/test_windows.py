"""Window statistics against a numpy oracle, however the steps are cut into chunks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbench.probes.spool import InMemory, Kind
from ganbench.probes.windows import STATISTICS, Windows


def data(seed: int, steps: int, replicas: int = 2, count: int = 2, broken: float = 0.3) -> np.ndarray:
    """[T, R, S] of float32, some of them NaN or infinite."""
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((steps, replicas, count)).astype(np.float32) * 10 + 3
    lost = rng.random(values.shape)
    values[lost < broken] = np.nan
    values[lost < broken / 4] = np.inf
    return values


def names(values: np.ndarray) -> tuple[list[str], list[str]]:
    return [f"r{k}" for k in range(values.shape[1])], [f"s{k}" for k in range(values.shape[2])]


def windows(values: np.ndarray, length: int, cuts=(), alive: np.ndarray | None = None) -> dict:
    """The columns after adding the values in chunks that end at the cuts."""
    found = Windows(length, values.shape[1], values.shape[2], InMemory())
    alive = np.ones(values.shape[:2], bool) if alive is None else alive
    edges = sorted({0, len(values), *(cut for cut in cuts if 0 < cut < len(values))})
    for start, stop in itertools.pairwise(edges):
        found.add(start, values[start:stop], alive[start:stop])
    return found.columns(*names(values), range(values.shape[1]))


def oracle(values: np.ndarray) -> dict[str, float]:
    """Of one signal's values in one window."""
    v = values[np.isfinite(values)].astype(np.float64)
    if not len(v):
        return dict(zip(STATISTICS, (0, 0, 0, np.inf, -np.inf, np.nan, 0), strict=True))
    return {
        "count": len(v),
        "mean": v.mean(),
        "m2": ((v - v.mean()) ** 2).sum(),
        "min": v.min(),
        "max": v.max(),
        "last": v[-1],
        "d2": (np.diff(v) ** 2).sum(),
    }


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 1000),
    steps=st.integers(1, 40),
    length=st.integers(1, 15),
    cuts=st.lists(st.integers(1, 39), max_size=8),
)
def test_statistics_are_those_of_numpy_whatever_the_cut_into_chunks(seed, steps, length, cuts):
    values = data(seed, steps)
    table = windows(values, length, cuts)
    for row, run in enumerate(table["run_id"]):
        first, last = table["first_step"][row], table["last_step"][row]
        assert first == table["window"][row] * length
        assert last == min(first + length, steps) - 1
        for s in range(values.shape[2]):
            expected = oracle(values[first : last + 1, int(run[1]), s])
            for statistic, value in expected.items():
                found = table[f"s{s}.{statistic}"][row]
                assert found == pytest.approx(value, rel=1e-5, abs=1e-4, nan_ok=True), statistic


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 1000), cuts=st.lists(st.integers(1, 29), max_size=6))
def test_the_cut_into_chunks_changes_nothing(seed, cuts):
    values = data(seed, 30)
    whole, pieces = windows(values, 7), windows(values, 7, cuts)
    assert list(whole) == list(pieces)
    for name, column in whole.items():
        if column.dtype.kind == "f":
            np.testing.assert_allclose(pieces[name], column, rtol=1e-5, atol=1e-4)
        else:
            np.testing.assert_array_equal(pieces[name], column)


def test_every_replica_has_its_windows_in_order():
    table = windows(data(0, 20, broken=0), 6)
    assert table["run_id"].tolist() == ["r0"] * 4 + ["r1"] * 4
    assert table["window"].tolist() == [0, 1, 2, 3] * 2


def test_rows_of_a_dead_replica_do_not_count():
    values = data(1, 20, broken=0)
    alive = np.ones((20, 2), bool)
    alive[8:, 1] = False
    table = windows(values, 6, cuts=(5, 9), alive=alive)
    assert table["run_id"].tolist() == ["r0"] * 4 + ["r1"] * 2
    assert table["s0.count"].tolist() == [6, 6, 6, 2, 6, 2]
    assert table["s0.last"][-1] == values[7, 1, 0]
    assert table["s0.mean"][-1] == pytest.approx(values[6:8, 1, 0].mean())


def test_a_large_offset_does_not_drown_the_spread():
    values = data(2, 30, broken=0).astype(np.float64) + 1e6
    table = windows(values, 30, cuts=range(1, 30))
    assert table["s0.m2"][0] == pytest.approx(
        ((values[:, 0, 0] - values[:, 0, 0].mean()) ** 2).sum(), rel=1e-4
    )


@pytest.mark.parametrize(
    ("values", "ratio"),
    [([0, 1] * 50, 4), (np.arange(100), 0), (np.random.default_rng(0).standard_normal(100), 2)],
)
def test_d2_over_m2_is_von_neumanns_ratio(values, ratio):
    """4 for an alternating series, 0 for a slow one, about 2 for white noise."""
    table = windows(np.asarray(values, np.float32).reshape(-1, 1, 1), 100, cuts=(13, 50))
    assert table["s0.d2"][0] / table["s0.m2"][0] == pytest.approx(ratio, abs=0.5)


def test_differences_reach_over_gaps_but_not_over_windows():
    values = np.array([1, np.nan, np.nan, 4, 10, 11], np.float32).reshape(-1, 1, 1)
    table = windows(values, 4, cuts=(2,))
    assert table["s0.d2"].tolist() == [9, 1]


def test_signals_that_come_up_later_are_empty_before():
    found = Windows(4, 1, 1, InMemory())
    alive = np.ones((4, 1), bool)
    found.add(0, np.ones((4, 1, 1), np.float32), alive)
    found.widen(2)
    found.add(4, np.ones((4, 1, 2), np.float32), alive)
    table = found.columns(["r"], ["old", "new"], range(1))
    assert table["new.count"].tolist() == [0, 4]
    assert np.isnan(table["new.last"][0])
    assert table["old.count"].tolist() == [4, 4]


def test_a_run_shorter_than_a_window_has_one():
    table = windows(data(3, 1, broken=0), 50)
    assert table["last_step"].tolist() == [0, 0]
    assert table["s0.count"].tolist() == [1, 1]
    assert table["s0.d2"].tolist() == [0, 0]


def test_reading_does_not_close_the_open_window():
    values = data(4, 10, broken=0)
    found = Windows(8, 2, 2, InMemory())
    alive = np.ones((5, 2), bool)
    found.add(0, values[:5], alive)
    found.columns(*names(values), range(2))
    found.add(5, values[5:], alive)
    whole = windows(values, 8)
    np.testing.assert_allclose(
        found.columns(*names(values), range(2))["s1.mean"], whole["s1.mean"], rtol=1e-6
    )


def test_sums_too_large_for_float32_are_infinite_and_warn_nobody():
    windows = Windows(2, 1, 1, InMemory())
    windows.add(0, np.array([[[1e30]], [[-1e30]]], np.float32), np.ones((2, 1), bool))
    columns = windows.columns(["run"], ["a"], range(1))
    assert columns["a.m2"].tolist() == [np.inf]
    assert columns["a.mean"].tolist() == [0.0]


def test_a_finished_window_goes_to_the_spool_and_the_open_one_stays():
    spool = InMemory()
    found = Windows(4, 2, 1, spool)
    for first in range(0, 10, 2):
        found.add(first, np.ones((2, 2, 1), np.float32), np.ones((2, 2), bool))
    heads = [(b.kind, b.number, b.first, b.last, b.replica, b.values.shape) for b in spool.blocks]
    assert heads == [
        (Kind.WINDOW, 0, 0, 3, 0, (2, len(STATISTICS), 1)),
        (Kind.WINDOW, 1, 4, 7, 0, (2, len(STATISTICS), 1)),
    ]
    assert found.state()["position"] == [2, 8, 9]


@pytest.mark.parametrize("replicas", [range(1), range(1, 3), range(2, 3)])
def test_some_replicas_have_the_rows_that_they_have_among_all(replicas):
    values = data(5, 20, replicas=3)
    found = Windows(6, 3, 2, InMemory())
    alive = np.ones((20, 3), bool)
    alive[8:, 1] = False
    found.add(0, values, alive)
    whole, some = (found.columns(*names(values), of) for of in (range(3), replicas))
    mine = np.isin(whole["run_id"], [f"r{k}" for k in replicas])
    assert list(some) == list(whole)
    for name, column in whole.items():
        np.testing.assert_array_equal(some[name], column[mine])


def test_before_the_first_step_there_are_no_columns():
    assert Windows(4, 2, 0, InMemory()).columns(["a", "b"], [], range(2)) == {}
