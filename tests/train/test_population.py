"""A stack is R ordinary modules behind one matrix of weights."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from ganbench.errors import UsageError
from ganbench.train.noise import Place
from ganbench.train.population import Stack
from tests.train.settings import CPU

R, B = 3, 8
PLACE = Place(CPU, torch.float64)


class Net(nn.Module):
    """Weights of no, one and two dimensions, a tied weight, and buffers of each sort."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.randn(()))
        self.first = nn.Linear(2, 4)
        self.norm = nn.BatchNorm1d(4)
        self.last = nn.Linear(4, 3, bias=False)
        self.tied = self.first
        self.register_buffer("seen", torch.zeros(()), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        self.seen = self.seen + x.mean()
        return self.gain * self.last(self.norm(self.tied(x))) + self.seen


def modules(build=Net) -> list[nn.Module]:
    torch.manual_seed(0)
    return [build() for _ in range(R)]


def samples() -> Tensor:
    return torch.randn(R, B, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(6))


def stack(build=Net) -> Stack:
    return Stack(modules(build), samples()[0], place=PLACE)


def trained() -> Stack:
    """After a few calls and a change of the weights."""
    found = stack()
    for scale in (1.0, 2.0):
        _, moved = found(scale * samples(), training=True)
        found.keep(moved, torch.ones(R, dtype=torch.bool))
    found.flat.mul_(1.5)
    return found


def test_flat_holds_every_weight_once_in_the_order_of_the_parameters():
    expected = [torch.cat([p.detach().flatten() for p in m.parameters()]) for m in modules()]
    assert torch.equal(stack().flat, torch.stack(expected).double())


@pytest.mark.parametrize("of", ["weights", "leaves"])
def test_weights_and_leaves_are_views_of_flat(of):
    found = stack()
    found.flat.fill_(0.25)
    for name, view in getattr(found, of).items():
        assert torch.equal(view, torch.full_like(view, 0.25)), name
    assert all(leaf.is_leaf and leaf.requires_grad for leaf in found.leaves.values())


def test_named_and_flatten_undo_each_other():
    found = stack()
    assert torch.equal(found.flatten(list(found.named(found.flat).values())), found.flat)


def test_the_ends_are_the_first_and_the_last_weight_matrix():
    found = stack()
    first, last = found.ends
    assert torch.equal(found.flat[:, first], found.weights["first.weight"].flatten(1))
    assert torch.equal(found.flat[:, last], found.weights["last.weight"].flatten(1))


def test_a_network_without_matrices_has_its_first_weight_at_both_ends():
    found = Stack([nn.BatchNorm1d(2) for _ in range(R)], samples()[0], place=PLACE)
    assert found.ends == (slice(0, 2), slice(0, 2))


def test_a_coupled_network_says_so():
    assert stack().coupled
    assert not stack(lambda: nn.Linear(2, 1)).coupled


@pytest.mark.parametrize("training", [True, False])
def test_a_replica_comes_out_as_an_ordinary_module_with_the_same_outputs(training):
    found = trained()
    out, _ = found(samples(), training=training)
    for r in range(R):
        module = found.module(r)
        assert type(module) is Net
        torch.testing.assert_close(module.train(training)(samples()[r]), out[r], rtol=1e-12, atol=1e-12)


def test_a_module_that_came_out_is_independent_of_the_stack():
    found = trained()
    before = found.flat.clone()
    module = found.module(1)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.zero_()
    assert torch.equal(found.flat, before)


def test_a_copy_is_independent():
    found = trained()
    out, _ = found(samples(), training=False)
    twin = found.copy()
    found.flat.zero_()
    for buffer in found.buffers.values():
        buffer.zero_()
    again, _ = twin(samples(), training=False)
    assert torch.equal(again, out)
    twin.flat.fill_(1)
    assert not found.flat.any()
    assert all(torch.equal(view, torch.ones_like(view)) for view in twin.weights.values())


def test_networks_of_different_shape_are_refused():
    with pytest.raises(UsageError, match="differ in shape"):
        Stack([nn.Linear(2, 1), nn.Linear(2, 2)], samples()[0], place=PLACE)


def test_the_modules_given_are_left_alone():
    given = modules()
    before = [{n: t.clone() for n, t in m.state_dict().items()} for m in given]
    found = Stack(given, samples()[0], place=PLACE)
    found.flat.zero_()
    found(samples(), training=True)
    for module, state in zip(given, before, strict=True):
        assert all(torch.equal(module.state_dict()[n], t) for n, t in state.items())


def test_keeping_buffers_leaves_out_the_dead_and_the_non_finite():
    found = stack()
    before = {n: b.clone() for n, b in found.buffers.items()}
    x = samples()
    x[2] = torch.nan
    _, moved = found(x, training=True)
    addresses = {n: b.data_ptr() for n, b in found.buffers.items()}
    found.keep(moved, torch.tensor([True, False, True]))
    mean = found.buffers["norm.running_mean"]
    assert not torch.equal(mean[0], before["norm.running_mean"][0])
    assert torch.equal(mean[1:], before["norm.running_mean"][1:])
    assert torch.equal(found.buffers["seen"][1:], before["seen"][1:])
    assert addresses == {n: b.data_ptr() for n, b in found.buffers.items()}


def test_float_buffers_take_the_precision_and_counts_stay_counts():
    found = stack()
    assert found.buffers["norm.running_mean"].dtype == torch.float64
    assert found.buffers["norm.num_batches_tracked"].dtype == torch.int64
