"""The pool of past samples: what is in it, how old it is, and that nothing is lost or made up."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ganbench.gan.tricks.trick import Extent
from tests.gan.tricks.scenes import scene


def replayed(
    steps: int, *, batch: int, size: int, share: float = 0.5, replicas: int = 1
) -> tuple[Tensor, int]:
    """What D sees of samples that carry the step of their making, [steps, R, B], and how many are replayed."""
    extent = Extent((1,), batch, {})
    trick, where = scene("replay", *[{"size": size, "share": share}] * replicas, extent=extent)
    assert trick.fakes is not None
    made = (torch.full((replicas, batch, 1), float(step), dtype=torch.float64) for step in range(steps))
    shown = torch.stack([trick.fakes(samples, where)[..., 0] for samples in made])
    return shown, where.memory["pool"].shape[1]


@settings(deadline=None, max_examples=30)
@given(st.integers(2, 9), st.integers(1, 6), st.sampled_from([0.25, 0.5, 0.75]))
def test_the_first_part_of_a_batch_is_fresh_and_the_rest_of_the_past(batch, size, share) -> None:
    if not 0 < round(share * batch) < batch:
        return
    shown, count = replayed(25, batch=batch, size=size, share=share)
    steps = torch.arange(25, dtype=torch.float64)[:, None, None]
    assert count == round(share * batch)
    assert torch.equal(shown[..., :-count], steps.expand(-1, 1, batch - count))
    assert (shown[1:, :, -count:] < steps[1:]).all()
    assert torch.equal(shown[0], torch.zeros(1, batch).double())


def test_the_mean_age_of_what_is_replayed_is_the_size_of_the_pool() -> None:
    shown, count = replayed(4000, batch=40, size=20)
    ages = torch.arange(4000)[:, None] - shown[:, 0, -count:]
    late = ages[1000:].double()
    assert float(late.mean()) == pytest.approx(20, rel=0.02)
    # Each place is as likely as any other: ages are geometric, with the deviation sqrt(n (n - 1)).
    assert float(late.std()) == pytest.approx((20 * 19) ** 0.5, rel=0.05)


def test_a_pool_of_one_gives_back_the_step_before() -> None:
    shown, count = replayed(6, batch=4, size=1)
    assert shown[1:, 0, -count:].tolist() == [[step] * count for step in range(5)]


def test_samples_of_any_shape_come_back_whole() -> None:
    trick, where = scene("replay", {"size": 3}, {"size": 3}, extent=Extent((3, 2, 2), 4, {}))
    assert trick.fakes is not None
    made = torch.randn(20, 2, 4, 3, 2, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for step, samples in enumerate(made):
        for replica, shown in enumerate(trick.fakes(samples, where)):
            known = made[: step + 1, replica].flatten(0, 1)
            assert all(any(torch.equal(one, other) for other in known) for one in shown)
