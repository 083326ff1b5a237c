"""Minibatch layers against their definitions, loop by loop, and what they are for: a collapsed batch shows."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ganbench.gan.networks.minibatch import (
    LEAST,
    MinibatchDeviation,
    MinibatchDiscrimination,
    closeness,
    deviation,
)


def normal(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def naive_closeness(x: Tensor, tensor: Tensor, kernels: int) -> np.ndarray:
    m = (x @ tensor).numpy().reshape(len(x), kernels, -1)
    found = np.zeros((len(x), kernels))
    for i in range(len(x)):
        for j in range(len(x)):
            for b in range(kernels):
                if i != j:
                    found[i, b] += math.exp(-np.abs(m[i, b] - m[j, b]).sum())
    return found


@settings(deadline=None, max_examples=30)
@given(
    batch=st.integers(1, 6),
    features=st.integers(1, 4),
    kernels=st.integers(1, 4),
    dim=st.integers(1, 4),
    seed=st.integers(0, 99),
)
def test_closeness_is_the_sum_over_the_others_of_each_kernel(batch, features, kernels, dim, seed) -> None:
    x, tensor = normal(seed, batch, features), normal(seed + 1, features, kernels * dim)
    found = closeness(x, tensor, kernels)
    np.testing.assert_allclose(found.numpy(), naive_closeness(x, tensor, kernels), rtol=1e-9, atol=1e-12)


def test_of_a_batch_of_one_repeated_sample_closeness_is_the_number_of_the_others() -> None:
    x = normal(0, 1, 3).expand(7, 3)
    torch.testing.assert_close(closeness(x, normal(1, 3, 8), 4), torch.full((7, 4), 6.0).double())


def test_samples_far_from_each_other_are_not_close() -> None:
    x = 1000 * torch.eye(5, dtype=torch.float64)
    assert float(closeness(x, normal(1, 5, 8), 4).max()) < 1e-6


@pytest.mark.parametrize("group", [None, 2, 3, 6, 12])
def test_the_deviation_is_numpys_over_each_group_averaged_over_features(group) -> None:
    x = normal(0, 12, 5)
    found = deviation(x, group)[:, 0].numpy()
    for number, rows in enumerate(np.split(x.numpy(), 12 // (group or 12))):
        expected = np.sqrt(rows.std(axis=0) ** 2 + LEAST).mean()
        size = group or 12
        np.testing.assert_allclose(found[number * size : (number + 1) * size], expected, rtol=1e-12)


def test_a_batch_of_one_repeated_sample_has_no_deviation_and_a_finite_slope() -> None:
    x = normal(0, 1, 3).repeat(6, 1).requires_grad_()
    found = deviation(x)
    torch.testing.assert_close(found, torch.full((6, 1), LEAST**0.5).double())
    (slope,) = torch.autograd.grad(found.sum(), x)
    assert slope.isfinite().all()


@pytest.mark.parametrize(
    "layer", [MinibatchDeviation(), MinibatchDeviation(3), MinibatchDiscrimination(4, 5, 2)], ids=repr
)
def test_a_layer_adds_its_features_behind_those_of_the_sample(layer) -> None:
    layer, x = layer.double(), normal(0, 6, 4)
    out = layer(x)
    added = (
        deviation(x, layer.group) if isinstance(layer, MinibatchDeviation) else closeness(x, layer.weight, 5)
    )
    assert torch.equal(out, torch.cat([x, added], dim=1))
    assert torch.equal(layer.eval()(x), out)  # when D is looked at, too


@settings(deadline=None, max_examples=20)
@given(order=st.permutations(range(6)))
def test_the_order_of_a_batch_is_of_no_account(order) -> None:
    x = normal(0, 6, 4)
    for layer in (MinibatchDeviation().double(), MinibatchDiscrimination(4, 5, 2).double()):
        torch.testing.assert_close(layer(x)[order], layer(x[order]))


@pytest.mark.parametrize("layer", [MinibatchDeviation(3), MinibatchDiscrimination(4, 5, 2)], ids=repr)
def test_layers_are_differentiable_twice(layer) -> None:
    layer, x = layer.double(), normal(0, 6, 4).requires_grad_()
    assert torch.autograd.gradgradcheck(layer, x)


def test_the_first_tensor_gives_coordinates_as_large_as_the_features() -> None:
    torch.manual_seed(0)
    layer = MinibatchDiscrimination(400, 50, 4)
    assert (torch.randn(200, 400) @ layer.weight).std().item() == pytest.approx(1, rel=0.02)


def test_layers_say_what_they_are() -> None:
    assert repr(MinibatchDeviation()) == "MinibatchDeviation()"
    assert repr(MinibatchDeviation(4)) == "MinibatchDeviation(group=4)"
    assert repr(MinibatchDiscrimination(3, 4, 5)) == "MinibatchDiscrimination(features=3, kernels=4, dim=5)"
