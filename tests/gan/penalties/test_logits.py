"""Penalties on logits: written out by hand, with what LeCam remembers and what consistency draws."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from ganbench.gan.penalties.logits import CONSISTENCY, LECAM
from tests.gan.penalties.scene import B, Draws, F, R, critic, scene, vector, view

LE = {"weight": vector(0.3, 1.0, 2.0), "decay": vector(0.9, 0.0, 0.5)}
CR = {"weight": vector(10.0, 1.0, 0.5), "std": vector(0.05, 1.0, 3.0)}


def logits(seed: int) -> tuple[Tensor, Tensor]:
    rng = torch.Generator().manual_seed(seed)
    return tuple(torch.randn(2, R, B, dtype=torch.float64, generator=rng))


def test_lecam_pulls_each_kind_to_the_moving_average_of_the_other() -> None:
    """The averages start at the first step's means."""
    at = scene("lecam", LE)
    averages = None
    for step in range(4):
        real, fake = logits(step)
        means = torch.stack([real.mean(1), fake.mean(1)])
        averages = means if averages is None else LE["decay"] * averages + (1 - LE["decay"]) * means
        found = LECAM.value(replace(view(), real_logits=real, fake_logits=fake), at)
        for r in range(R):
            of_real = sum((x - averages[1, r]) ** 2 for x in real[r]) / B
            of_fake = sum((x - averages[0, r]) ** 2 for x in fake[r]) / B
            assert found[r].item() == pytest.approx((LE["weight"][r] * (of_real + of_fake)).item())


def test_the_averages_are_constants_to_the_gradient() -> None:
    real, fake = (x.requires_grad_() for x in logits(0))
    value = LECAM.value(replace(view(), real_logits=real, fake_logits=fake), scene("lecam", LE))
    (slope,) = torch.autograd.grad(value.sum(), real)
    anchor = fake.detach().mean(1)
    torch.testing.assert_close(slope, LE["weight"][:, None] * 2 * (real.detach() - anchor[:, None]) / B)


def test_lecam_writes_its_memory_in_place_and_a_look_at_the_geometry_does_not() -> None:
    at = scene("lecam", LE)
    addresses = {name: tensor.data_ptr() for name, tensor in at.memory.items()}
    looked = LECAM.value(view(), replace(at, phase="geometry"))
    assert all(tensor.eq(0).all() for tensor in at.memory.values())
    stepped = LECAM.value(view(), at)
    assert torch.equal(looked, stepped)  # a look sees what the next step would
    assert at.memory["updates"].tolist() == [1] * R
    assert {name: tensor.data_ptr() for name, tensor in at.memory.items()} == addresses


def test_lecam_keeps_the_averages_of_a_lost_replica_and_its_neighbours_notice_nothing() -> None:
    sound, struck = scene("lecam", LE), scene("lecam", LE)
    for seed in range(3):
        real, fake = logits(seed)
        LECAM.value(replace(view(), real_logits=real, fake_logits=fake), sound)
        real[1] = torch.nan
        LECAM.value(replace(view(), real_logits=real, fake_logits=fake), struck)
    for name in ("real", "fake"):
        assert struck.memory[name].isfinite().all()
        assert torch.equal(sound.memory[name][[0, 2]], struck.memory[name][[0, 2]])


def test_consistency_is_the_squared_difference_to_the_answer_under_noise() -> None:
    v = view()
    moved = critic(v.real + CR["std"][:, None, None] * Draws().normal((B, F)))
    expected = CR["weight"] * ((critic(v.real) - moved) ** 2).mean(1)
    torch.testing.assert_close(CONSISTENCY.value(v, scene("consistency", CR)), expected)


def test_consistency_of_a_linear_critic_is_the_variance_of_its_answer() -> None:
    """E (w . e)^2 = std^2 ||w||^2, here over 20,000 draws: within 3 %, three standard errors."""
    w, many = vector(3.0, 4.0), torch.zeros(R, 20_000, F, dtype=torch.float64)
    v = replace(view(), critic=lambda x: x @ w, real=many, real_logits=many @ w)
    found = CONSISTENCY.value(v, scene("consistency", CR))
    assert found.tolist() == pytest.approx((CR["weight"] * CR["std"] ** 2 * 25).tolist(), rel=0.03)


def test_consistency_is_felt_on_both_sides() -> None:
    """With the gradient through one side alone this would be the half of it."""
    scale = torch.ones((), dtype=torch.float64, requires_grad=True)
    value = CONSISTENCY.value(view(lambda x: scale * critic(x)), scene("consistency", CR)).sum()
    (slope,) = torch.autograd.grad(value, scale)
    assert slope.item() == pytest.approx(2 * value.item())


@pytest.mark.parametrize(
    ("penalty", "name", "values"), [(LECAM, "lecam", LE), (CONSISTENCY, "consistency", CR)]
)
def test_a_replica_does_not_feel_its_neighbours_options(
    penalty, name: str, values: dict[str, Tensor]
) -> None:
    others = {key: torch.cat([vector[:1], 0.5 * vector[1:]]) for key, vector in values.items()}
    one, other = (penalty.value(view(), scene(name, given)) for given in (values, others))
    assert torch.equal(one[0], other[0])
    assert not torch.equal(one[1:], other[1:])
