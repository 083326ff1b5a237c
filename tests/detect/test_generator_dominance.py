"""generator-dominance: by the steps of training, and by data that D was not trained on."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.detect.diagnose import detector
from ganbench.detect.nulls import auc_std
from ganbench.records import Finding
from tests.detect.pathologies import EVALUATED, ONSET, STEP, later
from tests.detect.runs import STEPS, Synthetic, healthy, since

KIND = "generator-dominance"


def found(run: Synthetic, *, until: int = STEPS) -> Finding:
    return detector(KIND)(run.table().until(until))


def test_a_discriminator_that_knows_its_training_data_by_heart_is_fooled_on_all_others() -> None:
    """It ranks what it was trained on above fakes, and fakes above any other real sample."""
    learnt = healthy().with_signals(auc=0.9)
    assert found(learnt).status == "clear"
    answer = found(learnt.with_evaluations(auc_held_out=later(0.3, 0.55)))
    assert (answer.status, answer.severity) == ("fired", "error")
    assert answer.value >= 0.9
    assert "evaluations" in answer.reason
    assert abs(answer.onset - ONSET) <= STEPS // 20


def test_steps_are_enough_without_evaluations() -> None:
    answer = found(healthy().without_evaluations().with_signals(auc=since(ONSET, 0.3)))
    assert (answer.status, answer.value) == ("fired", 1.0)
    assert "steps" in answer.reason


@pytest.mark.parametrize(("fooled", "status"), [(0.1, "clear"), (0.3, "fired")])
def test_a_fifth_of_the_looks_has_to_be_below_chance(fooled: float, status: str) -> None:
    at = 10 * fooled > (STEP // 32) % 10
    assert found(healthy().with_signals(auc=np.where(at, 0.3, 0.55))).status == status


def test_at_less_than_half_of_the_looks_it_is_a_warning() -> None:
    swing = healthy().with_evaluations(auc_held_out=np.where(np.arange(len(EVALUATED)) % 3 == 0, 0.2, 0.6))
    answer = found(swing)
    assert (answer.status, answer.severity) == ("fired", "warn")
    assert answer.value == pytest.approx(1 / 3, abs=0.1)


@pytest.mark.parametrize("audit", [64, 1024, 10**6])
def test_chance_at_a_look_is_four_standard_deviations_and_at_least_a_twentieth(audit: int) -> None:
    bound = 0.5 - max(4 * auc_std(audit, audit), 0.05)
    run = healthy().with_facts(audit=audit)
    assert found(run.with_evaluations(auc_held_out=bound + 0.002)).status == "clear"
    assert found(run.with_evaluations(auc_held_out=bound - 0.002)).status == "fired"


def test_what_was_so_in_the_first_half_only_has_passed() -> None:
    early = np.where(STEP < ONSET, 0.3, 0.55)
    assert found(healthy().with_signals(auc=early)).status == "clear"
    assert found(healthy().with_signals(auc=early), until=ONSET).status == "fired"


def test_one_that_ended_in_the_last_half_counts_one_grade_less() -> None:
    passed = healthy().with_signals(auc=np.where(STEP < 3100, 0.3, 0.55))
    answer = found(passed)
    assert (answer.status, answer.severity) == ("fired", "warn")
    assert answer.last < 3200


def test_the_first_steps_of_the_plan_are_not_judged() -> None:
    fooled = healthy().with_signals(auc=np.where(STEP < 800, 0.3, 0.55))
    assert found(fooled, until=560).status == "insufficient data"
    assert found(fooled.with_facts(steps=800), until=560).status == "fired"


def test_a_batch_smaller_than_a_pack_is_judged_as_one_look() -> None:
    assert found(healthy().with_facts(batch=1, pack=2)).status == "clear"
