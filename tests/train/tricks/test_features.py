"""Feature matching in a population against the plain loop, however the networks are called."""

from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor, nn

from ganbench.errors import UsageError
from ganbench.train.build import Builder
from ganbench.train.population import Stack
from ganbench.train.vectorise import body
from tests.train.plain import _norm
from tests.train.settings import CPU, MLP, dirac, setting
from tests.train.tricks.oracle import Written, agrees

NORMS = [{}, {"norm": "layer"}, {"norm": "spectral"}, {"maxout": 3}, {"activation": "leaky-relu", "depth": 3}]


class Matched(Written):
    def _generator_step(self, step: int, partner: int) -> float:
        hidden = nn.Sequential(*list(self.d)[:-1])
        fake = hidden(self.g(self._draw(step, "noise", "generator")))
        real = hidden(self._draw(partner, "data"))
        self.opt_g.zero_grad()
        ((real.mean(0) - fake.mean(0)) ** 2).sum().backward()
        norm = _norm(self.g)
        self.opt_g.step()
        return norm


@pytest.mark.parametrize("loss", ["non-saturating", "hinge"])
def test_feature_matching_is_that_of_the_plain_loop(loss: str) -> None:
    agrees(Matched, {"name": "feature-matching"}, loss=loss)


@pytest.mark.parametrize("strategy", ["layers", "vmap", "sequential"])
@pytest.mark.parametrize("options", NORMS, ids=str)
def test_features_are_what_the_last_layer_sees(strategy, options: dict[str, object]) -> None:
    cell = setting(discriminator={**MLP, **options}, tricks=["feature-matching"])
    builder = Builder([cell] * 3, [0, 1, 2], CPU)
    modules = [builder._stack("discriminator").module(replica) for replica in range(3)]
    x = torch.randn(3, 5, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    stack = Stack(modules, x[0], place=builder.place, strategy=strategy)
    features = stack.features(x, stack.weights)
    for replica, module in enumerate(modules):
        hidden = nn.Sequential(*list(module.eval())[:-1])
        torch.testing.assert_close(features[replica], hidden(x[replica]), rtol=1e-12, atol=1e-14)
        logits, _ = stack(x, training=True)
        torch.testing.assert_close(module[-1](features[replica]), logits[replica], rtol=1e-12, atol=1e-14)


def test_a_head_after_the_last_linear_layer_is_left_out() -> None:
    chain = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1), nn.Tanh())
    part = body(chain)
    assert part is not None
    assert [name for name, _ in part.named_children()] == ["0", "1"]


class Own(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(2, 3), nn.Linear(3, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.first(x).relu())


class Residual(nn.Sequential):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) + x


@pytest.mark.parametrize(
    "network", [Own(), nn.Sequential(nn.Linear(2, 1)), Residual(nn.Linear(2, 2), nn.Linear(2, 2))]
)
def test_a_network_that_is_no_chain_of_layers_offers_no_features(network: nn.Module) -> None:
    assert body(network) is None


def test_the_dirac_discriminator_is_refused_by_the_schema() -> None:
    with pytest.raises(
        ValidationError, match="needs a discriminator with a hidden layer, dirac-discriminator has none"
    ):
        dirac(tricks=["feature-matching"])


def test_a_discriminator_without_features_is_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stack, "body", None)  # as of a user's module that is no chain of layers
    with pytest.raises(UsageError, match="offers the features of its last hidden layer") as caught:
        Builder([setting(tricks=["feature-matching"])], [0], CPU).game()
    assert "trick 'feature-matching'" in str(caught.value)
