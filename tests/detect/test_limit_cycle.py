"""limit-cycle on games whose answer is known: the Dirac-GAN (Mescheder et al. 2018) and circles under noise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest

from ganbench.detect import Facts, from_steps
from ganbench.detect.diagnose import detector
from ganbench.detect.signals import Burst, Table
from ganbench.records import Finding
from tests.detect.runs import STEPS, healthy

LR = 0.2
STEP = np.arange(STEPS)
Field = Callable[[float, float], tuple[float, float]]


def slope(t: float) -> float:
    """f'(t) of f(t) = -ln(1 + e^-t)."""
    return 1 / (1 + np.exp(t))


def field(name: str, gamma: float = 0.0) -> Field:
    """(d theta / dt, d psi / dt) of the games in their paper."""
    fields: dict[str, Field] = {
        "minimax": lambda theta, psi: (-psi * slope(psi * theta), theta * slope(psi * theta) - gamma * psi),
        "non-saturating": lambda theta, psi: (
            -psi * slope(-psi * theta),
            theta * slope(psi * theta) - gamma * psi,
        ),
        "wasserstein": lambda theta, psi: (-psi, theta - gamma * psi),
    }
    return fields[name]


def path(v: Field, steps: int, *, simultaneous: bool = False) -> np.ndarray:
    """theta [steps], discriminator first, from (1, 1) with steps of 0.2."""
    theta = psi = 1.0
    found = np.empty(steps)
    for t in range(steps):
        found[t] = theta
        moved = psi + LR * v(theta, psi)[1]
        theta += LR * v(theta, psi if simultaneous else moved)[0]
        psi = moved
    return found


def table(theta: np.ndarray) -> Table:
    facts = Facts(batch=1, real_std=(0.0,), real_mean=(0.0,), steps=len(theta))
    return from_steps(np.arange(len(theta)), {"fake_mean_0": theta}, facts=facts)


def found(theta: np.ndarray) -> Finding:
    return detector("limit-cycle")(table(theta))


@pytest.mark.parametrize(("name", "frequency"), [("minimax", 0.5), ("wasserstein", 1.0)])
def test_without_a_penalty_the_circle_stays_and_its_period_is_that_of_the_eigenvalues(
    name: str, frequency: float
) -> None:
    answer = found(path(field(name), 1000))
    assert (answer.status, answer.form) == ("fired", "limit cycle")
    (period,) = [proof.value for proof in answer.evidence if proof.series.startswith("period")]
    # Away from the equilibrium the slope of minimax is lower, and its circle slower, than at it.
    assert 0.97 <= period / (2 * np.pi / (LR * frequency)) <= 1.2


@pytest.mark.parametrize("name", ["minimax", "non-saturating", "wasserstein"])
@pytest.mark.parametrize("gamma", [0.3, 1.0])
def test_with_r1_every_game_converges_and_there_is_no_cycle(name: str, gamma: float) -> None:
    theta = path(field(name, gamma), 1000)
    assert abs(theta[-1]) < 1e-4
    assert found(theta).status == "clear"


def test_the_slowest_convergence_is_none_of_a_closed_orbit() -> None:
    """Without a penalty the non-saturating game spirals inwards as t^(-1/2): (5/7)^(1/2) = .85 from half to half."""
    theta = path(field("non-saturating"), 1000)
    t = np.arange(1000)
    ideal = (1 + t) ** -0.5 * np.sin(2 * np.pi * t / 40)
    assert {found(theta).status, found(ideal).status} == {"clear"}
    assert "inwards" in found(theta).reason


def test_moving_at_once_the_bilinear_game_spirals_outwards() -> None:
    answer = found(path(field("wasserstein"), 300, simultaneous=True))
    assert (answer.status, answer.form, answer.severity) == ("fired", "diverging spiral", "error")


def circling(period: float, amplitude: float = 0.5, *, batch: int = 64) -> Finding:
    wave = amplitude * np.sin(2 * np.pi * STEP / period)
    run = healthy().with_signals(fake_mean_0=lambda step, was: was + wave).with_facts(batch=batch)
    return run.find("limit-cycle")


@pytest.mark.parametrize("period", [100, 250, 600])
def test_the_period_is_told_in_steps(period: int) -> None:
    answer = circling(period)
    assert answer.status == "fired"
    (told,) = [proof.value for proof in answer.evidence if proof.series.startswith("period")]
    assert told == pytest.approx(period, abs=17)


def fast(bursts: Iterable[slice]) -> Finding:
    """A period of 20 steps in windows of 40, and raw steps of these stretches."""
    wave = np.sin(2 * np.pi * STEP / 20)
    table = healthy().with_signals(fake_mean_0=lambda step, was: was + wave).table(window=40)
    (whole,) = table.bursts
    cut = [Burst(whole.step[at], {name: x[at] for name, x in whole.values.items()}) for at in bursts]
    return detector("limit-cycle")(replace(table, bursts=tuple(cut)))


def test_a_cycle_faster_than_a_window_is_found_in_the_bursts_of_the_last_half() -> None:
    assert fast([]).status == "clear"
    assert fast(slice(at, at + 256) for at in range(0, 1600, 400)).status == "clear"
    assert fast(slice(at, at + 60) for at in range(2000, STEPS, 400)).status == "clear"
    assert fast([slice(3000, 3256)]).status == "clear"
    answer = fast(slice(at, at + 256) for at in range(2000, STEPS, 400))
    assert answer.status == "fired"
    (told,) = [proof.value for proof in answer.evidence if proof.series.startswith("period")]
    assert told == pytest.approx(20, abs=4)


def test_one_of_two_features_has_to_cycle_more_than_the_other_wanders() -> None:
    """Axes of features are a choice: a path that only seems periodic along one of them does not circle."""
    wave = 0.5 * np.sin(2 * np.pi * STEP / 300)
    walk = np.cumsum(np.random.default_rng(0).standard_normal(STEPS))
    walk *= 1.5 / walk[STEPS // 2 :].std()
    alone = healthy().with_signals(fake_mean_0=lambda step, was: was + wave)
    assert alone.find("limit-cycle").status == "fired"
    assert alone.with_signals(fake_mean_1=lambda step, was: was + walk).find("limit-cycle").status == "clear"


def test_a_cycle_that_shows_in_the_samples_is_an_error() -> None:
    wave = 0.5 * np.sin(2 * np.pi * STEP / 400)
    run = healthy().with_signals(fake_mean_0=lambda step, was: was + wave)
    late = np.arange(20) >= 10
    swinging = run.with_evaluations(high_quality=0.5 + 0.3 * late * (-1.0) ** np.arange(20))
    settled = run.with_evaluations(high_quality=0.5 + 0.3 * ~late * (-1.0) ** np.arange(20))
    assert settled.find("limit-cycle").severity == "warn"
    assert run.find("limit-cycle").severity == "warn"
    assert swinging.find("limit-cycle").severity == "error"
