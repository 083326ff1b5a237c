"""Discriminators that take a label, as plain modules and as stacks."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from ganbench import registry
from ganbench.gan.networks.conditional import LabelPlanes, Projection, WithoutLabels, projects
from ganbench.train.layers import Context
from ganbench.train.noise import Place
from ganbench.train.population import Stack
from tests.train.settings import CPU

PLACE = Place(CPU, torch.float64)
K, F, B = 3, 2, 5


def mlp(**options: object) -> nn.Sequential:
    made = registry.entry("network", "mlp").options(width=4, **options)
    return registry.load("network", made)(made, F, 1)


def joined(seed: int = 0, *batch: int) -> torch.Tensor:
    """Samples with the labels 0, 1, 2, 0, ... behind them."""
    x = torch.randn(*batch, B, F, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    label = torch.eye(K, dtype=torch.float64)[torch.arange(B) % K].expand(*batch, B, K)
    return torch.cat([x, label], dim=-1)


def stacked(modules: list[nn.Module]) -> Stack:
    return Stack(modules, torch.randn(4, F + K, dtype=torch.float64), place=PLACE, derivatives=2)


def test_without_labels_is_the_sample() -> None:
    assert torch.equal(WithoutLabels(K)(joined()), joined()[:, :F])


def test_planes_are_constant_images_behind_the_channels() -> None:
    image = torch.arange(4.0).expand(2, 4)
    label = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    found = LabelPlanes(2, 4)(torch.cat([image, label], dim=1)).reshape(2, 3, 4)
    assert torch.equal(found[:, 0], image)
    assert found[0, 1:].tolist() == [[0.0] * 4, [1.0] * 4]
    assert found[1, 1:].tolist() == [[1.0] * 4, [0.0] * 4]


def test_a_projection_adds_the_inner_product_of_embedding_and_features() -> None:
    net = Projection(mlp(), K).double()
    x, label = joined()[:, :F], torch.arange(B) % K
    phi = net.body(x)
    expected = phi @ net.head.weight[0] + net.head.bias + (net.embedding.weight.T[label] * phi).sum(1)
    torch.testing.assert_close(net(joined())[:, 0], expected, rtol=1e-12, atol=1e-12)


def test_the_chain_keeps_the_first_weights_that_it_has_without_labels() -> None:
    torch.manual_seed(3)
    alone = list(mlp().parameters())
    torch.manual_seed(3)
    net = Projection(mlp(), K)
    assert all(map(torch.equal, alone, [*net.body.parameters(), *net.head.parameters()]))
    assert net.embedding.bias is None


@pytest.mark.parametrize("norm", ["none", "batch", "layer", "spectral"])
@pytest.mark.parametrize("minibatch", ["none", "deviation"])
def test_a_stack_of_projections_is_each_of_them_alone(norm: str, minibatch: str) -> None:
    modules: list[nn.Module] = [Projection(mlp(norm=norm, minibatch=minibatch), K).double() for _ in range(3)]
    stack = stacked(modules)
    assert stack.choice.strategy == "layers"
    x = joined(1, 3)
    found, _ = stack(x, training=False)
    for replica, module in enumerate(modules):
        torch.testing.assert_close(found[replica], module.eval()(x[replica]), rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(stack.module(replica).eval()(x[replica]), found[replica])


def test_the_embedding_is_normalised_where_the_network_is() -> None:
    net = stacked([Projection(mlp(norm="spectral"), K).double() for _ in range(2)])
    assert set(net.buffers) == {"body.0.u", "body.2.u", "embedding.u", "head.u"}
    before = net.buffers["embedding.u"].clone()
    net.iterate(torch.tensor([True, False]))
    assert not torch.equal(net.buffers["embedding.u"][0], before[0])
    assert torch.equal(net.buffers["embedding.u"][1], before[1])


def test_features_are_what_the_embedding_is_multiplied_with() -> None:
    modules = [Projection(mlp(), K).double() for _ in range(2)]
    found = stacked(list(modules)).features(joined(2, 2), stacked(list(modules)).weights)
    for replica, module in enumerate(modules):
        torch.testing.assert_close(found[replica], module.body(joined(2, 2)[replica, :, :F]))


def test_a_chain_with_a_layer_of_the_users_goes_by_vmap() -> None:
    class Free(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.sin()

    free = nn.Sequential(nn.Linear(F, 4), Free(), nn.Linear(4, 1))
    modules = [Projection(free, K).double() for _ in range(2)]
    stack = stacked(list(modules))
    assert stack.choice.strategy == "vmap"
    context = Context(training=True, masks=None, moved={})
    assert stack.body is not None
    found = stack.body(stack.weights, stack.buffers, joined(2, 2), context)
    torch.testing.assert_close(found[1], modules[1].body(joined(2, 2)[1, :, :F]))


@pytest.mark.parametrize(
    ("network", "can"),
    [
        (nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)), True),
        (nn.Sequential(nn.Linear(2, 1)), False),
        (nn.Sequential(nn.Linear(2, 1), nn.Tanh()), False),
        (nn.Linear(2, 1), False),
    ],
)
def test_a_chain_with_a_linear_end_can_be_projected_on(network: nn.Module, can: bool) -> None:
    assert projects(network) is can
