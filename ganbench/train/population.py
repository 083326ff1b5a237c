"""R networks of one shape as one: weights as a matrix [R, P], called with a leading replica axis."""

from __future__ import annotations

import copy
import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import TypeGuard

import torch
from torch import Tensor, nn

from ganbench import errors
from ganbench.gan.networks.minibatch import MinibatchLayer
from ganbench.gan.networks.spectral import Spectral, largest_singular_value, power_iteration
from ganbench.train.layers import COUPLING, Context
from ganbench.train.noise import Masks, Place
from ganbench.train.precision import called_in
from ganbench.train.trial import couples_samples
from ganbench.train.vectorise import FORWARDS, Choice, Forward, Strategy, Weights, body, choose


class Stack:
    """R copies of one architecture with their own weights.

    example: an input [B, ...] of one network, to try the ways of calling it on. derivatives: see `choose`.
    flat: [R, P], every weight, in the order and layout of the module's `named_parameters`.
    weights: views of `flat` by parameter name, [R, ...], outside any graph.
    leaves: the same memory as leaves that require gradients.
    buffers: by name, [R, ...].
    normalises_batches: whether there is batch norm in it. coupled: whether the output of a sample depends on
    its batch in training mode, by batch norm or otherwise. compares_samples: whether it does in evaluation mode
    too, as with minibatch layers.
    """

    def __init__(
        self,
        modules: Sequence[nn.Module],
        example: Tensor,
        *,
        place: Place,
        strategy: Strategy | None = None,
        derivatives: int = 1,
    ) -> None:
        self.replicas = len(modules)
        self.place = place
        self.template = copy.deepcopy(modules[0]).to(place.device, place.dtype)
        self._shapes = {name: p.shape for name, p in self.template.named_parameters()}
        self._check_shapes(modules)
        self.flat = torch.stack([_flatten(m) for m in modules]).to(place.device, place.dtype)
        self.buffers = _stack_buffers(modules, place)
        self.choice = (
            Choice(strategy)
            if strategy
            else choose(self.template, example, derivatives=derivatives, place=place)
        )
        self.normalises_batches = any(isinstance(m, COUPLING) for m in self.template.modules())
        self.compares_samples = self._compares(example)
        self.coupled = self.normalises_batches or self.compares_samples or self._couples(example)
        self._spectral = _spectral(self.template)
        self._forward = self._called(self.template)
        self._link()

    def _link(self) -> None:
        # `flat` is only ever written in place, so these stay views of it.
        self.weights = self.named(self.flat)
        self.leaves = {name: view.detach().requires_grad_() for name, view in self.weights.items()}

    def _called(self, template: nn.Module) -> Forward:
        return called_in(self.place, FORWARDS[self.choice.strategy](template))

    def _couples(self, example: Tensor) -> bool:
        # Of layers with a kernel we know; what a user wrote is tried.
        return self.choice.strategy != "layers" and couples_samples(self.template, example)

    def _compares(self, example: Tensor) -> bool:
        if any(map(_compares, self.template.modules())):
            return True
        return self.choice.strategy != "layers" and couples_samples(self.template, example, training=False)

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

    @property
    def forward(self) -> Forward:
        """How the networks are called: another object once `feed` has changed it."""
        return self._forward

    def feed(self, change: Callable[[Tensor], Tensor]) -> None:
        """From now on every input [R, B, ...] goes through `change` first."""
        forward = self._forward
        self._forward = lambda weights, buffers, x, context: forward(weights, buffers, change(x), context)

    @functools.cached_property
    def body(self) -> Forward | None:
        """The network up to its last linear layer; None where it has no such part."""
        part = body(self.template)
        return part and self._called(part)

    def features(self, x: Tensor, weights: Weights, *, masks: Masks | None = None) -> Tensor:
        """x [R, B, ...] -> the last hidden layer in training mode, [R, B, F]; no buffer moves."""
        assert self.body is not None  # `Builder` refuses the others
        context = Context(training=True, masks=masks, moved={})
        return self.body(weights, self.buffers, x, context)

    def keep(self, moved: Weights, alive: Tensor) -> None:
        """Take new buffers over, in place, for the replicas in `alive` [R] whose new buffers are finite."""
        for name, new in moved.items():
            old, new = self.buffers[name], new.detach()
            sound = alive & new.reshape(len(new), -1).isfinite().all(1) if new.is_floating_point() else alive
            old.copy_(torch.where(sound.reshape(-1, *[1] * (old.dim() - 1)), new, old))

    def iterate(self, alive: Tensor) -> None:
        """One power iteration of every spectrally normalised layer, for the replicas in `alive` [R].

        Made once in a step of the network's own player, before its calls: the other player's step, penalties
        and measurements would otherwise move u as often as they happen to call the network.
        """
        held = self._spectral.items()
        self.keep({u: power_iteration(self.weights[w].flatten(2), self.buffers[u]) for u, w in held}, alive)

    def units(self, weights: Mapping[str, Tensor]) -> Weights:
        """Weights by parameter [R, ...] -> those that are matrices, as [R, units, rest]: the outputs of a layer are
        its units. Minibatch layers have none.
        """
        found = {}
        for path, module in self.template.named_modules():
            for name, parameter in module.named_parameters(recurse=False):
                whole = f"{path}.{name}".lstrip(".")
                if parameter.dim() > 1 and whole in weights and not isinstance(module, MinibatchLayer):
                    weight = weights[whole]
                    found[whole] = (
                        _outputs_first(weight, module) if _transposed(module) else weight
                    ).flatten(2)
        return found

    def matrices(self) -> list[Tensor]:
        """Weight matrices [R, outputs, inputs] as the layers apply them: divided by their spectral norm where
        they are normalised. A convolution is [R, outputs, rest].
        """
        return [self._applied(name) for name, w in self.weights.items() if w.dim() > 2]

    def _applied(self, name: str) -> Tensor:
        weight = self.weights[name].flatten(2)
        for u, normalised in self._spectral.items():
            if normalised == name:
                return weight / largest_singular_value(weight, self.buffers[u])[:, None, None]
        return weight

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


def _spectral(template: nn.Module) -> dict[str, str]:
    """The buffers u of spectrally normalised layers, each with the weight it belongs to."""
    names = {id(parameter): name for name, parameter in template.named_parameters()}
    layers = ((path, m) for path, m in template.named_modules() if isinstance(m, Spectral))
    return {f"{path}.u".lstrip("."): names[id(layer.weight)] for path, layer in layers}


def _compares(module: nn.Module) -> bool:
    """Whether a layer looks at its batch in evaluation mode."""
    return isinstance(module, MinibatchLayer) or (
        isinstance(module, COUPLING) and not module.track_running_stats
    )


def _transposed(module: nn.Module) -> TypeGuard[nn.ConvTranspose2d]:
    return isinstance(module, nn.ConvTranspose1d | nn.ConvTranspose2d | nn.ConvTranspose3d)


def _outputs_first(weight: Tensor, layer: nn.ConvTranspose2d) -> Tensor:
    """[R, inputs, outputs / groups, ...] -> [R, outputs, inputs / groups, ...]."""
    grouped: Tensor = weight.unflatten(1, (layer.groups, -1))
    return grouped.transpose(2, 3).flatten(1, 2)


def _flatten(module: nn.Module) -> Tensor:
    return torch.cat([p.detach().reshape(-1) for p in module.parameters()])


def _stack_buffers(modules: Sequence[nn.Module], place: Place) -> Weights:
    stacked = {}
    for name, buffer in modules[0].named_buffers():
        dtype = place.dtype if buffer.is_floating_point() else buffer.dtype
        stacked[name] = torch.stack([dict(m.named_buffers())[name] for m in modules]).to(place.device, dtype)
    return stacked
