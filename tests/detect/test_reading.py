"""Reading: the same table from windows and from raw steps, with columns missing."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.detect import Facts, from_steps, from_windows
from ganbench.detect.reading import by_run
from ganbench.errors import InputError
from ganbench.probes.trace import Plan, Trace

RNG = np.random.default_rng(0)
VALUES = {"auc": RNG.random(64), "loss_d": RNG.standard_normal(64)}
VALUES["loss_d"][[3, 40, 41, 42, 43]] = np.nan
VALUES["loss_d"][8:16] = np.inf


def recorded(windows: int = 8) -> dict[str, np.ndarray]:
    """What a run's trace says of these signals."""
    trace = Trace(Plan(steps=64, windows=windows, bursts=2, burst_steps=8), replicas=1)
    signals = {name: values[:, None].astype(np.float32) for name, values in VALUES.items()}
    trace.add(0, signals, [-1])
    return trace.windows(["r"])


def test_windows_of_a_trace_and_raw_steps_give_the_same_table() -> None:
    one = from_windows(recorded(), facts=Facts())
    other = from_steps(range(64), VALUES, facts=Facts(), most=8)
    assert one.first.tolist() == other.first.tolist()
    assert one.last.tolist() == other.last.tolist()
    for name in VALUES:
        for field in ("count", "mean", "sd", "low", "high"):
            ours, theirs = (getattr(table.signals[name], field) for table in (one, other))
            np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6, err_msg=f"{name} {field}")


def test_a_run_that_left_before_its_first_step_has_a_table_without_rows() -> None:
    table = from_windows({}, facts=Facts())
    assert len(table) == 0
    assert not table.signals


def test_a_window_of_raw_steps_is_what_numpy_says_of_its_finite_values() -> None:
    series = from_steps(range(64), VALUES, facts=Facts(), most=8).signals["loss_d"]
    for window in range(8):
        values = VALUES["loss_d"][8 * window : 8 * window + 8]
        finite = values[np.isfinite(values)]
        assert series.count[window] == len(finite)
        if len(finite):
            found = [series.mean[window], series.sd[window], series.low[window], series.high[window]]
            np.testing.assert_allclose(found, [finite.mean(), finite.std(), finite.min(), finite.max()])
        else:
            assert np.isnan(series.mean[window])


def test_of_a_signal_only_the_mean_has_to_be_there() -> None:
    columns = {"first_step": [0, 10], "last_step": [9, 19], "auc.mean": [0.5, 0.6]}
    series = from_windows(columns, facts=Facts()).signals["auc"]
    assert series.count.tolist() == [10, 10]
    assert series.high.tolist() == [0.5, 0.6]
    assert np.isnan(series.sd).all()


def test_a_table_of_nothing_is_empty() -> None:
    table = from_steps([], {"auc": []}, facts=Facts())
    assert len(table) == 0
    assert (table.start, table.end) == (0, 0)


def test_bursts_are_apart_and_in_the_order_of_their_steps_without_flight_recorders() -> None:
    bursts = {
        "burst": [-2, -1, 2, 0, 0, 1],
        "step": [9, 90, 90, 0, 1, 50],
        "auc": [0.5, 0.6, 0.1, 0.2, 0.3, 0.4],
    }
    table = from_windows(recorded(), facts=Facts(), bursts=bursts)
    assert [burst.step.tolist() for burst in table.bursts] == [[0, 1], [50], [90]]
    assert [burst.values["auc"].tolist() for burst in table.bursts] == [[0.2, 0.3], [0.4], [0.1]]


def test_an_evaluation_without_a_histogram_has_nan_in_it() -> None:
    evaluations = {
        "step": [1, 2],
        "covered_share": [1.0, np.nan],
        "mode_histogram": [[1, 2], None],
        "of": "raw",
    }
    found = from_windows(recorded(), facts=Facts(), evaluations=evaluations).evaluations
    np.testing.assert_array_equal(found.histogram, [[1, 2], [np.nan, np.nan]])
    assert set(found.values) == {"covered_share"}


def test_columns_of_several_runs_are_taken_apart_in_order() -> None:
    found = by_run({"run_id": np.array(["b", "a", "b"]), "step": np.array([0, 5, 1])})
    assert {run: columns["step"].tolist() for run, columns in found.items()} == {"b": [0, 1], "a": [5]}
    assert by_run({}) == {}


@pytest.mark.parametrize(
    ("step", "signals", "evaluations", "message"),
    [
        ([0, 1, 1], {}, {}, "step: step 1 comes after step 1"),
        ([2, 1, 0], {}, {}, "step: step 1 comes after step 2"),
        ([0, 1, 2], {"auc": [0.5, 0.5]}, {}, "auc: has 2 values, step has 3"),
        ([0, 1, 2], {}, {"fid": [1.0]}, "evaluations: has no column step"),
        ([0, 1, 2], {}, {"step": [0, 2], "fid": [1.0]}, "evaluations.fid: has 1 values, step has 2"),
        ([0, 1, 2], {}, {"step": [2, 0], "fid": [1.0, 2.0]}, "evaluations.step: step 0 comes after step 2"),
    ],
)
def test_a_log_that_would_be_read_askew_is_refused_by_its_column(step, signals, evaluations, message) -> None:
    with pytest.raises(InputError) as caught:
        from_steps(step, signals, facts=Facts(), evaluations=evaluations)
    assert str(caught.value).startswith(message)
