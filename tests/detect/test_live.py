"""Live and afterwards: the same rows, the same answer."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.detect import KINDS, diagnose_table, from_windows
from ganbench.detect.signals import Series
from tests.detect.pathologies import ONSET, RUNS
from tests.detect.runs import STEPS, Synthetic

STOPS = range(100, STEPS + 1, 300)


def columns(run: Synthetic, until: int) -> dict[str, list[float]]:
    """Windows of the run as a live loop has appended them up to a step."""
    table = run.table()
    kept = [i for i, last in enumerate(table.last) if last <= until]
    found: dict[str, list[float]] = {
        "first_step": [int(table.first[i]) for i in kept],
        "last_step": [int(table.last[i]) for i in kept],
    }
    for name, series in table.signals.items():
        for statistic, values in _stored(series).items():
            found[f"{name}.{statistic}"] = [values[i] for i in kept]
    return found


def _stored(series: Series) -> dict[str, np.ndarray]:
    m2 = series.sd**2 * series.count
    return {"count": series.count, "mean": series.mean, "m2": m2, "min": series.low, "max": series.high}


@pytest.mark.parametrize("kind", KINDS)
def test_window_by_window_is_as_cutting_the_whole(kind: str) -> None:
    run = RUNS[kind]()
    whole = run.table()
    bursts = whole.bursts[0]
    for stop in STOPS:
        seen = bursts.step <= stop
        raw = {"burst": np.zeros(seen.sum()), "step": bursts.step[seen]}
        raw |= {name: values[seen] for name, values in bursts.values.items()}
        step = np.asarray(run.evaluations["step"])
        evaluated = {name: np.asarray(values)[step <= stop] for name, values in run.evaluations.items()}
        live = from_windows(columns(run, stop), facts=run.facts, bursts=raw, evaluations=evaluated)
        (ours,) = diagnose_table(live, kinds=[kind])
        (theirs,) = diagnose_table(whole.until(stop), kinds=[kind])
        assert (ours.status, ours.severity, ours.onset, ours.last) == (
            theirs.status,
            theirs.severity,
            theirs.onset,
            theirs.last,
        )
        mine, other = (np.nan if value is None else value for value in (ours.value, theirs.value))
        np.testing.assert_allclose(mine, other, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("wiring", "convergence")])
def test_nothing_fires_before_it_begins_and_it_is_seen_within_a_quarter_of_the_run(kind: str) -> None:
    table = RUNS[kind]().table()
    first = next(
        stop
        for stop in range(200, STEPS + 1, 200)
        if diagnose_table(table.until(stop), kinds=[kind])[0].status == "fired"
    )
    if kind == "non-finite":
        assert first == STEPS
    else:
        assert ONSET <= first <= ONSET + STEPS // 4


@pytest.mark.parametrize("kind", KINDS)
def test_asking_again_changes_nothing(kind: str) -> None:
    table = RUNS[kind]().table()
    assert diagnose_table(table) == diagnose_table(table)
