"""A discriminator that is free: one logit for each of four cells, on which data and model have known densities."""

from __future__ import annotations

import torch
from torch import Tensor

from ganbench.gan.losses import Loss

REAL, FAKE = torch.tensor([8, 6, 4, 2]), torch.tensor([2, 3, 5, 10])
CELLS = torch.arange(4)
P, Q = REAL.double() / REAL.sum(), FAKE.double() / FAKE.sum()


def of_d(loss: Loss, logits: Tensor) -> Tensor:
    """D's loss over both densities."""
    return loss.discriminator(logits[CELLS.repeat_interleave(REAL)], logits[CELLS.repeat_interleave(FAKE)])


def of_g(loss: Loss, logits: Tensor) -> Tensor:
    return loss.generator(logits[CELLS.repeat_interleave(FAKE)], logits[CELLS.repeat_interleave(REAL)])


def best(loss: Loss) -> tuple[Tensor, Tensor]:
    """The logits that minimise D's loss, [4], and the minimum."""
    logits = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    search = torch.optim.LBFGS(
        [logits], max_iter=500, tolerance_grad=1e-13, tolerance_change=0, line_search_fn="strong_wolfe"
    )

    def closure() -> Tensor:
        search.zero_grad()
        value = of_d(loss, logits)
        value.backward()
        return value

    search.step(closure)
    return logits.detach(), of_d(loss, logits.detach())
