"""One fault: what it does, to whom, and how it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ganbench.errors import UsageError

if TYPE_CHECKING:
    from ganbench.train.training import Training

Chosen = Tensor  # bool, [R]: the replicas that a fault is switched on in
Change = Callable[["Training", float, Chosen], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """does: what it does, one sentence. unit: of the dose; empty where there is no more or less of it. meant: kinds of
    findings that it can provoke.

    change: (training, dose, replicas) -> None. whole: it is the same for all replicas of a population.
    content: (content of a setting, dose) -> the content to train instead, for what has to be there from the first
    step; then there is nothing to change later.
    """

    does: str
    unit: str
    meant: tuple[str, ...]
    change: Change | None = None
    whole: bool = False
    content: Callable[[Mapping[str, Any], float], dict[str, Any]] | None = None


def factor(dose: float, chosen: Chosen, like: Tensor) -> Tensor:
    """The dose where chosen, else 1, [R, 1, ...] with as many axes as `like`."""
    values = torch.where(chosen, dose, 1.0).to(like)
    return values.reshape(-1, *[1] * (like.dim() - 1))


def impossible(what: str, *, hint: str) -> UsageError:
    """Of a fault that this game cannot have."""
    return UsageError(what, where="fault", hint=hint)
