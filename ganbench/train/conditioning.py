"""Labels beside samples: drawn as one-hot columns behind them, taken apart where a network is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import torch
from torch import Tensor


class Given(NamedTuple):
    """Samples of one kind as D gets them.

    x: [R, B, ...]. label: one-hot [R, B, K], of packs of m [R, B / m, m K]; None where there are no labels.
    """

    x: Tensor
    label: Tensor | None = None


@dataclass(frozen=True, slots=True)
class Conditioning:
    """How labels reach the players.

    count: K; 0 where the game has none. shown: whether D takes the label beside the sample. weight: of the cross
    entropy of the classes that D names, [R]; None where it names none.
    """

    count: int = 0
    shown: bool = False
    weight: Tensor | None = None

    def apart(self, joined: Tensor) -> Given:
        """Samples with their labels behind them, [R, B, F + K]."""
        if not self.count:
            return Given(joined)
        return Given(joined[..., : -self.count], joined[..., -self.count :])

    def joined(self, fake: Tensor, noise: Tensor) -> Tensor:
        """Generated samples [R, B, F] with the labels that G was asked for, the last columns of its input."""
        return torch.cat([fake, noise[..., -self.count :]], dim=-1) if self.count else fake

    def input(self, batch: Given) -> Tensor:
        """What D's network is called with, [R, B, ...]."""
        if not self.shown:
            return batch.x
        assert batch.label is not None
        return torch.cat([batch.x, batch.label], dim=-1)

    def class_losses(self, **said: tuple[Tensor, Given]) -> dict[str, Tensor]:
        """-E ln p(y | x) in nats of each (answers [R, B, 1 + K], batch), [R]; nothing where D names no classes."""
        if self.weight is None:
            return {}
        return {f"class_loss_{kind}": cross_entropy(*of) for kind, of in said.items()}

    def total(self, loss: Tensor, classes: Mapping[str, Tensor]) -> Tensor:
        """The loss with that of the classes, [R]."""
        if self.weight is None:
            return loss
        return loss + self.weight * torch.stack(list(classes.values())).sum(0)


def cross_entropy(answers: Tensor, batch: Given) -> Tensor:
    """-E ln p(y | x), p the softmax of the answers behind the first; [R, B, 1 + K] -> [R]."""
    assert batch.label is not None
    return -(batch.label * answers[..., 1:].log_softmax(-1)).sum(-1).mean(-1)


UNCONDITIONAL: Final = Conditioning()
