"""What a loss means under tricks: against the best constant logit, found by descent, and closed forms."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from ganbench import registry
from ganbench.gan.losses import Loss, loss_of, options_of
from ganbench.gan.tricks.reading import read, reading
from ganbench.registry import Options
from tests.gan.tricks.scenes import scene

TARGETED = {
    "minimax": {},
    "non-saturating": {},
    "least-squares": {},
    "alpha-gan": {"alpha_d": 0.5, "alpha_g": 2.0},
}
SOFT: list[tuple[list[dict[str, Any]], float, float]] = [
    ([{"name": "label-smoothing", "real": 0.9}], 0.9, 0.0),
    ([{"name": "label-smoothing", "real": 0.8, "fake": 0.3}], 0.8, 0.3),
    ([{"name": "label-smoothing", "real": [0.7, 1.2], "fake": [0.0, 0.3]}], 0.95, 0.15),
    ([{"name": "label-flips", "probability": 0.2}], 0.8, 0.2),
    ([{"name": "label-flips", "probability": 0.2}, {"name": "label-smoothing", "real": 0.9}], 0.72, 0.18),
    ([{"name": "label-smoothing", "real": 0.9}, {"name": "label-flips", "probability": 0.2}], 0.74, 0.2),
]


def options(kind: str, content: dict[str, Any]) -> Options:
    return registry.entry(kind, content["name"]).options.model_validate(content)


def tricks(contents: list[dict[str, Any]]) -> list[Options]:
    return [options("trick", content) for content in contents]


def told(name: str, contents: list[dict[str, Any]]) -> tuple[Loss, Loss]:
    """The loss alone, and as it is read under these tricks."""
    content = options_of({"name": name, **TARGETED.get(name, {})})
    return loss_of(content), reading(content, tricks(contents))


def best(loss: Loss, a: float, b: float) -> Tensor:
    """The logit that costs least as the answer to everything, with these mean targets."""
    assert loss.targeted is not None
    logit = torch.zeros((), dtype=torch.float64, requires_grad=True)
    descent = torch.optim.LBFGS([logit], max_iter=200, tolerance_grad=1e-13, line_search_fn="strong_wolfe")

    def value() -> Tensor:
        descent.zero_grad()
        cost = _cost(loss, logit, a) + _cost(loss, logit, b)
        cost.backward()
        return cost

    descent.step(value)
    return logit.detach()


def _cost(loss: Loss, logit: Tensor, target: float) -> Tensor:
    assert loss.targeted is not None
    return loss.targeted(logit[None], torch.tensor(target, dtype=torch.float64)).sum()


@pytest.mark.parametrize(("contents", "a", "b"), SOFT)
@pytest.mark.parametrize("name", TARGETED)
def test_the_decision_is_the_best_answer_to_everything_by_the_mean_targets(name, contents, a, b) -> None:
    alone, found = told(name, contents)
    level = best(alone, a, b)
    assert found.decision == pytest.approx(level.item(), abs=1e-5)
    assert not found.density_ratio
    of_d, of_g = found.equilibrium
    assert of_g == pytest.approx(alone.generator(level[None], level[None]).item(), abs=1e-5)
    if name == "least-squares":
        assert of_d is None  # the spread of drawn targets is in it
    else:
        assert of_d == pytest.approx((_cost(alone, level, a) + _cost(alone, level, b)).item(), abs=1e-9)


def test_one_sided_smoothing_of_cross_entropy_decides_at_the_logit_of_its_mean() -> None:
    _, found = told("non-saturating", [{"name": "label-smoothing", "real": 0.7}])
    assert found.decision == pytest.approx(math.log(0.35 / 0.65))


@pytest.mark.parametrize("name", TARGETED)
def test_without_tricks_a_blind_discriminator_is_that_of_the_record(name: str) -> None:
    loss, found = told(name, [])
    assert found == read(loss, []) or name == "alpha-gan"
    assert loss.blind is not None
    blind = loss.blind(0.5)
    assert blind.decision == loss.decision
    assert blind.generator == pytest.approx(loss.equilibrium[1])
    assert blind.discriminator in (None, pytest.approx(loss.equilibrium[0]))


@pytest.mark.parametrize("name", ["minimax", "alpha-gan"])
@pytest.mark.parametrize("soft", [[], [{"name": "label-smoothing", "real": 0.8}]])
def test_flipped_generator_labels_are_read_by_the_loss_that_the_generator_has(name, soft) -> None:
    alone, found = told(name, [{"name": "flipped-generator-labels"}, *soft])
    trick, _ = scene("flipped-generator-labels", {})
    logits = torch.linspace(-9, 9, 37, dtype=torch.float64).requires_grad_()
    assert alone.targeted is not None
    assert found.attenuation is not None
    (slope,) = torch.autograd.grad(alone.targeted(logits, logits.new_ones(())).sum(), logits)
    torch.testing.assert_close(found.attenuation(logits.detach()), slope.abs())
    at = torch.tensor([found.decision], dtype=torch.float64)
    assert found.equilibrium[1] == pytest.approx(alone.targeted(at, torch.ones(())).item())
    assert trick.reading is not None


def test_minimax_with_flipped_generator_labels_reads_as_the_non_saturating_loss() -> None:
    _, found = told("minimax", [{"name": "flipped-generator-labels"}])
    other = loss_of(options_of({"name": "non-saturating"}))
    assert found.equilibrium == pytest.approx(other.equilibrium)
    assert found.attenuation is not None
    assert other.attenuation is not None
    for shape in ((5,), (4, 3, 8)):
        logits = torch.randn(shape, generator=torch.Generator().manual_seed(0))
        torch.testing.assert_close(found.attenuation(logits), other.attenuation(logits))


def test_a_generator_that_matches_features_has_no_level_and_no_attenuation() -> None:
    loss, found = told("minimax", [{"name": "feature-matching"}])
    assert (found.attenuation, found.equilibrium) == (None, (loss.equilibrium[0], None))
    assert (found.decision, found.density_ratio) == (0.0, True)


def test_replay_leaves_the_level_and_takes_the_density_ratio() -> None:
    loss, found = told("non-saturating", [{"name": "replay"}])
    assert (found.density_ratio, found.decision, found.equilibrium) == (False, 0.0, loss.equilibrium)


@pytest.mark.parametrize("name", ["gradient-clipping", "instance-noise", "top-k", "packing", "lookahead"])
def test_other_tricks_leave_the_reading_as_it_is(name: str) -> None:
    loss, found = told("minimax", [{"name": name}])
    assert found == loss


def test_an_infinite_alpha_has_no_decision_under_soft_targets() -> None:
    content = options_of({"name": "alpha-gan", "alpha_d": "infinity"})
    found = reading(content, tricks([{"name": "label-smoothing", "real": 0.8}]))
    assert (found.decision, found.equilibrium) == (None, (None, None))


def test_a_loss_of_g_that_is_known_at_another_logit_has_no_level_under_soft_targets() -> None:
    content = options_of({"discriminator": {"name": "minimax"}, "generator": {"name": "least-squares"}})
    assert reading(content, tricks([{"name": "label-smoothing"}])).equilibrium[1] is None
