"""What hangs on a threshold shows when it is halved and doubled, and nothing else does."""

from __future__ import annotations

import pytest

from ganbench.detect.diagnose import CERTIFICATE
from ganbench.detect.thresholds import limits, thresholds
from ganbench.validation.answers import Panel
from ganbench.validation.sensitivity import sensitivity
from tests.detect.runs import healthy
from tests.validation.made_up import corpus, example

SOME = ("mode-collapse", "limit-cycle")


def dominated(auc: float, *, present: bool):
    """D ranks at this level all along."""
    states = {"discriminator-dominance": "present" if present else "absent"}
    return example(states, table=healthy().with_signals(auc=auc).table())


def of(found, section: str, name: str):
    return next(one for one in found if (one.section, one.name) == (section, name))


@pytest.fixture(scope="module")
def found():
    return sensitivity(Panel(corpus(SOME, seeds=[0])), limits())


def test_every_threshold_that_is_read_has_its_row_in_the_order_of_the_file(found) -> None:
    rows = [(one.section, one.name) for one in found]
    assert len(set(rows)) == len(rows)
    assert rows == [row for one in thresholds() if (row := (one.section, one.name)) in rows]
    assert {"blocks", "limit-cycle", "mode-collapse"} <= {section for section, _ in rows}


def test_a_threshold_is_that_of_the_detectors_that_read_it(found) -> None:
    assert of(found, "limit-cycle", "score").kinds == ("limit-cycle", CERTIFICATE)
    assert of(found, "limit-cycle", "swing").kinds == ("limit-cycle",)
    assert len(of(found, "blocks", "need").kinds) > 3
    assert CERTIFICATE not in of(found, "mode-collapse", "partial").kinds


def test_values_are_half_and_double_and_gaps_to_one_are_scaled_as_gaps() -> None:
    found = sensitivity(Panel([dominated(0.995, present=True)]), limits())
    auc = of(found, "discriminator-dominance", "auc")
    assert (auc.halved.value, auc.doubled.value) == (0.995, 0.98)
    after = of(found, "discriminator-dominance", "after")
    assert (after.halved.value, after.doubled.value) == (after.value / 2, 2 * after.value)


def test_f1_falls_where_the_threshold_no_longer_separates() -> None:
    panel = Panel([dominated(0.993, present=True), dominated(0.985, present=False)])
    auc = of(sensitivity(panel, limits()), "discriminator-dominance", "auc")
    assert auc.halved.f1 == -1.0
    assert auc.doubled.f1 == pytest.approx(2 / 3 - 1)


def test_a_kind_that_is_nowhere_has_no_change_of_f1() -> None:
    panel = Panel([dominated(0.985, present=False)])
    assert of(sensitivity(panel, limits()), "discriminator-dominance", "auc").halved.f1 is None


def test_false_errors_are_counted_once_a_run_and_of_all_kinds() -> None:
    bad = example(table=healthy().with_signals(auc=0.985).with_evaluations(covered_share=0.5).table())
    auc = of(sensitivity(Panel([bad]), limits()), "discriminator-dominance", "auc")
    assert (auc.halved.errors, auc.doubled.errors) == (0, 1)


def test_a_detector_that_does_not_read_a_threshold_does_not_change_by_it() -> None:
    panel = Panel(corpus(("limit-cycle",), seeds=[0]))
    before = panel.ask("mode-collapse", limits()).fired.tolist()
    sensitivity(panel, limits())
    assert panel.ask("mode-collapse", limits()).fired.tolist() == before
