"""Historical averaging in a population against the plain loop that keeps every past weight."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from tests.train.tricks.oracle import Written, agree, agrees


class Averaged(Written):
    """All past weights in a list, and the gradient of the penalty by autograd."""

    def adjust(self, network: nn.Module, letter: str, step: int) -> None:
        if self.options.of[0] not in ("b", letter):
            return
        past: dict[int, list[Tensor]] = self.__dict__.setdefault("past", {})
        for p in network.parameters():
            history = past.setdefault(id(p), [])
            history.append(p.detach().clone())
            mean = torch.stack(history).mean(0)
            penalty = self.options.weight * ((p - mean) ** 2).sum()
            p.grad += torch.autograd.grad(penalty, p)[0]


@pytest.mark.parametrize("of", ["both", "generator", "discriminator"])
def test_the_pull_is_that_of_the_plain_loop(of: str) -> None:
    agrees(Averaged, {"name": "historical-averaging", "of": of})


def test_neighbours_may_be_drawn_back_with_other_weights() -> None:
    agree(Averaged, [{"name": "historical-averaging", "weight": weight} for weight in (0.01, 1.0, 10.0)])
