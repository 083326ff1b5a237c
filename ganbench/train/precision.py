"""The arithmetic of a run: what its numbers are kept in, and what its networks are called in.

bfloat16 is of the networks alone: weights, optimisers, losses, penalties and signals are float32, and so is what
a network gives back. It has the exponent of float32, so gradients need no scaling (Micikevicius et al. 2018,
arXiv:1710.03740, scale a loss because float16 has not).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, ParamSpec

import torch
from torch import Tensor

from ganbench.suite.precision import Precision, require_device
from ganbench.train.noise import Place

KEPT: Final[dict[Precision, torch.dtype]] = {
    "float32": torch.float32,
    "float64": torch.float64,
    "bfloat16": torch.float32,
    "tf32": torch.float32,
}

Inputs = ParamSpec("Inputs")


def place_of(precision: Precision, device: torch.device) -> Place:
    """Where the tensors of a run live. Raises DeviceError for tf32 on another device than CUDA."""
    require_device(precision, device.type)
    return Place(device, KEPT[precision], torch.bfloat16 if precision == "bfloat16" else None)


@contextmanager
def cast(place: Place) -> Iterator[None]:
    """Matrix products and convolutions in the place's `called`, as torch's autocast has them."""
    if place.called is None:
        yield
        return
    # Without its cache: a weight cast where no gradient is taken would be met again where one is.
    with torch.autocast(place.device.type, dtype=place.called, cache_enabled=False):
        yield


def called_in(place: Place, forward: Callable[Inputs, Tensor]) -> Callable[Inputs, Tensor]:
    """A network's call in the arithmetic of a place: `dtype` goes in and comes out."""
    if place.called is None:
        return forward

    def lowered(*args: Inputs.args, **kwargs: Inputs.kwargs) -> Tensor:
        with cast(place):
            out = forward(*args, **kwargs)
        return out.to(place.dtype)

    return lowered


@contextmanager
def products(precision: Precision) -> Iterator[None]:
    """On CUDA, products of float32 are rounded to TF32 (10 bits of 23) under tf32, and not otherwise.

    Without this, torch would round convolutions in float32 runs too, and matrix products where a user's process
    says so.
    """
    convolutions = torch.backends.cudnn.conv  # type: ignore[attr-defined]  # mypy does not see modules that are replaced
    held = (torch.backends.cuda.matmul, convolutions)
    before = [backend.fp32_precision for backend in held]
    for backend in held:
        backend.fp32_precision = "tf32" if precision == "tf32" else "ieee"
    try:
        yield
    finally:
        for backend, was in zip(held, before, strict=True):
            backend.fp32_precision = was
