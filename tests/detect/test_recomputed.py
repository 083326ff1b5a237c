"""Losses recomputed from their logits: exact or bounded, for every loss that is named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganbench.detect.blocks import blocks_of
from ganbench.detect.recomputed import DISCRIMINATOR, GENERATOR, LEAST, disagreement, e_softplus, least_loss
from ganbench.detect.thresholds import limits
from ganbench.gan.losses import loss_of, options_of
from tests.detect.runs import critic, healthy

BATCHES = st.lists(st.floats(-20, 20), min_size=2, max_size=20)


def moments(logits: list[float]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([np.mean(logits)]), np.array([np.std(logits)])


@given(BATCHES)
def test_softplus_is_within_its_bounds(logits: list[float]) -> None:
    low, high = e_softplus(*moments(logits))
    value = np.logaddexp(0, logits).mean()
    assert low[0] - 1e-9 <= value <= high[0] + 1e-9


@pytest.mark.parametrize("name", GENERATOR)
@given(logits=BATCHES)
def test_the_generators_loss_of_the_engine_is_within_the_bounds(name: str, logits: list[float]) -> None:
    fake = torch.tensor(logits, dtype=torch.float64)
    value = float(loss_of(options_of({"name": name})).generator(fake, fake))
    low, high = GENERATOR[name](*moments(logits))
    assert low[0] - 1e-7 * (1 + abs(value)) <= value <= high[0] + 1e-7 * (1 + abs(value))


@pytest.mark.parametrize("name", DISCRIMINATOR)
@given(real=BATCHES, fake=BATCHES)
def test_the_discriminators_loss_of_the_engine_is_within_the_bounds(
    name: str, real: list[float], fake: list[float]
) -> None:
    both = (torch.tensor(logits, dtype=torch.float64) for logits in (real, fake))
    value = float(loss_of(options_of({"name": name})).discriminator(*both))
    low, high = DISCRIMINATOR[name](moments(real), moments(fake))
    assert low[0] - 1e-7 * (1 + abs(value)) <= value <= high[0] + 1e-7 * (1 + abs(value))


@pytest.mark.parametrize("name", LEAST)
@given(real=BATCHES, fake=BATCHES)
def test_the_discriminators_loss_of_the_engine_is_no_less_than_that_of_its_mean_logits(
    name: str, real: list[float], fake: list[float]
) -> None:
    both = [torch.tensor(logits, dtype=torch.float64) for logits in (real, fake)]
    loss = loss_of(options_of({"name": name}))
    least = LEAST[name](*(np.array([np.mean(logits)]) for logits in (real, fake)))[0]
    assert least <= float(loss.discriminator(*both)) + 1e-7
    at_means = [one.mean(0, keepdim=True) for one in both]
    assert least == pytest.approx(float(loss.discriminator(*at_means)), rel=1e-6, abs=1e-9)


def test_every_loss_with_a_level_of_its_own_logits_has_a_least() -> None:
    blocks = blocks_of(healthy().table(), limits()["blocks"])
    for loss in LEAST:
        assert least_loss(replace(blocks, table=healthy(0, loss).table())) is not None
    for facts in ({"loss": None}, {"loss": "wasserstein"}, {"tricks": ("label-smoothing",)}):
        assert least_loss(replace(blocks, table=healthy().with_facts(**facts).table())) is None
    without = healthy().with_signals(real_logit_mean=None).table()
    assert least_loss(replace(blocks, table=without)) is None


@pytest.mark.parametrize("loss", [*GENERATOR])
def test_a_sound_log_agrees_with_itself(loss: str) -> None:
    run = healthy(0, loss) if loss in ("minimax", "non-saturating") else critic(0, loss)
    worst, step = disagreement(run.table())
    assert len(worst) == len(step) == 4000
    assert worst.max() < 1e-9


def test_the_loss_of_another_name_disagrees() -> None:
    worst, _ = disagreement(healthy().with_facts(loss="minimax").table())
    assert worst.min() > 0.5


def test_a_loss_that_is_not_named_is_not_recomputed() -> None:
    for loss in (None, "kl", "relativistic-pairing"):
        assert len(disagreement(healthy().with_facts(loss=loss).table())[0]) == 0
