"""R networks of one shape as one: weights as a matrix [R, P], called with a leading replica axis."""

from __future__ import annotations

import copy
import functools
import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ganbench import errors
from ganbench.train.layers import COUPLING, Context
from ganbench.train.noise import Masks, Place
from ganbench.train.vectorise import FORWARDS, Choice, Strategy, Weights, choose


class Stack:
    """R copies of one architecture with their own weights.

    example: an input [B, ...] of one network, to try the ways of calling it on.
    flat: [R, P], every weight, in the order and layout of the module's `named_parameters`.
    weights: views of `flat` by parameter name, [R, ...], outside any graph.
    leaves: the same memory as leaves that require gradients.
    buffers: by name, [R, ...].
    """

    def __init__(
        self, modules: Sequence[nn.Module], example: Tensor, *, place: Place, strategy: Strategy | None = None
    ) -> None:
        self.replicas = len(modules)
        self.place = place
        self.template = copy.deepcopy(modules[0]).to(place.device, place.dtype)
        self._shapes = {name: p.shape for name, p in self.template.named_parameters()}
        self._check_shapes(modules)
        self.flat = torch.stack([_flatten(m) for m in modules]).to(place.device, place.dtype)
        self.buffers = _stack_buffers(modules, place)
        self.coupled = any(isinstance(m, COUPLING) for m in self.template.modules())
        self.choice = Choice(strategy) if strategy else choose(self.template, example)
        self._forward = FORWARDS[self.choice.strategy](self.template)
        self._link()

    def _link(self) -> None:
        # `flat` is only ever written in place, so these stay views of it.
        self.weights = self.named(self.flat)
        self.leaves = {name: view.detach().requires_grad_() for name, view in self.weights.items()}

    def _check_shapes(self, modules: Sequence[nn.Module]) -> None:
        if any({n: p.shape for n, p in m.named_parameters()} != self._shapes for m in modules):
            raise errors.UsageError("the networks of a population differ in shape")

    def named(self, flat: Tensor) -> Weights:
        """Columns of a matrix [R, P] by parameter name, as views [R, ...]."""
        views, start = {}, 0
        for name, shape in self._shapes.items():
            columns = flat[:, start : start + shape.numel()]
            views[name] = columns.unflatten(1, shape) if shape else columns[:, 0]
            start += shape.numel()
        return views

    def flatten(self, tensors: Sequence[Tensor]) -> Tensor:
        """Tensors in the order of the parameters, [R, ...] each, as one matrix [R, P]."""
        return torch.cat([t.reshape(self.replicas, -1) for t in tensors], dim=1)

    @functools.cached_property
    def ends(self) -> tuple[slice, slice]:
        """Columns of `flat` that hold the first and the last weight matrix."""
        sizes = [s.numel() for s in self._shapes.values()]
        stops = list(itertools.accumulate(sizes))
        matrices = [i for i, s in enumerate(self._shapes.values()) if len(s) > 1] or [0]
        first, last = matrices[0], matrices[-1]
        return slice(stops[first] - sizes[first], stops[first]), slice(stops[last] - sizes[last], stops[last])

    def __call__(
        self, x: Tensor, weights: Weights | None = None, *, training: bool, masks: Masks | None = None
    ) -> tuple[Tensor, Weights]:
        """x [R, B, ...] -> (output [R, B, ...], the buffers that this call would leave).

        The population itself does not change; `keep` takes the buffers over.
        """
        context = Context(training=training, masks=masks, moved={})
        out = self._forward(self.weights if weights is None else weights, self.buffers, x, context)
        return out, context.moved

    def keep(self, moved: Weights, alive: Tensor) -> None:
        """Take new buffers over, in place, for the replicas in `alive` [R] whose new buffers are finite."""
        for name, new in moved.items():
            old, new = self.buffers[name], new.detach()
            sound = alive & new.reshape(len(new), -1).isfinite().all(1) if new.is_floating_point() else alive
            old.copy_(torch.where(sound.reshape(-1, *[1] * (old.dim() - 1)), new, old))

    def copy(self) -> Stack:
        """A stack with weights and buffers of its own."""
        twin = copy.copy(self)
        twin.flat = self.flat.clone()
        twin.buffers = {name: buffer.clone() for name, buffer in self.buffers.items()}
        twin._link()
        return twin

    def module(self, replica: int) -> nn.Module:
        """One replica as an ordinary module."""
        module = copy.deepcopy(self.template)
        held = {name: view[replica] for name, view in self.weights.items()}
        held |= {name: stacked[replica] for name, stacked in self.buffers.items()}
        # Not by load_state_dict, which leaves out buffers that are not persistent.
        with torch.no_grad():
            for name, tensor in itertools.chain(module.named_parameters(), module.named_buffers()):
                tensor.copy_(held[name])
        return module


def _flatten(module: nn.Module) -> Tensor:
    return torch.cat([p.detach().reshape(-1) for p in module.parameters()])


def _stack_buffers(modules: Sequence[nn.Module], place: Place) -> Weights:
    stacked = {}
    for name, buffer in modules[0].named_buffers():
        dtype = place.dtype if buffer.is_floating_point() else buffer.dtype
        stacked[name] = torch.stack([dict(m.named_buffers())[name] for m in modules]).to(place.device, dtype)
    return stacked
