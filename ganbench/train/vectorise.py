"""Three ways to call R networks of one architecture, behind one interface.

Layer by layer where every layer has a kernel in `layers`, `vmap(functional_call)` for any other module
that allows it, one replica at a time for the rest. The last comes with the reason, which the user is told
once.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from ganbench.train.layers import COUPLING, KERNELS, Context

Strategy = Literal["layers", "vmap", "sequential"]
Weights = dict[str, Tensor]
Forward = Callable[[Weights, Weights, Tensor, Context], Tensor]


@dataclass(frozen=True, slots=True)
class Choice:
    """How a network is vectorised, and why not better."""

    strategy: Strategy
    reason: str = ""


def choose(template: nn.Module, example: Tensor) -> Choice:
    """The fastest way to call R copies of this module that is right on `example` [B, ...]."""
    if _has_kernels(template) and not _shares(template):
        return Choice("layers")
    reason = _known_obstacle(template, example.device) or _trial(template, example)
    return Choice("sequential", reason) if reason else Choice("vmap")


def _has_kernels(module: nn.Module) -> bool:
    if isinstance(module, nn.Sequential) and type(module).forward is nn.Sequential.forward:
        return all(map(_has_kernels, module))
    if isinstance(module, nn.BatchNorm1d) and module.momentum is None:
        return False
    return type(module) in KERNELS


def _shares(module: nn.Module) -> bool:
    """Whether a weight or buffer is used in two places."""
    every = [id(tensor) for _, tensor in _tensors(module, remove_duplicate=False)]
    return len(set(every)) < len(every)


def _known_obstacle(template: nn.Module, device: torch.device) -> str:
    """The reason for calling replicas one at a time; empty if none is known."""
    for module in template.modules():
        if isinstance(module, COUPLING) and module.momentum is None:
            return "batch norm with momentum=None counts batches on the host"
        if isinstance(module, nn.modules.dropout._DropoutNd) and module.p > 0:
            return f"{type(module).__name__} draws inside the module"
        if isinstance(module, nn.modules.conv._ConvNd) and device.type == "cpu":
            return "grouped convolutions are often slower than one replica at a time on a CPU"
    return ""


def _trying() -> Context:
    return Context(training=True, masks=None, moved={})


def _trial(template: nn.Module, example: Tensor) -> str:
    """Call two copies both ways in training mode; what went wrong under vmap, or nothing."""
    weights, buffers = stack_module_state([template, template])
    weights = {name: weight.detach() for name, weight in weights.items()}
    twice = torch.stack([example, example.flip(0)])
    alone = _sequential(template)(weights, buffers, twice, _trying())
    try:
        together = _vmapped(template)(weights, buffers, twice, _trying())
    except (RuntimeError, ValueError, TypeError) as error:
        # Whatever a module does that vmap cannot, it raises here, before any training.
        return f"vmap: {str(error).strip().splitlines()[0]}"
    if not torch.allclose(alone, together, rtol=1e-3, atol=1e-5, equal_nan=True):
        return "vmap gives other numbers than one replica at a time"
    return ""


def _layers(template: nn.Module) -> Forward:
    plan = _in_place(_plan(template))

    def forward(weights: Weights, buffers: Weights, x: Tensor, context: Context) -> Tensor:
        for path, layer, names in plan:
            held = {n: weights[path + n] if path + n in weights else buffers[path + n] for n in names}
            x = KERNELS[type(layer)](layer, held, x, context, path)
        return x

    return forward


def _plan(module: nn.Module, path: str = "") -> list[Step]:
    if isinstance(module, nn.Sequential):
        # Not `named_children`, which gives an activation that is used twice once.
        return [step for name, child in module._modules.items() for step in _plan(child, f"{path}{name}.")]
    return [(path, module, [name for name, _ in _tensors(module)])]


Step = tuple[str, nn.Module, list[str]]


def _in_place(plan: Sequence[Step]) -> list[Step]:
    """Rectifiers after a linear layer overwrite its output, which nobody else needs: one pass over memory less."""
    changed = list(plan)
    for index, ((_, before, _), (path, layer, names)) in enumerate(itertools.pairwise(plan), start=1):
        if isinstance(before, nn.Linear) and isinstance(layer, nn.ReLU | nn.LeakyReLU):
            layer = copy.copy(layer)
            layer.inplace = True
            changed[index] = (path, layer, names)
    return changed


class _WithBuffers(nn.Module):
    """Gives the buffers beside the output: a buffer that the module assigns anew is not lost."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net
        self.places = {f"net.{place}": name for place, name in _places(net).items()}

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        return self.net(x), dict(self.net.named_buffers())


def _places(net: nn.Module) -> dict[str, str]:
    """Every place of a weight or buffer, with the one name that the population knows it by.

    Each module once, whatever names it has: functional_call would not put a tensor back that it replaces
    under two names of one module, and the next call would miss it.
    """
    known = {id(tensor): name for name, tensor in _tensors(net)}
    return {
        f"{path}.{name}".lstrip("."): known[id(tensor)]
        for path, module in net.named_modules()
        for name, tensor in _tensors(module, recurse=False, remove_duplicate=False)
    }


def _tensors(
    net: nn.Module, *, recurse: bool = True, remove_duplicate: bool = True
) -> Iterator[tuple[str, Tensor]]:
    """Weights and buffers by name."""
    yield from net.named_parameters(recurse=recurse, remove_duplicate=remove_duplicate)
    yield from net.named_buffers(recurse=recurse, remove_duplicate=remove_duplicate)


def _call(wrapped: _WithBuffers, weights: Weights, buffers: Weights, x: Tensor) -> tuple[Tensor, Weights]:
    tensors = weights | buffers
    named = {place: tensors[name] for place, name in wrapped.places.items()}
    result: tuple[Tensor, Weights] = functional_call(wrapped, named, (x,), tie_weights=False)
    return result


def _copies(buffers: Weights) -> Weights:
    # Modules write to their buffers in place; a call must not change the population.
    return {name: buffer.clone() for name, buffer in buffers.items()}


def _vmapped(template: nn.Module) -> Forward:
    wrapped = _WithBuffers(template)

    def forward(weights: Weights, buffers: Weights, x: Tensor, context: Context) -> Tensor:
        wrapped.train(context.training)
        call = vmap(lambda w, b, s: _call(wrapped, w, b, s), randomness="error")
        out, moved = call(weights, _copies(buffers), x)
        context.moved.update(moved)
        result: Tensor = out
        return result

    return forward


def _sequential(template: nn.Module) -> Forward:
    wrapped = _WithBuffers(template)

    def forward(weights: Weights, buffers: Weights, x: Tensor, context: Context) -> Tensor:
        wrapped.train(context.training)
        replicas = range(x.shape[0])
        split = {name: tensor.unbind(0) for name, tensor in weights.items()}
        seeds = context.masks.torch_seeds() if context.masks else None
        results = []
        for r in replicas:
            mine = {name: buffer[r].clone() for name, buffer in buffers.items()}
            with _drawing_from(seeds[r] if seeds else 0):
                results.append(_call(wrapped, {n: t[r] for n, t in split.items()}, mine, x[r]))
        context.moved.update({name: torch.stack([b[name] for _, b in results]) for name in buffers})
        return torch.stack([out for out, _ in results])

    return forward


@contextmanager
def _drawing_from(seed: int) -> Iterator[None]:
    """Modules that draw by themselves use torch's global generator: seed it for this call, then put it back."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


FORWARDS: dict[Strategy, Callable[[nn.Module], Forward]] = {
    "layers": _layers,
    "vmap": _vmapped,
    "sequential": _sequential,
}
