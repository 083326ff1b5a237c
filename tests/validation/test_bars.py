"""What falls short is said, with its number."""

from __future__ import annotations

import numpy as np

from ganbench.detect import KINDS
from ganbench.validation.alarms import false_errors
from ganbench.validation.bars import FIRST_EIGHT, shortfalls
from ganbench.validation.scores import macro_f1, score
from tests.validation.made_up import answer


def short(answers) -> list[str]:
    rng = np.random.default_rng(0)
    scores = [score(kind, answers, rng=rng) for kind in KINDS]
    return [*shortfalls(macro_f1(answers, rng=rng), scores, false_errors(answers))]


def right(times: int = 1) -> list:
    return [answer({kind: "present"}, errors=[kind]) for kind in FIRST_EIGHT] * times


def test_detectors_that_are_right_reach_every_bar() -> None:
    assert short([*right(), answer()]) == []


def test_one_missed_run_of_five_is_told() -> None:
    missed = answer({"limit-cycle": "present"})
    assert short([*right(4), missed, answer()]) == [
        "recall of limit-cycle at least .85: 4 of 5, 80.0 % [37.6, 96.4]"
    ]


def test_a_kind_without_a_run_has_not_reached_its_bar() -> None:
    some = [answer({kind: "present"}, errors=[kind]) for kind in FIRST_EIGHT[1:]]
    assert short([*some, answer()]) == ["recall of non-finite at least .85: no run to find it in"]


def test_three_false_errors_in_a_hundred_are_too_many_and_two_are_not() -> None:
    wrong = answer(errors=["wiring"])
    assert short([*right(), *[answer()] * 98, *[wrong] * 2]) == []
    assert short([*right(), *[answer()] * 97, *[wrong] * 3]) == [
        "false errors in at most 2 % of the healthy runs: 3 of 100, 3.0 % [1.0, 8.5]"
    ]


def test_nothing_at_all_falls_short_of_everything() -> None:
    assert len(short([])) == 1 + len(FIRST_EIGHT) + 1
