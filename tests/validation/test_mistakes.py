"""Who is wrong about which run."""

from __future__ import annotations

import pytest

from ganbench.detect.thresholds import limits
from ganbench.validation.answers import Panel
from ganbench.validation.mistakes import mistakes
from tests.detect.runs import healthy
from tests.validation.made_up import example


def test_a_miss_and_a_false_alarm_are_listed_with_what_both_measured_and_the_right_answers_are_not() -> None:
    dominated = healthy().with_signals(auc=0.999).table()
    kind = "discriminator-dominance"
    examples = [
        example({kind: "present"}, table=healthy().table(), run_id="missed"),
        example({kind: "absent"}, table=dominated, run_id="false"),
        example({kind: "present"}, table=dominated, run_id="right"),
        example({kind: "absent"}, table=healthy().table(), run_id="silent"),
        example({kind: "borderline"}, table=dominated, run_id="between"),
    ]
    found = [one for one in mistakes(Panel(examples).answers(limits())) if one.kind == kind]
    assert [(one.run, one.missed, one.status) for one in found] == [
        ("missed", True, "clear"),
        ("false", False, "fired"),
    ]
    assert found[1].value == pytest.approx(0.999, abs=1e-3)
    assert found[1].threshold is not None
