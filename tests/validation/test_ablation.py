"""Every clause of the first eight detectors can be dropped, and dropping one that matters shows."""

from __future__ import annotations

import pytest

from ganbench.detect.diagnose import detector
from ganbench.detect.thresholds import limits
from ganbench.validation.ablation import CLAUSES, Clause, ablation, dropped
from ganbench.validation.answers import Panel
from ganbench.validation.bars import FIRST_EIGHT
from tests.detect.pathologies import RUNS
from tests.detect.runs import healthy
from tests.detect.test_clauses import dying_circle, wander
from tests.validation.made_up import corpus, example, trouble


def clause(kind: str, words: str) -> Clause:
    return next(one for one in CLAUSES if (one.kind, one.words) == (kind, words))


def test_every_one_of_the_first_eight_has_clauses_and_only_they() -> None:
    assert {one.kind for one in CLAUSES} == set(FIRST_EIGHT)
    assert len({(one.kind, one.words) for one in CLAUSES}) == len(CLAUSES)


@pytest.mark.parametrize("one", CLAUSES, ids=lambda one: f"{one.kind}, {one.words}")
def test_a_clause_is_dropped_by_thresholds_that_there_are_and_the_detector_still_answers(one: Clause) -> None:
    for section, values in one.dropped.items():
        assert set(values) <= set(limits()[section])
    given = dropped(limits(), one)
    for run in (RUNS[one.kind](), healthy(), healthy().without_evaluations()):
        assert detector(one.kind)(run.table(), given).status in ("fired", "clear")


def test_dropping_changes_nothing_else() -> None:
    given = dropped(limits(), clause("limit-cycle", "cycle score"))
    assert {section for section, values in given.items() if values != limits()[section]} == {"limit-cycle"}


def test_a_clause_that_keeps_a_hard_negative_out_costs_f1_when_dropped() -> None:
    panel = Panel(
        [trouble("limit-cycle", 0), example(table=wander().table()), example(table=dying_circle().table())]
    )
    found = {one.clause: one for one in ablation(panel, limits()) if one.kind == "limit-cycle"}
    assert found["cycle score"].f1 == 1.0
    assert found["cycle score"].without < 1.0
    assert found["the amplitude is kept"].without < 1.0
    assert found["fast cycles in bursts, as a second way"].without == 1.0


def test_errors_in_healthy_runs_are_counted_with_and_without() -> None:
    sure = healthy().with_signals(auc=0.995).with_evaluations(high_quality=0.1, covered_share=0.5)
    panel = Panel([example(table=sure.table())])
    found = {one.clause: one for one in ablation(panel, limits()) if one.kind == "discriminator-dominance"}
    assert found["AUC"].errors == 1
    assert found["no improvement (for an error)"].errors_without == 1
    fine = Panel([example(table=healthy().with_signals(auc=0.995).table())])
    found = {one.clause: one for one in ablation(fine, limits()) if one.kind == "discriminator-dominance"}
    assert (
        found["bad samples (for an error)"].errors,
        found["bad samples (for an error)"].errors_without,
    ) == (0, 1)


def test_a_kind_that_is_nowhere_has_no_f1() -> None:
    found = ablation(Panel(corpus((), seeds=[0])), limits())
    assert {one.f1 for one in found} == {None}
