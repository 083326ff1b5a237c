"""All detectors: each fires on its own, says when it began, and is quiet on every healthy run."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.detect import KINDS, Facts, Table, diagnose_table, from_steps
from ganbench.detect.diagnose import detector
from ganbench.detect.thresholds import limits
from ganbench.errors import UnknownName
from ganbench.records import Finding
from tests.detect.pathologies import HEALTHY, ONSET, RUNS
from tests.detect.runs import STEPS, healthy

EVENTS = [kind for kind in KINDS if kind != "convergence"]
FROM_THE_START = {"wiring"}
WITHIN = 240  # steps: a block before, or an evaluation after


def test_every_kind_has_a_run() -> None:
    assert set(RUNS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_detector_fires_on_its_own_pathology(kind: str) -> None:
    found = RUNS[kind]().find(kind)
    assert found.kind == kind
    assert found.status == "fired"
    assert found.reason
    assert found.statistic
    assert found.value is not None
    assert (found.severity == "info") == (kind == "convergence")


@pytest.mark.parametrize("kind", [kind for kind in EVENTS if kind not in FROM_THE_START | {"non-finite"}])
def test_the_onset_is_where_it_began(kind: str) -> None:
    found = RUNS[kind]().find(kind)
    assert found.onset is not None
    assert found.last is not None
    assert ONSET - 48 <= found.onset <= ONSET + WITHIN
    assert found.onset <= found.last <= STEPS
    assert 0 < found.blocks_true <= found.blocks_seen


@pytest.mark.parametrize("kind", EVENTS)
@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_run_is_clear_or_cannot_be_judged(name: str, kind: str) -> None:
    found = HEALTHY[name]().find(kind)
    assert found.status in ("clear", "not applicable"), found
    assert found.reason


@pytest.fixture(scope="module")
def noises() -> list[Table]:
    return [healthy(seed).table() for seed in range(40)]


@pytest.mark.parametrize("kind", EVENTS)
def test_forty_healthy_runs_with_other_noise_raise_nothing(kind: str, noises: list[Table]) -> None:
    assert [seed for seed, table in enumerate(noises) if detector(kind)(table).status == "fired"] == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_table_is_not_judged(kind: str) -> None:
    found = detector(kind)(from_steps([], {}, facts=Facts()))
    assert found.status in ("not applicable", "insufficient data")
    assert found.severity is None


@pytest.mark.parametrize("kind", KINDS)
def test_ten_steps_are_not_enough_for_anything_but_a_number_that_is_not_finite(kind: str) -> None:
    found = detector(kind)(RUNS[kind]().table().until(40))
    assert found.status != "fired" or kind in ("non-finite", "wiring")


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_column_is_named(kind: str) -> None:
    bare = RUNS[kind]().without_evaluations()
    found = bare.with_signals(**dict.fromkeys(bare.signals)).find(kind)
    if kind == "non-finite":
        assert found.status in ("fired", "not applicable")
    else:
        assert found.status == "not applicable"
        assert "the table has no" in found.reason


@pytest.mark.parametrize("kind", KINDS)
def test_only_columns_of_nan_are_as_good_as_none(kind: str) -> None:
    run = RUNS[kind]()
    empty = run.with_signals(**dict.fromkeys(run.signals, np.nan)).with_facts(diverged_at=None)
    assert empty.without_evaluations().find(kind).status in ("not applicable", "insufficient data")


@pytest.mark.parametrize(
    "kind", [kind for kind in EVENTS if kind not in FROM_THE_START | {"non-finite", "gradient-spike"}]
)
def test_what_has_passed_counts_one_grade_less(kind: str) -> None:
    """The same trouble, over well before the end."""
    run, before = RUNS[kind](), healthy(3)
    signals = {
        name: np.where(np.arange(STEPS) < 3000, values, before.signals.get(name, values))
        for name, values in run.signals.items()
    }
    late = np.asarray(run.evaluations["step"]) >= 3000
    evaluations = {
        name: np.where(late if np.ndim(values) == 1 else late[:, None], before.evaluations[name], values)
        for name, values in run.evaluations.items()
    }
    passed = run.with_signals(**signals).with_evaluations(**evaluations).find(kind)
    order = [None, "info", "warn", "error", "fatal"]
    assert order.index(passed.severity) < order.index(run.find(kind).severity)


def test_the_front_door_answers_every_kind_in_order() -> None:
    found = diagnose_table(healthy().table())
    assert [one.kind for one in found] == list(KINDS)
    assert all(isinstance(one, Finding) for one in found)


def test_the_front_door_takes_kinds_and_other_thresholds() -> None:
    deaf = limits()
    deaf["mode-collapse"] |= {"partial": 0.0, "distance_warn": 0.0, "distance_error": 0.0}
    table = RUNS["mode-collapse"]().table()
    (found,) = diagnose_table(table, kinds=["mode-collapse"])
    (unheard,) = diagnose_table(table, kinds=["mode-collapse"], given=deaf)
    assert (found.status, unheard.status) == ("fired", "clear")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownName, match="did you mean 'limit-cycle'"):
        diagnose_table(healthy().table(), kinds=["limit-cicle"])


def test_there_is_no_certificate_beside_an_error() -> None:
    alone = RUNS["convergence"]()
    frozen = alone.with_signals(update_norm_g=0.0)
    assert diagnose_table(alone.table())[-1].status == "fired"
    withheld = diagnose_table(frozen.table())[-1]
    assert withheld.status == "clear"
    assert "withheld, because of frozen-network" in withheld.reason


@pytest.mark.parametrize("kind", KINDS)
def test_a_detector_says_what_it_needs_and_when_to_distrust_it(kind: str) -> None:
    known = {**healthy().signals, "penalised": 0}
    one = detector(kind)
    assert one.needs
    assert one.null
    assert one.false_positives
    for need in one.needs:
        for name in need.split("|"):
            assert name.startswith("evaluations.") or name in known
    assert set(one.facts) <= set(Facts.__dataclass_fields__)
