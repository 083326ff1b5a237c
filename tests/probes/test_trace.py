"""A trace: windows, bursts at the right steps with the raw values, the flight recorder, bounded size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbench.probes.spool import InMemory
from ganbench.probes.trace import DIVERGENCE_BURST, FAILURE_BURST, FLIGHT, Plan, Trace

NAMES = ["a", "b"]


def values(steps: int) -> dict[str, np.ndarray]:
    return {
        name: np.random.default_rng(seed).standard_normal((steps, 2)).astype(np.float32)
        for seed, name in enumerate(("level", "noise"))
    }


def trace(steps: int, *, left=(-1, -1), chunk: int = 64, planned: int | None = None, **plan: int) -> Trace:
    """The first steps of a run, or all of it, read in chunks; `left`: the step at which each replica diverges."""
    whole = {name: signal[:steps] for name, signal in values(planned or steps).items()}
    found = Trace(Plan(planned or steps, **{"windows": 500, "bursts": 10, "burst_steps": 512} | plan), 2)
    for first in range(0, steps, chunk):
        rows = {name: signal[first : first + chunk] for name, signal in whole.items()}
        known = [step if 0 <= step < first + chunk else -1 for step in left]
        found.add(first, rows, known)
    return found


def burst_steps(columns: dict, run: str, burst: int) -> list[int]:
    return columns["step"][(columns["run_id"] == run) & (columns["burst"] == burst)].tolist()


@pytest.mark.parametrize("chunk", [7, 64, 1000])
def test_bursts_start_evenly_over_the_run_and_hold_the_raw_values(chunk):
    found = trace(1000, chunk=chunk, bursts=4, burst_steps=30).bursts(NAMES)
    whole = values(1000)
    for replica, run in enumerate(NAMES):
        for burst in range(4):
            assert burst_steps(found, run, burst) == list(range(250 * burst, 250 * burst + 30))
        mine = found["run_id"] == run
        np.testing.assert_array_equal(found["noise"][mine], whole["noise"][found["step"][mine], replica])


@settings(deadline=None, max_examples=60)
@given(
    steps=st.integers(1, 300), bursts=st.integers(0, 12), length=st.integers(1, 40), chunk=st.integers(1, 70)
)
def test_no_plan_keeps_more_than_it_promises(steps, bursts, length, chunk):
    found = trace(steps, chunk=chunk, bursts=bursts, burst_steps=length, windows=5)
    assert len(found.windows(NAMES)["window"]) <= 2 * 5
    columns = found.bursts(NAMES)
    assert len(columns.get("step", [])) <= 2 * bursts * length
    for run in NAMES:
        for burst in range(bursts):
            kept = burst_steps(columns, run, burst)
            assert kept == list(range(kept[0], kept[0] + len(kept))) if kept else True


@pytest.mark.parametrize("steps", [1, 9, 500, 501, 12_345])
def test_windows_cover_every_step_once_and_number_at_most_what_was_asked_for(steps):
    table = trace(steps).windows(NAMES)
    mine = table["run_id"] == "a"
    first, last = table["first_step"][mine], table["last_step"][mine]
    assert len(first) <= 500
    assert first[0] == 0
    assert last[-1] == steps - 1
    assert (first[1:] == last[:-1] + 1).all()
    assert table["noise.count"][mine].sum() == steps


@pytest.mark.parametrize("left", [0, 1, 63, 64, 65, 200, 299])
@pytest.mark.parametrize("chunk", [1, 10, 64, 300])
def test_the_flight_recorder_holds_the_last_steps_before_the_divergence(left, chunk):
    found = trace(300, left=(-1, left), chunk=chunk, bursts=0).bursts(NAMES)
    assert burst_steps(found, "b", DIVERGENCE_BURST) == list(range(max(0, left - FLIGHT + 1), left + 1))
    assert burst_steps(found, "a", DIVERGENCE_BURST) == []
    np.testing.assert_array_equal(found["noise"], values(300)["noise"][found["step"], 1])


def test_the_flight_recorder_holds_64_steps():
    assert FLIGHT == 64
    assert len(trace(300, left=(150, -1), bursts=0).bursts(NAMES)["step"]) == 64


@pytest.mark.parametrize("chunk", [1, 10, 50])
def test_the_last_steps_before_a_failure_are_kept_of_that_run_alone(chunk):
    found = trace(50, planned=300, chunk=chunk, bursts=0)
    found.keep_last(1)
    early = trace(200, planned=300, chunk=chunk, bursts=0)
    early.keep_last(0)
    assert burst_steps(found.bursts(NAMES), "b", FAILURE_BURST) == list(range(50))
    assert burst_steps(early.bursts(NAMES), "a", FAILURE_BURST) == list(range(200 - FLIGHT, 200))
    assert burst_steps(early.bursts(NAMES), "b", FAILURE_BURST) == []
    kept = early.bursts(NAMES)
    np.testing.assert_array_equal(kept["noise"], values(300)["noise"][kept["step"], 0])


def test_a_failure_and_a_later_divergence_keep_a_burst_each():
    found = Trace(Plan(300, 10, 0, 1), 1)
    row = np.arange(300, dtype=np.float32)[:, None]
    found.add(0, {"loss_d": row[:100]}, [-1])
    found.keep_last(0)
    found.add(100, {"loss_d": row[100:]}, [200])
    kept = found.bursts(["a"])
    for burst, last in ((FAILURE_BURST, 99), (DIVERGENCE_BURST, 200)):
        mine = kept["burst"] == burst
        assert kept["step"][mine].tolist() == list(range(last - FLIGHT + 1, last + 1))
        assert kept["loss_d"][mine].tolist() == kept["step"][mine].tolist()


def test_several_replicas_may_leave_in_one_chunk():
    found = trace(100, left=(70, 90), chunk=100, bursts=0).bursts(NAMES)
    assert burst_steps(found, "a", DIVERGENCE_BURST)[-1] == 70
    assert burst_steps(found, "b", DIVERGENCE_BURST)[-1] == 90


@pytest.mark.parametrize("chunk", [7, 64])
def test_rows_after_a_replica_left_are_dropped(chunk):
    found = trace(300, left=(-1, 100), chunk=chunk, bursts=3, burst_steps=50, windows=30)
    bursts, windows = found.bursts(NAMES), found.windows(NAMES)
    assert burst_steps(bursts, "b", 0) == list(range(50))
    assert burst_steps(bursts, "b", 1) == [100]
    assert burst_steps(bursts, "b", 2) == []
    mine = windows["run_id"] == "b"
    assert windows["noise.count"][mine].sum() == 101
    assert windows["noise.count"][~mine].sum() == 300


def test_without_bursts_there_are_none():
    assert trace(100, bursts=0).bursts(NAMES) == {}


def test_bursts_longer_than_their_distance_cover_the_run_once():
    found = trace(100, bursts=10, burst_steps=512).bursts(NAMES)
    assert found["step"][found["run_id"] == "a"].tolist() == list(range(100))


def test_a_run_of_fewer_steps_than_bursts_keeps_all_of_them():
    found = trace(3, bursts=10).bursts(NAMES)
    assert found["step"].tolist() == [0, 1, 2] * 2
    assert found["burst"].tolist() == [0, 1, 2] * 2


def test_a_signal_that_comes_up_late_or_goes_missing_reads_nan_there():
    found = Trace(Plan(6, windows=3, bursts=1, burst_steps=6), 1)
    row = np.ones((2, 1), np.float32)
    found.add(0, {"loss_d": row}, [-1])
    found.add(2, {"loss_d": row, "penalty_r1": row}, [-1])
    found.add(4, {"loss_d": row}, [5])
    bursts = found.bursts(["a"])
    for burst in (0, DIVERGENCE_BURST):
        mine = bursts["burst"] == burst
        assert np.isnan(bursts["penalty_r1"][mine]).tolist() == [True, True, False, False, True, True]
        assert not np.isnan(bursts["loss_d"][mine]).any()
    assert found.windows(["a"])["penalty_r1.count"].tolist() == [0, 2, 0]


def test_the_order_of_signals_in_a_chunk_does_not_matter():
    one, other = (Trace(Plan(4, 4, 1, 4), 1) for _ in range(2))
    a, b = np.zeros((2, 1), np.float32), np.ones((2, 1), np.float32)
    one.add(0, {"a": a, "b": b}, [-1])
    one.add(2, {"b": b, "a": a}, [-1])
    other.add(0, {"a": a, "b": b}, [-1])
    other.add(2, {"a": a, "b": b}, [-1])
    np.testing.assert_array_equal(one.bursts(["r"])["b"], other.bursts(["r"])["b"])


def test_an_unused_trace_is_empty():
    found = Trace(Plan(10, 5, 2, 3), 2)
    assert found.windows(NAMES) == {}
    assert found.bursts(NAMES) == {}


@settings(deadline=None, max_examples=25)
@given(cut=st.integers(1, 119), left=st.integers(-1, 119))
def test_a_trace_taken_up_again_goes_on_as_if_nothing_had_happened(cut, left):
    whole = values(120)
    plan = Plan(120, windows=7, bursts=3, burst_steps=9)
    once, spool = Trace(plan, 2), InMemory()
    before, after = (Trace(plan, 2, spool) for _ in range(2))
    pieces = [
        (start, {n: v[start:stop] for n, v in whole.items()}, [-1, left if 0 <= left < stop else -1])
        for start, stop in ((0, cut), (cut, 120))
    ]
    for piece in pieces:
        once.add(*piece)
    before.add(*pieces[0])
    after.restore(before.state())
    after.add(*pieces[1])
    for kept in ("windows", "bursts"):
        assert_equal(getattr(after, kept)(NAMES), getattr(once, kept)(NAMES))


@pytest.mark.parametrize("left", [(-1, -1), (0, 299), (70, 90)])
def test_replica_by_replica_the_rows_are_those_of_all_in_their_order(left):
    found = trace(300, left=left, bursts=3, burst_steps=50, windows=7)
    for kept in (found.windows, found.bursts):
        pieces = [kept(NAMES, range(r, r + 1)) for r in range(2)]
        joined = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
        assert_equal(joined, kept(NAMES))


def test_a_replica_without_a_burst_has_no_columns():
    found = trace(100, left=(-1, 50), bursts=0)
    assert found.bursts(NAMES, range(1)) == {}
    assert set(found.bursts(NAMES, range(1, 2))["run_id"]) == {"b"}


@pytest.mark.parametrize(("portion", "many"), [(1, 1), (1000, 1), (12_000, 2), (10**9, 100)])
def test_portions_cover_all_replicas_in_order_within_so_many_bytes(monkeypatch, portion, many):
    monkeypatch.setattr("ganbench.probes.trace.PORTION", portion)
    plan = Plan(100, windows=3, bursts=2, burst_steps=20)
    found = Trace(plan, 100)
    found.add(0, {name: np.zeros((10, 100), np.float32) for name in "abcdefg"}, [-1] * 100)
    assert plan.numbers == 7 * 3 + 2 * 20 + 2 * FLIGHT
    portions = list(found.portions())
    assert [r for some in portions for r in some] == list(range(100))
    assert max(map(len, portions)) == many
    assert many == 1 or many * 7 * plan.numbers * 4 <= portion


def assert_equal(found, expected):
    assert list(found) == list(expected)
    for name, column in expected.items():
        np.testing.assert_array_equal(found[name], column)
        assert found[name].dtype == column.dtype


def test_columns_count_generator_steps_where_an_iteration_has_several():
    trace = Trace(Plan(steps=10, windows=5, bursts=1, burst_steps=3, stride=4), 1)
    trace.add(0, {"a": np.zeros((10, 1), np.float32)}, [-1])
    windows, bursts = trace.windows(["run"]), trace.bursts(["run"])
    assert windows["first_step"].tolist() == [0, 8, 16, 24, 32]
    assert windows["last_step"].tolist() == [7, 15, 23, 31, 39]
    assert bursts["step"].tolist() == [0, 4, 8]


@pytest.mark.parametrize("steps", [1, 19, 20, 21, 40, 59])
def test_whole_windows_are_those_that_more_steps_do_not_change(steps):
    whole = trace(100, windows=5)
    found = Trace(whole.plan, 2)
    found.add(0, {name: signal[:steps] for name, signal in values(100).items()}, [-1, -1])
    columns, later = found.windows(NAMES, whole=True), whole.windows(NAMES)
    kept = later["last_step"] < steps
    assert kept.sum() == 2 * (steps // 20)
    for name, expected in later.items():
        np.testing.assert_array_equal(columns.get(name, np.empty(0)), expected[kept])


@pytest.mark.parametrize("end", [5, 20, 33])
def test_a_run_that_ended_early_leaves_the_windows_that_it_has_beside_one_that_goes_on(end):
    """Both replicas ended there; in the other trace two more go on, and steps are added."""
    plan = Plan(50, windows=5, bursts=2, burst_steps=8)
    signals = {"x": np.random.default_rng(0).standard_normal((50, 2)).astype(np.float32)}
    alone, beside = Trace(plan, 2), Trace(plan, 2)
    for one in (alone, beside):
        one.add(0, {"x": signals["x"][:end]}, [-1, -1])
    beside.add(end, {"x": signals["x"][end:]}, [end - 1, end - 1])
    alone.fill()
    for mine, theirs in (
        (alone.windows(NAMES), beside.windows(NAMES)),
        (alone.bursts(NAMES), beside.bursts(NAMES)),
    ):
        assert mine.keys() == theirs.keys()
        for name, expected in theirs.items():
            np.testing.assert_array_equal(mine[name], expected)
    assert (beside.bursts(NAMES)["burst"] >= 0).all()  # to leave in good order is no divergence


def test_a_run_that_has_come_to_its_end_is_not_changed_by_filling():
    found = trace(95, windows=10)
    before = found.windows(NAMES)
    found.fill()
    for name, expected in before.items():
        np.testing.assert_array_equal(found.windows(NAMES)[name], expected)
