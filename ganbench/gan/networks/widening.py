"""What a network called in bfloat16 does in float32 all the same: sums over a batch, differences, norms."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor


def widened(x: Tensor) -> Tensor:
    """bfloat16 as float32, anything else as it is: 8 bits do not hold a variance, or a sum less one of its terms."""
    return x.float() if x.dtype is torch.bfloat16 else x


def unlowered(device: torch.device) -> AbstractContextManager[object]:
    """No autocast inside: matrix products in the precision of what they are given."""
    kind = device.type
    # A tensor without data (device meta) is on a device that autocast does not know.
    return torch.autocast(kind, enabled=False) if torch.amp.is_autocast_available(kind) else nullcontext()
