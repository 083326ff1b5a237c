"""Signals, audits and detectors read a level of the logits as tricks leave it, replica by replica."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from ganbench.detect.facts import facts_of_loss, facts_of_run
from ganbench.train.audit import audit
from ganbench.train.judging import critic
from ganbench.train.training import Training
from tests.train.settings import CPU, setting, train

SMOOTH = [setting(tricks=[{"name": "label-smoothing", "real": real}], steps=5) for real in (0.7, [0.8, 1.0])]
LEVELS = [math.log(m / (1 - m)) for m in (0.35, 0.45)]


def always(training: Training, level: float) -> None:
    """A discriminator whose every logit is this."""
    stack = training.game.discriminator.stack
    stack.flat.zero_()
    list(stack.weights.values())[-1].fill_(level)


@pytest.mark.parametrize("side", [-1, 1])
def test_the_share_above_the_decision_is_that_of_each_replicas_targets(side: int) -> None:
    training = Training(SMOOTH, [0, 1], CPU)
    assert training.game.reading.decision[:, 0].tolist() == pytest.approx(LEVELS)
    training.game.discriminator.hyper["lr"].zero_()
    # Between the levels of the two: fake to one and real to the other.
    always(training, sum(LEVELS) / 2 if side > 0 else -10.0)
    assert audit(training)["rejected"].tolist() == ([0, 1] if side > 0 else [1, 1])
    training.advance(5)
    found = training.trace.bursts(["a", "b"])["real_logit_positive"].reshape(2, -1)
    assert np.array_equal(found.mean(1), [1, 0] if side > 0 else [0, 0])


def test_a_replica_without_a_decision_is_nan_beside_one_that_has_one() -> None:
    cells = [
        setting(loss={"name": "alpha-gan", "alpha_d": alpha}, tricks=[{"name": "label-smoothing"}], steps=5)
        for alpha in (1.0, "infinity")
    ]
    training = train(*cells)
    shares = training.trace.bursts(["a", "b"])["real_logit_positive"].reshape(2, -1)
    assert np.isfinite(shares[0]).all()
    assert np.isnan(shares[1]).all()
    assert np.isnan(audit(training)["rejected"]).tolist() == [False, True]


@pytest.mark.parametrize("trick", ["label-smoothing", "label-flips", "replay"])
def test_a_logit_that_is_no_density_ratio_is_not_read_as_one(trick: str) -> None:
    training = train(setting(tricks=[trick], steps=2), seeds=[0])
    assert "implied_coverage" not in training.trace.bursts(["a"])
    assert critic(training, 0) is None


def test_the_attenuation_on_record_is_that_of_the_loss_that_the_generator_has() -> None:
    cells = [setting(loss="minimax", tricks=["flipped-generator-labels"], steps=5), setting(steps=5)]
    flipped, plain = (train(cell, seeds=[0]).trace.bursts(["a"])["attenuation"] for cell in cells)
    np.testing.assert_allclose(flipped, plain, rtol=1e-6)
    matched = train(setting(tricks=["feature-matching"], steps=5), seeds=[0]).trace.bursts(["a"])
    assert "attenuation" not in matched


@pytest.mark.parametrize("number", range(2))
def test_detectors_know_the_level_of_a_cell(number: int) -> None:
    facts = facts_of_run({"content": json.dumps(SMOOTH[number].content())})
    m = (0.35, 0.45)[number]
    assert facts.decision == pytest.approx(LEVELS[number])
    assert not facts.density_ratio
    assert facts.blind_loss == pytest.approx(-2 * (m * math.log(m) + (1 - m) * math.log(1 - m)))


def test_what_a_trick_of_the_users_does_to_a_level_is_not_known_without_running_it() -> None:
    facts = facts_of_loss("minimax", [{"name": "mine.py:TRICK"}])
    assert facts == {"loss": "minimax", "decision": None, "density_ratio": False, "equilibrium": (None, None)}


def test_replicas_with_alphas_of_their_own_have_no_common_equilibrium() -> None:
    cells = [setting(loss={"name": "alpha-gan", "alpha_d": a, "alpha_g": a}, steps=1) for a in (1.0, 4.0)]
    assert Training(cells, [0, 1], CPU).game.loss.equilibrium == (None, None)
    levels = [facts_of_loss(cell.content()["loss"])["equilibrium"] for cell in cells]
    assert levels[0] == pytest.approx((2 * math.log(2), -math.log(2)))
    assert levels[1] == pytest.approx((8 / 3 * (1 - 0.5**0.75), -4 / 3 * (1 - 0.5**0.75)))
    flat = Training(cells, [0, 1], CPU).game.discriminator.stack.flat
    assert torch.isfinite(flat).all()
