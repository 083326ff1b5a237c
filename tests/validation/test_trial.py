"""A trial is the engine's own run, with a fault at a known step, and leaves what detectors and scores need."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from ganbench.detect import facts_of_run
from ganbench.store.schema import column
from ganbench.suite.schema import Setting
from ganbench.train.training import Training
from ganbench.validation.trial import Trial
from ganbench.validation.truth import KINDS
from tests.validation import tiny


def trained(*args: object, **kwargs: object) -> Trial:
    trial = Trial(tiny.case(*args, **kwargs))
    trial.run()
    return trial


def weights(training: Training) -> torch.Tensor:
    return torch.cat([training.game.generator.stack.flat, training.game.discriminator.stack.flat], dim=1)


@pytest.fixture(scope="module")
def missing_modes() -> Trial:
    return trained("modes", 1, 0.5)


@pytest.fixture(scope="module")
def plain() -> Trial:
    return trained()


def test_without_a_fault_it_is_the_run_that_the_engine_trains(plain):
    setting = Setting.model_validate(plain.case.base.content)
    training = Training([setting] * 2, tiny.SEEDS, torch.device("cpu"))
    training.advance(tiny.STEPS)
    assert torch.equal(weights(training), weights(plain.training))
    assert plain.onset is None


def test_until_the_onset_it_is_the_run_without_the_fault(plain, missing_modes):
    before, after = (
        [
            [row["sliced_wasserstein"] for row in t.rows if (row["step"] <= 20) == early]
            for t in (plain, missing_modes)
        ]
        for early in (True, False)
    )
    assert before[0] == before[1]
    assert after[0] != after[1]


def test_it_is_evaluated_where_the_setting_says(plain):
    assert [(row["run_id"], row["step"]) for row in plain.rows] == [
        (name, step) for step in (10, 20, 30, 40) for name in plain.names
    ]


def test_the_onset_is_a_generator_step(missing_modes):
    assert missing_modes.onset == 20
    runs = missing_modes.tables()["runs"].to_pylist()
    assert {row["onset"] for row in runs} == {20}
    assert {(row["fault"], row["dose"], row["meant"]) for row in runs} == {("modes", 1.0, "mode-collapse")}


def test_a_run_without_a_fault_has_its_end_for_an_onset(plain):
    runs = plain.tables()["runs"].to_pylist()
    assert {(row["fault"], row["onset"], row["steps"]) for row in runs} == {("none", 40, 40)}


def test_a_row_declares_what_a_user_would(missing_modes):
    base = missing_modes.case.base
    for row, seed in zip(missing_modes.tables()["runs"].to_pylist(), tiny.SEEDS, strict=True):
        assert row["run_id"] == f"{missing_modes.case.name}/{seed}"
        assert (row["base"], row["seed"], row["loss"], row["modes"]) == (base.name, seed, "minimax", 8)
        assert json.loads(row["content"]) == base.content
        facts = facts_of_run(row)
        assert facts.loss == "minimax"
        assert facts.modes == 8
        assert len(facts.real_std) == 2
        assert facts.floors["high_quality"] == pytest.approx(0.9889, abs=1e-3)


def test_a_fault_of_the_first_step_is_trained_and_not_declared():
    trial = trained("generator-steps", 4, 0)
    assert trial.training.loop.schedule.g_steps == 4
    (row, _) = trial.tables()["runs"].to_pylist()
    assert json.loads(row["content"])["schedule"]["g_steps"] == 1
    assert row["onset"] == 0
    assert trial.training.step == 40


def test_windows_bursts_and_evaluations_are_as_in_results(plain):
    tables = plain.tables()
    for name in ("windows", "bursts", "evaluations"):
        assert set(tables[name]["run_id"].to_pylist()) == set(plain.names)
        assert all(column(name, found) for found in tables[name].column_names)
    assert tables["windows"].num_rows == 2 * tiny.STEPS
    assert {"auc_train", "auc_held_out", "covered_share"} <= set(tables["evaluations"].column_names)


def test_truth_has_a_row_for_every_run_and_kind(plain):
    rows = plain.tables()["truth"].to_pylist()
    assert [(row["run_id"], row["kind"]) for row in rows] == [
        (name, kind) for name in plain.names for kind in KINDS
    ]
    assert {row["state"] for row in rows} <= {"present", "absent", "borderline", "unknown"}


def test_a_run_that_diverged_has_nothing_to_evaluate():
    trial = trained("nan-weights", 1, 0.5)
    late = [row for row in trial.rows if row["step"] > 20]
    assert all(np.isnan(row["covered_share"]) and row["mode_histogram"] is None for row in late)
    tables = trial.tables()
    assert tables["runs"]["diverged_at"].to_pylist() == [20, 20]
    truth = {(row["run_id"], row["kind"]): row for row in tables["truth"].to_pylist()}
    assert {truth[name, "non-finite"]["state"] for name in trial.names} == {"present"}


def test_the_dirac_gan_starts_elsewhere_with_every_seed():
    trial = Trial(tiny.case(of="dirac/minimax+r1"))
    game = trial.training.game
    starts = torch.stack([game.generator.stack.flat[:, 0], game.discriminator.stack.flat[:, 0]])
    assert len(starts.unique()) == 4
    assert ((starts > 0.5) & (starts < 1.5)).all()
    again = Trial(tiny.case(of="dirac/minimax+r1")).training.game
    assert torch.equal(again.generator.stack.flat, game.generator.stack.flat)
