"""Rules of other tools on series with known answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.detect.signals import Table
from ganbench.validation.transplanted import RULES, beyond_start, judged, oscillates, outlier, spike
from tests.detect.runs import STEPS, critic, healthy, since
from tests.validation.made_up import EMPTY, example, sound, trouble

ROOM = np.random.default_rng(0)


def rule(name: str, table: Table) -> bool | None:
    return next(one for one in RULES if one.name == name).fires(table)


def naive_spike(x: list[float]) -> bool:
    """Step by step, as a loop would."""
    for t in range(1, len(x)):
        mean = np.mean(x[max(0, t - 9) : t + 1])
        if x[t] > mean and x[t] - mean >= abs(2 * mean):
            return True
    return False


def naive_outlier(x: list[float]) -> bool:
    for t in range(30, len(x)):
        before = x[t - 30 : t]
        if abs(x[t] - np.mean(before)) > 3 * np.std(before):
            return True
    return False


def naive_oscillation(x: list[float]) -> bool:
    tops, bottoms = [], []
    for i in range(1, len(x) - 1):
        if x[i] >= x[i - 1] and x[i] >= x[i + 1]:
            tops.append(x[i])
        if x[i] <= x[i - 1] and x[i] <= x[i + 1]:
            bottoms.append(x[i])
    far = sum(top - bottom >= 0.03 for top, bottom in zip(tops, bottoms, strict=False))
    return far >= 0.2 * len(x) and len(x) >= 3


@given(st.integers(0, 500), st.integers(0, 60), st.floats(-1, 3))
def test_rules_are_those_of_a_loop(seed: int, n: int, level: float) -> None:
    x = level + np.random.default_rng(seed).standard_t(2, n)
    assert spike(x) == naive_spike([*x])
    assert outlier(x) == naive_outlier([*x])
    assert oscillates(x) == naive_oscillation([*x])


def test_a_loss_about_zero_is_a_spike_all_the_time_and_a_steady_one_never() -> None:
    noise = ROOM.standard_normal(500)
    assert spike(0.01 * noise)
    assert not spike(1.4 + 0.1 * noise)


def test_a_loss_that_is_not_finite_is_a_spike() -> None:
    assert spike(np.array([1.0, 1.0, np.nan]))


def test_beyond_the_start_is_ten_times_its_greatest_magnitude() -> None:
    assert beyond_start(np.array([1.0, -2.0]), np.array([-20.1]))
    assert not beyond_start(np.array([1.0, -2.0]), np.array([19.9]))
    assert not beyond_start(np.array([]), np.array([1e9]))


def test_accuracy_in_the_published_range_is_accepted() -> None:
    def at(accuracy: float) -> Table:
        return healthy().with_signals(real_logit_positive=accuracy, fake_logit_positive=1 - accuracy).table()

    name = "accuracy of D out of 70 to 80 %"
    assert [rule(name, at(accuracy)) for accuracy in (0.55, 0.75, 0.95)] == [True, False, True]


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("gradient norm above 100", {"gradient_norm_d": since(2000, 120.0)}),
        ("D loss near 0", {"loss_d": since(2000, 0.001)}),
        ("vanishing gradient", {"gradient_norm_g": since(2000, 1e-9)}),
        ("unexpectedly large loss", {"loss_g": since(2000, 50.0)}),
        ("unexpectedly large gradient", {"gradient_norm_g": since(2000, 50.0)}),
        ("spike of the D loss", {"loss_d": lambda step, was: np.where(step == 3000, 50.0, was)}),
        ("spike of the G loss", {"loss_g": lambda step, was: np.where(step == 3000, 50.0, was)}),
        ("oscillating accuracy of D", {"real_logit_positive": lambda step, was: 0.5 + 0.2 * (step // 80 % 2)}),
    ],
)  # fmt: skip
def test_a_rule_fires_on_what_it_was_made_for_and_not_on_a_sound_run(name: str, changed: dict) -> None:
    assert rule(name, healthy().table()) is False
    assert rule(name, healthy().with_signals(**changed).table()) is True


def test_the_z_score_fires_in_every_run() -> None:
    assert rule("z-score", healthy().table()) is True


def test_what_a_rule_reads_has_to_be_there() -> None:
    assert rule("oscillating accuracy of D", critic().table()) is None
    for one in RULES:
        assert one.fires(EMPTY) is (True if one.name == "always" else None)


def test_alarms_are_counted_on_healthy_runs_and_recall_on_all_others() -> None:
    found = {
        one.name: one for one in judged([sound(0), sound(1, "wasserstein"), trouble("exploding-gradient", 0)])
    }
    always = found["always"]
    assert (always.false_alarms.count, always.false_alarms.n) == (2, 2)
    assert (always.recall.count, always.recall.n) == (1, 1)
    oscillating = found["oscillating accuracy of D"]
    assert oscillating.false_alarms.n == 1


def test_runs_that_diverged_are_judged_too() -> None:
    broken = healthy().with_signals(
        loss_d=since(STEPS - 40, np.nan), gradient_norm_g=since(STEPS - 40, np.nan)
    )
    assert len(judged([example({"non-finite": "present"}, table=broken.table())])) == len(RULES)
