"""The setting: typed components, defaults filled in, nothing converted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from ganbench.gan.optimizers import AdamOptions
from ganbench.gan.penalties.gradients import ZeroCentred
from ganbench.suite.schema import Criterion, Setting
from tests.suite.example import content, setting


def test_a_bare_name_and_a_mapping_give_the_same_typed_options() -> None:
    bare, spelt = setting(loss="hinge"), setting(loss={"name": "hinge"})
    assert bare == spelt
    assert isinstance(bare.optimizers.generator, AdamOptions)
    assert bare.optimizers.generator.lr == 2e-4


def test_penalties_are_typed_in_their_order() -> None:
    penalties = setting(penalties=["r2", {"name": "r1", "gamma": 3}]).penalties
    assert [penalty.name for penalty in penalties] == ["r2", "r1"]
    assert isinstance(penalties[1], ZeroCentred)
    assert penalties[1].gamma == 3.0


def test_content_holds_every_default_as_json() -> None:
    dumped = setting().content()
    assert json.loads(json.dumps(dumped)) == dumped
    assert dumped["optimizers"]["generator"] == {
        "name": "adam",
        "lr": 2e-4,
        "beta1": 0.5,
        "beta2": 0.999,
        "eps": 1e-8,
    }
    assert dumped["schedule"]["order"] == "discriminator-first"
    assert dumped["data"]["modes"] == 8
    assert dumped["evaluation"]["samples"] == 2500


def test_content_gives_the_setting_back() -> None:
    full = setting(
        data={"name": "mixture", "means": [[0, 1], [1, 0]], "std": 0.1},
        penalties=["r1", {"name": "weight-clipping", "limit": 0.1}],
        ema={"decay": 0.99},
        failure=[{"metric": "covered_share", "below": 0.5, "for": 2}],
    )
    assert Setting.model_validate(full.content()) == full
    assert Setting.model_validate(json.loads(json.dumps(full.content()))).content() == full.content()


def test_a_setting_is_frozen_and_hashable() -> None:
    with pytest.raises(ValidationError):
        setting().batch = 3  # type: ignore[misc]  # the point of the test
    assert hash(setting()) == hash(setting())


@pytest.mark.parametrize(
    ("changes", "loc"),
    [
        ({"batch": "8"}, ("batch",)),
        ({"batch": True}, ("batch",)),
        ({"batch": 8.0}, ("batch",)),
        ({"steps": 0}, ("steps",)),
        ({"precision": "float16"}, ("precision",)),
        ({"loss": 3}, ("loss",)),
        ({"loss": None}, ("loss",)),
        ({"generator": {"name": "mlp", "width": "64"}}, ("generator", "width")),
        ({"generator": {"name": "mlp", "width": True}}, ("generator", "width")),
        ({"generator": {"width": 64}}, ("generator",)),
        ({"generator": {"name": "mlp", "with": 64}}, ("generator", "with")),
        ({"penalties": ["r1", {"name": "r3"}]}, ("penalties", 1, "name")),
        ({"penalties": "r1"}, ("penalties",)),
        ({"latent": {"law": "normal"}}, ("latent", "dim")),
        ({"ema": {"decay": 1}}, ("ema", "decay")),
        ({"evaluation": {"every": 0}}, ("evaluation", "every")),
        ({"evaluation": {"every": 5, "exact_samples": 2501}}, ("evaluation", "exact_samples")),
        ({"failure": [{"metric": "m", "below": 1, "after": 1}]}, ("failure", 0, "after")),
        ({"failure": [{"metric": "m", "below": 1, "for": 0}]}, ("failure", 0, "for")),
        ({"failure": [{"metric": "m", "below": 1, "consecutive": 2}]}, ("failure", 0, "consecutive")),
        ({"failure": [{"metric": "m"}]}, ("failure", 0)),
        ({"failure": [{"metric": "m", "below": 1, "above": 2}]}, ("failure", 0)),
        ({"failure": [{"metric": "m", "below": 1, "drawdown": 2}]}, ("failure", 0)),
        ({"failure": [{"metric": "m", "above": 1, "drawdown": 0}]}, ("failure", 0)),
        ({"failure": [{"metric": "m", "drawdown": -0.1}]}, ("failure", 0, "drawdown")),
        ({"failure": [{"metric": "m", "drawdown": "0.2"}]}, ("failure", 0, "drawdown")),
        ({"probes": {"windows": 0}}, ("probes", "windows")),
        ({"extra": 1}, ("extra",)),
    ],
)
def test_what_is_wrong_is_refused_at_its_place(changes: dict[str, Any], loc: tuple[str | int, ...]) -> None:
    with pytest.raises(ValidationError) as caught:
        setting(**changes)
    assert [error["loc"] for error in caught.value.errors()] == [loc]


@pytest.mark.parametrize(
    "key", ["data", "generator", "discriminator", "loss", "latent", "optimizers", "batch", "steps"]
)
def test_what_has_no_sensible_default_must_be_given(key: str) -> None:
    less = content()
    del less[key]
    with pytest.raises(ValidationError) as caught:
        Setting.model_validate(less)
    assert caught.value.errors()[0]["loc"] == (key,)


def test_evaluations_come_at_the_interval_and_at_the_end() -> None:
    assert setting(steps=100, evaluation={"every": 40}).evaluated() == [40, 80, 100]
    assert setting(steps=100, evaluation={"every": 50}).evaluated() == [50, 100]
    assert setting(steps=100, evaluation={"every": 500}).evaluated() == [100]


def test_evaluations_wait_for_the_end_of_a_round() -> None:
    rounds = setting(steps=100, evaluation={"every": 30}, schedule={"g_steps": 4})
    assert rounds.evaluated() == [32, 64, 96, 100]


def test_the_ema_is_judged_only_where_nothing_else_is_evaluated() -> None:
    judged = {
        of: setting(ema={"decay": 0.9}, evaluation={"every": 5, "of": of}).evaluation.judged
        for of in ("raw", "ema", "both")
    }
    assert judged == {"raw": "raw", "ema": "ema", "both": "raw"}


def test_a_criterion_reads_as_words() -> None:
    assert str(Criterion(metric="high_quality", below=0.5)) == "high_quality below 0.5"
    assert str(Criterion(metric="distance", above=1e-2)) == "distance above 0.01"
    assert str(Criterion(metric="covered_share", drawdown=0.2)) == "covered_share drawdown above 0.2"
    assert str(Criterion(metric="covered_share", drawdown=0)) == "covered_share drawdown above 0"
