"""Three ways to call R networks of one architecture, behind one interface.

Layer by layer where every layer has a kernel in `layers`, `vmap(functional_call)` for any other module
that allows it, one replica at a time for the rest. The last comes with the reason, which the user is told
once.
"""

from __future__ import annotations

import copy
import itertools
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from ganbench.errors import UsageError
from ganbench.gan.lifted import under_vmap
from ganbench.gan.networks.conditional import Projection
from ganbench.gan.networks.spectral import Spectral
from ganbench.train.layers import COUPLING, KERNELS, Context
from ganbench.train.noise import Place
from ganbench.train.precision import called_in
from ganbench.train.trial import (
    Call,
    attention_written_out,
    drawing_from,
    lacks_second_derivative,
)

_WEIGHTED = nn.Linear | nn.modules.conv._ConvNd

Strategy = Literal["layers", "vmap", "sequential"]
Weights = dict[str, Tensor]
Forward = Callable[[Weights, Weights, Tensor, Context], Tensor]


@dataclass(frozen=True, slots=True)
class Choice:
    """How a network is vectorised, and why not better."""

    strategy: Strategy
    reason: str = ""


def choose(
    template: nn.Module, example: Tensor, *, derivatives: int = 1, place: Place | None = None
) -> Choice:
    """The fastest way to call R copies of this module that is right on `example` [B, ...].

    derivatives: how often its output will be differentiated, 1 or 2. Raises UsageError where torch cannot.
    place: whose arithmetic it is tried in; None: that of its weights.
    The choice itself does not depend on it: whether a run is probed must not change its numbers.
    """
    if _has_kernels(template) and not _shares(template):
        return Choice("layers")
    weights, buffers = stack_module_state([template, template])
    twice = torch.stack([example, example.flip(0)])
    place = place or Place(example.device, example.dtype)
    forwards = (called_in(place, forward(template)) for forward in (_sequential, _vmapped))
    alone, together = (_tried(forward, buffers) for forward in forwards)
    rough = lacks_second_derivative(alone, weights, twice)
    if rough and derivatives > 1:
        raise _not_twice(template, rough)
    reason = _known_obstacle(template, example.device) or _trial(
        alone, together, weights, twice, coarse=place.called is not None
    )
    if not (reason or rough) and (lost := lacks_second_derivative(together, weights, twice)):
        reason = f"vmap: {lost.removeprefix('vmap: ')}"
    return Choice("sequential", reason) if reason else Choice("vmap")


def _not_twice(template: nn.Module, said: str) -> UsageError:
    return UsageError(
        f"its gradient cannot be differentiated again: {said}",
        where=f"network {type(template).__name__}",
        hint="gradient penalties and probes.geometry need that, and so does the trick unrolled-discriminator: leave "
        "them out, or write the forward pass with operations that torch differentiates twice",
    )


def _has_kernels(module: nn.Module) -> bool:
    if isinstance(module, Projection):
        return all(map(_has_kernels, module.children()))
    if isinstance(module, nn.Sequential) and type(module).forward is nn.Sequential.forward:
        return all(map(_has_kernels, module))
    if isinstance(module, nn.BatchNorm1d) and module.momentum is None:
        return False
    return type(module) in KERNELS


def body(template: nn.Module) -> nn.Module | None:
    """A network up to its last linear layer, under the names of the whole; None where it is not a chain of layers
    with a hidden one.
    """
    if isinstance(template, Projection):
        return nn.Sequential(OrderedDict(cut=template.cut, body=template.body))
    if not isinstance(template, nn.Sequential) or type(template).forward is not nn.Sequential.forward:
        return None
    named = list(template._modules.items())
    weighted = [index for index, (_, layer) in enumerate(named) if isinstance(layer, _WEIGHTED)]
    hidden = len(weighted) > 1 and isinstance(named[weighted[-1]][1], nn.Linear)
    return nn.Sequential(OrderedDict(named[: weighted[-1]])) if hidden else None


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


def _tried(forward: Forward, buffers: Weights) -> Call:
    """A call in training mode that moves nothing."""
    return lambda weights, x: forward(weights, buffers, x, Context(training=True, masks=None, moved={}))


def _trial(alone: Call, together: Call, weights: Weights, x: Tensor, *, coarse: bool) -> str:
    """Call two copies both ways; what went wrong under vmap, or nothing. coarse: in bfloat16, 8 bits of each number."""
    expected = alone(weights, x).detach()
    try:
        found = together(weights, x)
    except (RuntimeError, ValueError, TypeError) as error:
        # Whatever a module does that vmap cannot, it raises here, before any training.
        return under_vmap(error)
    rtol, atol = (2**-5, 2**-5 * float(expected.abs().nan_to_num().max())) if coarse else (1e-3, 1e-5)
    if not torch.allclose(expected, found, rtol=rtol, atol=atol, equal_nan=True):
        return "vmap gives other numbers than one replica at a time"
    return ""


def _layers(template: nn.Module) -> Forward:
    return _projected(template) if isinstance(template, Projection) else _chain(_plan(template))


def _projected(template: Projection) -> Forward:
    parts = {name: _chain(_plan(child, f"{name}.")) for name, child in template.named_children()}

    def forward(weights: Weights, buffers: Weights, x: Tensor, context: Context) -> Tensor:
        phi = parts["body"](weights, buffers, template.cut(x), context)
        embedded = parts["embedding"](weights, buffers, template.label(x), context)
        return template.joined(parts["head"](weights, buffers, phi, context), embedded, phi)

    return forward


def _chain(steps: Sequence[Step]) -> Forward:
    plan = _in_place(steps)

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
    with attention_written_out():
        # A copy of x, which a module may write to: it is the tape's, or saved for a gradient.
        result: tuple[Tensor, Weights] = functional_call(wrapped, named, (x.clone(),), tie_weights=False)
    return result


def _set_mode(wrapped: _WithBuffers, *, training: bool) -> None:
    wrapped.train(training)
    for module in wrapped.modules():
        if isinstance(module, Spectral):
            module.eval()  # in training mode every call would move u; `Stack.iterate` moves it once a step


def _copies(buffers: Weights) -> Weights:
    # Modules write to their buffers in place; a call must not change the population.
    return {name: buffer.clone() for name, buffer in buffers.items()}


def _vmapped(template: nn.Module) -> Forward:
    wrapped = _WithBuffers(template)

    def forward(weights: Weights, buffers: Weights, x: Tensor, context: Context) -> Tensor:
        _set_mode(wrapped, training=context.training)
        call = vmap(lambda w, b, s: _call(wrapped, w, b, s), randomness="error")
        out, moved = call(weights, _copies(buffers), x)
        context.moved.update(moved)
        result: Tensor = out
        return result

    return forward


def _sequential(template: nn.Module) -> Forward:
    wrapped = _WithBuffers(template)

    def forward(weights: Weights, buffers: Weights, x: Tensor, context: Context) -> Tensor:
        _set_mode(wrapped, training=context.training)
        replicas = range(x.shape[0])
        split = {name: tensor.unbind(0) for name, tensor in weights.items()}
        seeds = context.masks.torch_seeds() if context.masks else None
        results = []
        for r in replicas:
            mine = {name: buffer[r].clone() for name, buffer in buffers.items()}
            with drawing_from(seeds[r] if seeds else 0):
                results.append(_call(wrapped, {n: t[r] for n, t in split.items()}, mine, x[r]))
        context.moved.update({name: torch.stack([b[name] for _, b in results]) for name in results[0][1]})
        return torch.stack([out for out, _ in results])

    return forward


FORWARDS: dict[Strategy, Callable[[nn.Module], Forward]] = {
    "layers": _layers,
    "vmap": _vmapped,
    "sequential": _sequential,
}
