"""Facts of a stored run, and of every registered loss."""

from __future__ import annotations

import dataclasses
import json

import pandas as pd
import pytest

from ganbench import registry
from ganbench.detect.facts import AUDIT, Facts, facts_of_loss, facts_of_run, known, of_spread
from ganbench.errors import UnknownName
from ganbench.gan.losses import loss_of, options_of
from ganbench.train.audit import COUNT
from tests.train.settings import setting

TRICKS = [{"name": "learning-rate-decay"}, {"name": "lookahead", "k": 5}]
PENALTIES = [{"name": "r1", "every": 16}, {"name": "weight-clipping"}]
CONTENT = setting(penalties=PENALTIES, tricks=TRICKS).content()
ROW = {
    "content": json.dumps(CONTENT),
    "modes": 8,
    "diverged_at": None,
    "reference.mean_0": 0.0,
    "reference.std_0": 1.5,
    "reference.mean_1": 0.1,
    "reference.std_1": 1.4,
    "reference.pairwise_distance": 2.5,
    "floor.high_quality": 0.989,
    "floor.value_function": float("nan"),
}


def test_a_stored_run_says_all_that_detectors_ask() -> None:
    facts = facts_of_run(ROW)
    assert (facts.loss, facts.batch, facts.steps) == (
        CONTENT["loss"]["name"],
        CONTENT["batch"],
        CONTENT["steps"],
    )
    assert (facts.tricks, facts.annealed) == (("learning-rate-decay", "lookahead"), True)
    assert (facts.modes, facts.diverged_at, facts.samples) == (8, None, CONTENT["evaluation"]["samples"])
    assert (facts.real_mean, facts.real_std, facts.real_pairwise) == ((0.0, 0.1), (1.5, 1.4), 2.5)
    assert facts.floors == {"high_quality": 0.989}
    assert facts.penalties == ("r1", "weight-clipping")
    assert facts.periods == (16.0, 5.0)


def test_periods_are_generator_steps() -> None:
    schedule = {"d_steps": 4, "g_steps": 2}
    content = setting(penalties=PENALTIES, tricks=TRICKS, schedule=schedule, steps=20).content()
    assert facts_of_run(ROW | {"content": json.dumps(content)}).periods == (8.0, 10.0)


@pytest.mark.parametrize(("growth", "periods"), [(1.0, (25.0,)), (2.0, ())])
def test_warm_restarts_are_a_period_where_cycles_do_not_grow(
    growth: float, periods: tuple[float, ...]
) -> None:
    tricks = [{"name": "warm-restarts", "first": 0.25, "growth": growth}]
    facts = facts_of_run(ROW | {"content": json.dumps(setting(tricks=tricks, steps=100).content())})
    assert facts.annealed
    assert facts.periods == periods


@pytest.mark.parametrize("empty", [None, float("nan"), pd.NA])
def test_what_is_empty_in_a_row_is_not_known(empty: object) -> None:
    row = pd.Series(ROW | {"modes": empty, "diverged_at": empty, "reference.pairwise_distance": empty})
    facts = facts_of_run(row)
    assert (facts.modes, facts.diverged_at, facts.real_pairwise) == (None, None, None)


def test_a_row_of_pandas_gives_the_same() -> None:
    assert facts_of_run(pd.Series(ROW)) == facts_of_run(ROW)


@pytest.mark.parametrize("name", [entry.name for entry in registry.entries("loss")])
def test_a_registered_loss_says_how_it_is_read(name: str) -> None:
    loss, facts = loss_of(options_of({"name": name})), Facts(**facts_of_loss(name))
    assert facts.loss == name
    for field in ("decision", "density_ratio", "equilibrium"):
        assert getattr(facts, field) == getattr(loss, field)


def test_an_unknown_loss_is_refused() -> None:
    with pytest.raises(UnknownName, match="did you mean 'hinge'"):
        facts_of_loss("hindge")


def test_the_samples_of_an_audit_are_the_engines() -> None:
    assert AUDIT == COUNT


def test_facts_are_known_or_not() -> None:
    assert known(["batch"], Facts(batch=1))
    assert not known(["batch", "modes"], Facts(batch=1))
    assert not known(["real_std"], Facts())
    assert {field.name for field in dataclasses.fields(Facts)} >= {"periods", "annealed", "loss_scaling"}


def test_only_data_of_one_point_have_no_spread() -> None:
    assert of_spread(Facts(real_std=(0.0,)))
    assert not of_spread(Facts(real_std=(0.0, 1.0)))
    assert not of_spread(Facts())


def test_only_losses_with_a_floor_have_a_level_that_a_discriminator_should_beat() -> None:
    levels = {entry.name: Facts(**facts_of_loss(entry.name)).blind_loss for entry in registry.entries("loss")}
    assert levels["non-saturating"] == pytest.approx(1.3863, abs=1e-4)
    assert levels["hinge"] == 2
    assert levels["wasserstein"] is None
    assert levels["kl"] is None


def test_a_loss_for_each_player_is_read_as_the_engine_reads_it() -> None:
    facts = Facts(
        **facts_of_loss({"discriminator": {"name": "hinge"}, "generator": {"name": "non-saturating"}})
    )
    assert facts.blind_loss == 2
