"""Spectral normalisation as an ordinary layer: its value, its slopes, and when it iterates."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from ganbench.gan.networks.spectral import SpectralLinear, largest_singular_value, power_iteration


def normal(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def unit(seed: int, *shape: int) -> Tensor:
    return nn.functional.normalize(normal(seed, *shape), dim=-1)


def layer(inputs: int = 5, outputs: int = 4) -> SpectralLinear:
    torch.manual_seed(0)
    return SpectralLinear(inputs, outputs).double()


def iterated(weight: Tensor, u: Tensor, times: int) -> Tensor:
    for _ in range(times):
        u = power_iteration(weight, u)
    return u


def test_one_iteration_is_that_of_the_paper():
    """Algorithm 1 of Miyato et al. 2018, by hand."""
    weight, u = torch.tensor([[3.0, 0.0], [0.0, 1.0]]), torch.tensor([0.6, 0.8])
    v = torch.tensor([1.8, 0.8]) / (1.8**2 + 0.8**2) ** 0.5
    image = torch.tensor([3 * v[0], v[1]])
    torch.testing.assert_close(power_iteration(weight, u), image / image.norm())


@pytest.mark.parametrize("shape", [(4, 5), (5, 4), (1, 6), (6, 1)])
def test_the_largest_singular_value_is_1_after_convergence(shape):
    weight = normal(1, *shape)
    u = iterated(weight, unit(2, shape[0]), 2000)
    sigma = largest_singular_value(weight, u)
    assert torch.linalg.svdvals(weight / sigma)[0].item() == pytest.approx(1, rel=1e-9)
    assert u.norm().item() == pytest.approx(1)


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), outputs=st.integers(1, 7), inputs=st.integers(1, 7))
def test_it_is_never_above_the_true_value_and_every_iteration_brings_it_nearer(seed, outputs, inputs):
    weight, u = normal(seed, outputs, inputs), unit(seed + 1, outputs)
    values = [largest_singular_value(weight, iterated(weight, u, times)).item() for times in range(6)]
    true = torch.linalg.svdvals(weight)[0].item()
    assert all(one <= other * (1 + 1e-12) for one, other in zip(values, [*values[1:], true], strict=True))


def test_leading_axes_are_replicas():
    weight, u = normal(1, 3, 4, 5), unit(2, 3, 4)
    for r in range(3):
        torch.testing.assert_close(power_iteration(weight, u)[r], power_iteration(weight[r], u[r]))
        torch.testing.assert_close(
            largest_singular_value(weight, u)[r], largest_singular_value(weight[r], u[r])
        )


def test_the_slope_is_that_of_finite_differences_with_u_and_v_frozen():
    weight, u, x, seen = normal(1, 4, 5), unit(2, 4), normal(3, 7, 5), normal(4, 7, 4)
    v = nn.functional.normalize(weight.T @ u, dim=0)

    def frozen(w):
        return (seen * (x @ (w / (u @ w @ v)).T)).sum()

    leaf = weight.clone().requires_grad_()
    (found,) = torch.autograd.grad((seen * (x @ (leaf / largest_singular_value(leaf, u)).T)).sum(), leaf)
    for i in range(4):
        for j in range(5):
            step = torch.zeros_like(weight)
            step[i, j] = 1e-6
            expected = (frozen(weight + step) - frozen(weight - step)) / 2e-6
            assert found[i, j].item() == pytest.approx(expected.item(), rel=1e-6, abs=1e-9)


def test_second_derivatives_are_those_of_the_slope_as_v_follows_the_weight():
    """So that the Jacobian of the game's field is that of the field which training follows."""
    weight, u, seen = normal(1, 4, 5), unit(2, 4), normal(3, 4, 5)

    def slope(w: Tensor) -> Tensor:
        leaf = w.detach().requires_grad_()
        return torch.autograd.grad((leaf / largest_singular_value(leaf, u) * seen).sum(), leaf)[0]

    leaf = weight.clone().requires_grad_()
    (first,) = torch.autograd.grad(
        (leaf / largest_singular_value(leaf, u) * seen).sum(), leaf, create_graph=True
    )
    direction = normal(4, 4, 5)
    (found,) = torch.autograd.grad((first * direction).sum(), leaf)
    expected = (slope(weight + 1e-6 * direction) - slope(weight - 1e-6 * direction)) / 2e-6
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-8)


def test_a_gradient_penalty_has_the_slope_that_it_has_with_u_and_v_frozen():
    """Its second derivative is one in the sample and one in the weight, against u and v as plain numbers."""
    weight, u, x = normal(1, 4, 5), unit(2, 4), normal(3, 7, 5)
    v = nn.functional.normalize(weight.T @ u, dim=0)

    def penalty_slope(sigma) -> Tensor:
        leaf, at = weight.clone().requires_grad_(), x.clone().requires_grad_()
        out = (at @ (leaf / sigma(leaf)).T).tanh().sum()
        (slope,) = torch.autograd.grad(out, at, create_graph=True)
        return torch.autograd.grad(slope.square().sum(), leaf)[0]

    found = penalty_slope(lambda w: largest_singular_value(w, u))
    torch.testing.assert_close(found, penalty_slope(lambda w: u @ w @ v))


def test_a_layer_divides_its_weight_and_not_its_bias():
    net, x = layer().eval(), normal(3, 7, 5)
    sigma = largest_singular_value(net.weight, net.u)
    torch.testing.assert_close(net(x), x @ (net.weight / sigma).T + net.bias)


def test_its_output_does_not_depend_on_the_scale_of_the_weight():
    net, x = layer().eval(), normal(3, 7, 5)
    before = net(x)
    with torch.no_grad():
        net.weight.mul_(-300)
        net.bias.mul_(-1)
    torch.testing.assert_close(net(x), -before)


def test_calls_iterate_once_each_in_training_mode_and_never_in_evaluation_mode():
    net, x = layer(), normal(3, 7, 5)
    start = net.u.clone()
    net.eval()(x)
    assert torch.equal(net.u, start)
    net.train()(x)
    torch.testing.assert_close(net.u, iterated(net.weight, start, 1))
    net(x)
    torch.testing.assert_close(net.u, iterated(net.weight, start, 2))


def test_two_calls_in_training_mode_can_be_differentiated_together():
    """As the plain loop does with real and fake: the second call moves u under the first one's graph."""
    net, x = layer(), normal(3, 7, 5)
    first, second = net.u.clone(), power_iteration(net.weight, power_iteration(net.weight, net.u))
    (found,) = torch.autograd.grad((net(x) + net(2 * x)).sum(), net.weight)
    leaf = net.weight.detach().requires_grad_()
    sigmas = [largest_singular_value(leaf, u) for u in (power_iteration(leaf, first), second)]
    expected = sum(
        ((scale * x) @ (leaf / sigma).T).sum() for scale, sigma in zip((1, 2), sigmas, strict=True)
    )
    torch.testing.assert_close(found, torch.autograd.grad(expected, leaf)[0])


def test_after_convergence_it_is_torchs_own():
    net, x = layer(), normal(3, 7, 5)
    theirs = nn.Linear(5, 4).double()
    theirs.load_state_dict({"weight": net.weight, "bias": net.bias})
    theirs = spectral_norm(theirs, n_power_iterations=500)
    for _ in range(500):
        net(x)
    torch.testing.assert_close(net.eval()(x), theirs(x), rtol=1e-9, atol=1e-12)


def test_u_is_in_the_state_dict():
    net, x = layer(), normal(3, 7, 5)
    net(x)
    assert set(net.state_dict()) == {"weight", "bias", "u"}
    fresh = SpectralLinear(5, 4).double()
    fresh.load_state_dict(net.state_dict())
    assert torch.equal(fresh.eval()(x), net.eval()(x))


def test_the_first_u_is_a_unit_vector_and_no_draw():
    net = layer()
    after = torch.get_rng_state()
    torch.manual_seed(0)
    plain = nn.Linear(5, 4).double()
    assert torch.equal(net.weight, plain.weight)
    assert torch.equal(torch.get_rng_state(), after)
    assert net.u.norm().item() == pytest.approx(1)


def test_a_weight_of_nought_leaves_the_bias_and_u():
    net, x = layer(), normal(3, 7, 5)
    with torch.no_grad():
        net.weight.zero_()
    before = net.u.clone()
    torch.testing.assert_close(net(x), net.bias.expand(7, 4))
    assert torch.equal(net.u, before)
