"""A function of one replica, called for all of them: by vmap where that is right, else one at a time, with the reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from ganbench.errors import PluginError
from ganbench.gan.lifted import Lifted

RNG = torch.Generator().manual_seed(0)
X, Y = (torch.randn(3, 5, generator=RNG, dtype=torch.float64) for _ in range(2))


def lifted(function: Callable[..., object], results: int = 1) -> Lifted:
    return Lifted(function, results=results, name="mine.py:f", wanted="one number")  # type: ignore[arg-type]  # a function of any code


def plain(x: Tensor, y: Tensor) -> Tensor:
    return (x * y.exp()).mean()


def branching(x: Tensor, y: Tensor) -> Tensor:
    return (x * y.exp()).mean() if bool(x.detach().mean() < 100) else x.mean()


@pytest.mark.parametrize(("function", "vectorised"), [(plain, True), (branching, False)])
def test_it_gives_what_the_function_gives_for_each_replica(function, vectorised) -> None:
    both = lifted(function)
    (found,) = both(X, Y)
    assert torch.allclose(found, torch.stack([plain(x, y) for x, y in zip(X, Y, strict=True)]), rtol=1e-14)
    assert (both.reason == "") == vectorised


@pytest.mark.parametrize("function", [plain, branching])
def test_the_gradient_of_a_replica_is_that_of_the_function_alone(function) -> None:
    x = X.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(lifted(function)(x, Y)[0].sum(), x)
    for replica in range(len(X)):
        leaf = X[replica].clone().requires_grad_()
        (alone,) = torch.autograd.grad(plain(leaf, Y[replica]), leaf)
        assert torch.allclose(gradient[replica], alone, rtol=1e-12)


@pytest.mark.parametrize("function", [plain, branching])
def test_a_replica_that_is_not_finite_leaves_the_others_as_they_are(function) -> None:
    broken = X.clone()
    broken[1] = float("nan")
    found, sound = lifted(function)(broken, Y)[0], lifted(function)(X, Y)[0]
    assert found[1].isnan()
    assert torch.equal(found[[0, 2]], sound[[0, 2]])


def test_numbers_of_each_replica_are_its_own() -> None:
    weights = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    (found,) = lifted(lambda x, *, weight: weight * x.sum())(X, weight=weights)
    assert torch.allclose(found, weights * X.sum(1))


def test_a_function_that_draws_is_refused_and_the_generator_is_put_back() -> None:
    before = torch.get_rng_state()
    with pytest.raises(PluginError, match="global generator"):
        lifted(lambda x, y: x.mean() + torch.rand(()))(X, Y)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("function", [lambda x, y: x, lambda x, y: 1.0, lambda x, y: (x.mean(), y.mean())])
def test_what_is_not_the_number_of_results_it_should_give_is_refused(function) -> None:
    with pytest.raises(PluginError, match="expected one number"):
        lifted(function)(X, Y)


def test_a_function_that_looks_across_replicas_is_not_possible_in_the_first_place() -> None:
    (found,) = lifted(lambda x, y: torch.tensor(float(x.dim()), dtype=x.dtype) + 0 * x.sum())(X, Y)
    assert found.tolist() == [1.0, 1.0, 1.0]
