"""The learned baseline learns what can be learnt, and says what it could not."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.detect.thresholds import limits
from ganbench.validation.answers import Answer, Panel
from ganbench.validation.examples import Example
from ganbench.validation.learned import learned
from tests.detect.runs import STEPS, healthy
from tests.validation.made_up import answer, example, sound

KIND = "discriminator-dominance"


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


BASE = healthy()


def ranked(seed: int, auc: float) -> Example:
    """Present above .9, whatever the shipped bound."""
    states = {KIND: "present" if auc > 0.9 else "absent"}
    noise = 0.01 * np.random.default_rng(seed).standard_normal(STEPS)
    return example(states, table=BASE.with_signals(auc=auc + noise).table())


def many(seed: int) -> list[Example]:
    levels = np.random.default_rng(seed).uniform(0.82, 0.98, 24)
    return [ranked(seed + k, float(auc)) for k, auc in enumerate(levels)]


@pytest.fixture(scope="module")
def found():
    tuning, test = many(0), many(100)
    return learned(tuning, Panel(test).answers(limits()), rng=rng())


def test_a_kind_that_the_detectors_miss_is_learnt_and_the_model_is_said_to_win(found) -> None:
    assert found.f1[KIND] > 0.9
    assert found.macro.value > 0.9
    assert found.difference.high < 0


def test_healthy_runs_that_the_model_calls_wrong_are_counted(found) -> None:
    assert found.false_alarms.n == sum(
        auc <= 0.9 for auc in np.random.default_rng(100).uniform(0.82, 0.98, 24)
    )
    assert found.false_alarms.count <= 1


def test_kinds_without_enough_runs_are_said_to_be_unlearnt(found) -> None:
    assert KIND not in found.unlearnt
    assert "mode-collapse" in found.unlearnt
    assert found.f1["mode-collapse"] is None


def test_learning_twice_gives_the_same() -> None:
    tuning, answers = many(0)[:12], Panel(many(100)[:6]).answers(limits())
    assert learned(tuning, answers, rng=rng()) == learned(tuning, answers, rng=rng())


def test_without_a_present_label_there_is_nothing_to_compare() -> None:
    calm: list[Answer] = Panel([sound(0)]).answers(limits())
    found = learned([sound(1)], calm, rng=rng())
    assert (found.macro, found.difference) == (None, None)


def test_detectors_that_are_right_where_the_model_learnt_nothing_win() -> None:
    right = [answer({"wiring": "present"}, errors=["wiring"]), answer()] * 5
    found = learned([sound(0)], right, rng=rng())
    assert found.difference.low > 0
