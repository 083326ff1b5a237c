"""Areas, operating points and risks of made-up answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ganbench.detect import KINDS
from ganbench.validation.answers import Answer
from ganbench.validation.curves import curves, risks
from tests.validation.made_up import answer

KIND = "mode-hopping"


def measured(value: float | None, *, fired: bool = False, truth: str = "absent") -> Answer:
    """Of the kind, against a threshold of 2 where a sound run has 0."""
    one = answer({KIND: truth}, warns=[KIND] if fired else [])
    found = replace(one.findings[KIND], value=value, threshold=2.0, null=0.0, statistic="modes")
    return replace(one, findings=one.findings | {KIND: found})


def present(value: float | None, *, fired: bool = False) -> Answer:
    return measured(value, fired=fired, truth="present")


def curve(answers: list[Answer]):
    return next(one for one in curves(answers, rng=np.random.default_rng(0)) if one.kind == KIND)


def risk(answers: list[Answer]):
    return next(one for one in risks(answers) if one.kind == KIND)


def test_the_area_is_that_of_the_value() -> None:
    found = curve([measured(0.1), measured(1.0), present(0.5), present(np.inf, fired=True)])
    assert found.area.value == 0.75


def test_the_operating_point_is_that_of_the_detector() -> None:
    found = curve(
        [measured(0.1), measured(3.0, fired=True), present(1.9), present(2.5, fired=True), present(9.0)]
    )
    assert (found.hits.count, found.hits.n) == (1, 3)
    assert (found.alarms.count, found.alarms.n) == (1, 2)


def test_runs_without_a_value_and_those_that_truth_leaves_open_are_left_out() -> None:
    open_ = measured(5.0, truth="borderline")
    found = curve([measured(0.1), present(3.0, fired=True), present(None), open_])
    assert (found.area.value, found.hits.n, found.alarms.n, found.left_out) == (1.0, 1, 1, 1)


def test_every_kind_has_a_curve_and_a_risk() -> None:
    answers = [answer(), answer()]
    assert [one.kind for one in curves(answers, rng=np.random.default_rng(0))] == [*KINDS]
    assert [one.kind for one in risks(answers)] == [*KINDS]


def test_a_kind_that_is_nowhere_has_no_area() -> None:
    assert curve([measured(0.1), measured(3.0, fired=True)]).area.value is None


def test_abstentions_are_no_mistakes() -> None:
    answers = [
        answer({KIND: "present"}, abstained=[KIND]),
        measured(0.1),
        present(3.0, fired=True),
        present(1.0),
    ]
    found = risk(answers)
    assert (found.answered.count, found.answered.n) == (3, 4)
    assert (found.wrong.count, found.wrong.n) == (1, 3)


def test_the_surest_half_lies_farthest_from_the_threshold_by_factors() -> None:
    sure = [measured(0.02), present(200.0, fired=True)]
    close = [present(1.9), measured(2.1, fired=True)]
    found = risk([*close, *sure])
    assert (found.wrong.count, found.wrong.n) == (2, 4)
    assert (found.surest.count, found.surest.n) == (0, 2)
    swapped = risk([*close, measured(200.0, fired=True), present(0.02)])
    assert (swapped.surest.count, swapped.surest.n) == (2, 2)


@pytest.mark.parametrize("value", [0.0, -1.0])
def test_the_null_value_and_what_lies_beyond_it_are_the_farthest(value: float) -> None:
    found = risk([present(value), measured(0.5)])
    assert (found.surest.count, found.surest.n) == (1, 1)
