"""False errors are counted once a run, in healthy runs only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ganbench.detect.diagnose import CERTIFICATE
from ganbench.detect.thresholds import limits
from ganbench.validation.alarms import errors_before, false_errors, false_findings
from ganbench.validation.answers import FAILED
from tests.detect.pathologies import ONSET, RUNS
from tests.detect.runs import STEPS, healthy, since
from tests.validation.made_up import answer, example, sound, trouble


def test_a_healthy_run_with_two_errors_is_one_false_error() -> None:
    found = false_errors(
        [answer(errors=["mode-collapse", "stagnation"], run_id="a/0", base="ring"), answer()]
    )
    assert (found.share.count, found.share.n) == (1, 2)
    assert found.kinds == {"mode-collapse": 1, "stagnation": 1}
    assert found.bases == {"ring": 1}
    assert found.runs == {"a/0": ("mode-collapse", "stagnation")}


def test_a_warning_is_no_error() -> None:
    assert false_errors([answer(warns=["mode-collapse"])]).share.count == 0


@pytest.mark.parametrize("truth", [{"limit-cycle": "present"}, {FAILED: "present"}])
def test_a_run_in_which_something_is_wrong_is_not_counted(truth: dict[str, str]) -> None:
    assert false_errors([answer(truth, errors=["mode-collapse"])]).share.n == 0


def test_a_converged_run_is_healthy() -> None:
    assert false_errors([answer({"convergence": "present"}, errors=["wiring"])]).share.count == 1


def test_healthy_runs_with_a_borderline_label_are_told_apart() -> None:
    found = false_errors([answer({"limit-cycle": "borderline"}, errors=["limit-cycle"]), answer()])
    assert (found.share.count, found.share.n) == (1, 2)
    assert (found.plain.count, found.plain.n) == (0, 1)


def test_the_upper_bound_of_no_false_error_is_wilsons() -> None:
    assert false_errors([answer()] * 300).share.high == pytest.approx(0.0126, abs=1e-4)


def test_findings_of_any_severity_are_counted_by_the_steps_of_healthy_runs() -> None:
    ill = answer({"limit-cycle": "present"}, errors=["limit-cycle"])
    two = answer(warns=["mode-collapse", CERTIFICATE], errors=["stagnation"])
    made = [replace(one, example=sound(k)) for k, one in enumerate([two, answer()])]
    found = false_findings([ill, *made], rng=np.random.default_rng(0))
    assert (found.runs.count, found.runs.n) == (1, 2)
    assert (found.all.count, found.all.steps, found.errors.count) == (2, 2 * STEPS, 1)
    assert found.errors.value == 1000 / (2 * STEPS)


def test_before_the_fault_only_runs_with_a_later_fault_are_asked() -> None:
    later = trouble("mode-collapse", 0)
    assert errors_before([later, sound(0), example(fault="spike", onset=0)], limits()).n == 1
    assert errors_before([later], limits()).count == 0


def test_an_error_on_the_rows_before_the_fault_is_seen() -> None:
    bad = example(fault="spike", onset=ONSET + 1500, table=RUNS["mode-collapse"]().table())
    assert errors_before([bad], limits()).count == 1


def test_the_step_at_which_the_fault_is_switched_on_is_not_before_it() -> None:
    table = healthy().with_signals(nonfinite=since(ONSET, 1.0)).table(window=1)
    bad = example(fault="weights", onset=ONSET, table=table)
    assert errors_before([bad], limits()).count == 0
    sooner = example(fault="weights", onset=ONSET + 1, table=table)
    assert errors_before([sooner], limits()).count == 1
