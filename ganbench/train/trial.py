"""What a network of a user can do, tried on an example before any training."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.autograd import grad
from torch.nn.attention import SDPBackend, sdpa_kernel

from ganbench.errors import first_line

Call = Callable[[dict[str, Tensor], Tensor], Tensor]


def lacks_second_derivative(call: Call, weights: dict[str, Tensor], x: Tensor) -> str:
    """What torch says when it differentiates the gradient of `call(weights, x)`; empty where it can.

    Gradient penalties differentiate a gradient in x by the weights, the geometry of the game one in the
    weights by the weights.
    """
    leaves = [t.detach().requires_grad_() for t in (x, *weights.values())]
    out = call(dict(zip(weights, leaves[1:], strict=True)), leaves[0])
    if not out.requires_grad:
        return ""
    try:
        # Of squares: a function that forbids a second derivative says so only if the slope it gets varies.
        slopes = grad(out.square().sum(), leaves, create_graph=True, materialize_grads=True)
        total = torch.stack([slope.square().sum() for slope in slopes]).sum()
        if total.requires_grad:  # else all slopes are constant
            total.backward()  # not grad(total, leaves), which leaves out the share of such a function in silence
    except RuntimeError as error:
        return first_line(error)
    return ""


def couples_samples(net: nn.Module, x: Tensor, *, training: bool = True) -> bool:
    """Whether, in training or in evaluation mode, the output of a sample depends on another one of its batch
    x [B, ...].
    """
    x = x.detach().requires_grad_()
    with drawing_from(0), attention_written_out():
        out = copy.deepcopy(net).train(training)(x.clone())
    if not out.requires_grad:
        return False
    (slope,) = grad(out[0].sum(), x, materialize_grads=True)
    return bool(slope[1:].any())


@contextmanager
def drawing_from(seed: int) -> Iterator[None]:
    """Modules that draw by themselves use torch's global generator: seed it for this call, then put it back."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


@contextmanager
def attention_written_out() -> Iterator[None]:
    """Attention as plain matrix products.

    torch's fused kernels have no second derivative and no batching rule (torch 2.15 on a CPU: vmap calls
    them replica by replica, with a warning).
    """
    fused = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with sdpa_kernel(SDPBackend.MATH):
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fused)
