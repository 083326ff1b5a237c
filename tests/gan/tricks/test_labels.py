"""What changed labels teach: the optimum of D, and that drawing changes the mean alone."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from ganbench import registry
from ganbench.gan.tricks.trick import Answers
from tests.gan.tricks.scenes import scene

LOSS = registry.entry("loss", "minimax").load()
SQUARES = registry.entry("loss", "least-squares").load()
COUNT = 40_000


def targets(name: str, options: dict[str, Any]) -> tuple[Tensor, Tensor]:
    """Of many samples, [n] each."""
    trick, where = scene(name, options)
    assert trick.targets is not None
    real, fake = trick.targets((torch.ones(1, COUNT).double(), torch.zeros(1, COUNT).double()), where)
    return real[0], fake[0]


def optimum(p: float, q: float, real: Tensor, fake: Tensor) -> float:
    """D at a point with these densities, by descent on its mean loss there."""
    logit = torch.zeros((), dtype=torch.float64, requires_grad=True)
    descent = torch.optim.LBFGS([logit], max_iter=100, tolerance_grad=1e-12, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        descent.zero_grad()
        value = p * LOSS.targeted(logit, real).mean() + q * LOSS.targeted(logit, fake).mean()
        value.backward()
        return value

    descent.step(loss)
    return float(logit.detach().sigmoid())


@pytest.mark.parametrize(("p", "q"), [(0.3, 0.7), (1.0, 0.5), (0.9, 0.05)])
@pytest.mark.parametrize(
    ("name", "options", "a", "b"),
    [
        ("label-smoothing", {"real": 0.9, "fake": 0.2}, 0.9, 0.2),
        ("label-smoothing", {"real": [0.7, 1.2]}, 0.95, 0.0),
        ("label-smoothing", {"real": [0.7, 1.2], "fake": [0.0, 0.3]}, 0.95, 0.15),
        ("label-flips", {"probability": 0.2}, 0.8, 0.2),
    ],
)
def test_the_optimum_of_the_discriminator_is_that_of_the_mean_targets(name, options, a, b, p, q) -> None:
    found = optimum(p, q, *targets(name, options))
    assert found == pytest.approx((a * p + b * q) / (p + q), abs=0.01)


@pytest.mark.parametrize("loss", [LOSS, SQUARES])
def test_the_slope_is_that_of_the_mean_target_whatever_the_range(loss) -> None:
    """Cross entropy is linear in the target, squares have a slope that is: even where targets are above 1."""
    real, _ = targets("label-smoothing", {"real": [0.7, 1.3]})
    logits = torch.linspace(-5, 5, 11, dtype=torch.float64).requires_grad_()
    (drawn,) = torch.autograd.grad(loss.targeted(logits[:, None], real).mean(1).sum(), logits)
    (mean,) = torch.autograd.grad(loss.targeted(logits, real.mean()).sum(), logits)
    torch.testing.assert_close(drawn, mean, rtol=1e-9, atol=1e-12)


def test_targets_are_uniform_in_their_ranges() -> None:
    real, fake = targets("label-smoothing", {"real": [0.7, 1.2], "fake": [0.0, 0.3]})
    for drawn, low, high in ((real, 0.7, 1.2), (fake, 0.0, 0.3)):
        assert low <= float(drawn.min()) < low + 0.001 < high - 0.001 < float(drawn.max()) < high
        assert float(drawn.var()) == pytest.approx((high - low) ** 2 / 12, rel=0.05)


def test_a_number_is_every_samples_target() -> None:
    real, fake = targets("label-smoothing", {"real": 0.9})
    assert real.unique().tolist() == pytest.approx([0.9])
    assert fake.unique().tolist() == [0.0]


def test_labels_flip_as_often_as_they_are_told_on_both_sides() -> None:
    real, fake = targets("label-flips", {"probability": 0.1})
    assert float((real == 0).double().mean()) == pytest.approx(0.1, abs=0.01)
    assert float((fake == 1).double().mean()) == pytest.approx(0.1, abs=0.01)
    assert not torch.equal(real == 0, fake == 1)


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=8))
def test_flipped_labels_turn_minimax_into_the_non_saturating_loss(values: list[float]) -> None:
    logits = torch.tensor([values], dtype=torch.float64)
    trick, where = scene("flipped-generator-labels", {})
    assert trick.generator_loss is not None
    found = trick.generator_loss(Answers(logits, logits, lambda: (logits, logits)), LOSS, where)
    expected = registry.entry("loss", "non-saturating").load().generator(logits, logits)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)
