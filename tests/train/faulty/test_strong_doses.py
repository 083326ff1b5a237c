"""What a strong dose does to a run: a fault is seen in the numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ganbench.train.audit import audit
from ganbench.train.faults import switch_on
from ganbench.train.judging import judges
from ganbench.train.training import Training
from tests.train.settings import CPU, MLP, setting

ADAM = {"name": "adam", "lr": 2e-3}


def grown(fault: str, dose: float, **changes: Any) -> Training:
    """Two runs on a ring, with a fault from the middle to the end."""
    one = setting(
        **{
            "data": {"name": "ring", "std": 0.1, "radius": 2.0, "modes": 4},
            "generator": MLP | {"width": 32},
            "discriminator": MLP | {"width": 32},
            "penalties": [{"name": "r1", "gamma": 0.1}],
            "optimizers": {"generator": ADAM, "discriminator": ADAM},
            "batch": 32,
            "steps": 1200,
            "precision": "float32",
            "evaluation": {"every": 1200, "samples": 1000},
            **changes,
        }
    )
    training = Training([one] * 2, [0, 1], CPU)
    training.advance(600)
    switch_on(training, fault, dose)
    training.advance(1200)
    return training


def measured(training: Training) -> dict[str, np.ndarray]:
    judged = judges(training.settings, training)
    made = training.generate(1000)
    found = [judged[r].evaluate(made[r], None, asked=None, final=False) for r in range(2)]
    return {name: np.array([one[name] for one in found]) for name in found[0]}


def windows(training: Training, signal: str) -> np.ndarray:
    """Means of the last fifth of the windows, [R]."""
    found = training.trace.windows(["0", "1"])
    means = np.asarray(found[f"{signal}.mean"]).reshape(2, -1)
    return means[:, -means.shape[1] // 5 :].mean(axis=1)


def test_missing_modes_are_missing_in_what_g_makes():
    training = grown("modes", 1)
    histogram = [
        judge.histogram(x)
        for judge, x in zip(judges(training.settings, training), training.generate(1000), strict=False)
    ]
    shares = np.array(histogram) / np.sum(histogram, axis=1, keepdims=True)
    assert (shares[:, 0] > 0.9).all()


def test_few_codes_leave_few_samples():
    assert (measured(grown("codes", 1))["covered_modes"] <= 1).all()


def test_a_huge_penalty_makes_d_blind():
    training = grown("penalty-weight", 1e4)
    assert (np.abs(windows(training, "auc") - 0.5) < 0.25).all()
    assert (windows(training, "real_logit_std") < 0.05).all()


def test_a_displaced_generator_that_hardly_moves_is_told_from_the_data():
    assert (
        windows(
            grown(
                "displacement",
                5.0,
                optimizers={
                    "generator": {"name": "sgd", "lr": 1e-6},
                    "discriminator": {"name": "adam", "lr": 2e-3},
                },
            ),
            "auc",
        )
        > 0.99
    ).all()


def test_a_huge_rate_throws_g_far_out():
    calm, wild = (np.abs(t.generate(500)).max() for t in (grown("rates", 1.0), grown("rates", 300.0)))
    assert not wild < 10 * calm  # or not a number


def test_a_small_pool_is_known_by_heart():
    """D tells its pool from fakes better than it tells data that it has not seen."""
    known, fresh = (audit(grown("pool", 8))[name] for name in ("auc_train", "auc_held_out"))
    assert (known - fresh > 0.05).all()


def test_fakes_that_d_hardly_learns_from_are_called_real():
    training = grown("fake-term", 0.01)
    assert (windows(training, "real_logit_positive") > 0.95).all()
    assert (windows(training, "fake_logit_positive") > 0.95).all()


def test_narrowed_modes_are_narrow_in_what_g_makes():
    wide = {"name": "ring", "std": 0.3, "radius": 2.0, "modes": 4}
    plain, narrow = (measured(grown("narrow", dose, data=wide))["in_mode_std"] for dose in (1.0, 0.1))
    assert (narrow < 0.8 * plain).all()


def test_a_generator_without_a_rate_stays_where_it_was():
    frozen = grown("generator-rate", 0.0)
    assert (windows(frozen, "update_norm_g") == 0).all()
    assert (windows(frozen, "update_norm_d") > 0).all()
