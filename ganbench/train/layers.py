"""Layers written for a leading replica axis: each is one or two calls for all replicas.

A linear layer as one `baddbmm` is half again as fast on a CPU as the generic vectorisation. Every
function takes the plain layer, its stacked weights and buffers by local name, and x [R, B, F].
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from ganbench.gan.networks.chance import GaussianNoise, SamplingDropout
from ganbench.gan.networks.conditional import WithoutLabels
from ganbench.gan.networks.minibatch import MinibatchDeviation, MinibatchDiscrimination
from ganbench.gan.networks.mlp import Maxout
from ganbench.gan.networks.spectral import SpectralLinear, largest_singular_value
from ganbench.gan.networks.widening import widened
from ganbench.train.noise import Masks

Tensors = Mapping[str, Tensor]


@dataclass(frozen=True, slots=True)
class Context:
    """How a network is called. `masks` is there in training only; `moved` receives new buffers."""

    training: bool
    masks: Masks | None
    moved: dict[str, Tensor]


Kernel = Callable[[nn.Module, Tensors, Tensor, Context, str], Tensor]


def linear(layer: nn.Module, held: Tensors, x: Tensor, context: Context, path: str) -> Tensor:  # noqa: ARG001  # a kernel's signature
    weight = held["weight"].transpose(1, 2)
    if "bias" not in held:
        return torch.bmm(x, weight)
    return torch.baddbmm(held["bias"][:, None], x, weight)


def spectral_linear(layer: nn.Module, held: Tensors, x: Tensor, context: Context, path: str) -> Tensor:
    """u stands still: it moves once in a step of its player, by `Stack.iterate`, and not with every call."""
    sigma = largest_singular_value(held["weight"], held["u"])
    return linear(layer, {**held, "weight": held["weight"] / sigma[:, None, None]}, x, context, path)


def batch_norm(layer: nn.Module, held: Tensors, x: Tensor, context: Context, path: str) -> Tensor:
    """Normalised over the batch in training, by the running statistics otherwise."""
    assert isinstance(layer, nn.BatchNorm1d)
    x = widened(x)
    if context.training or not layer.track_running_stats:
        variance, mean = torch.var_mean(x, dim=1, correction=0, keepdim=True)
        if layer.track_running_stats:
            context.moved.update(_running(layer, held, mean, variance, x.shape[1], path))
    else:
        mean, variance = held["running_mean"][:, None], held["running_var"][:, None]
    scaled = (x - mean) * (variance + layer.eps).rsqrt()
    return _affine(scaled, held)


def _running(
    layer: nn.BatchNorm1d, held: Tensors, mean: Tensor, variance: Tensor, count: int, path: str
) -> dict[str, Tensor]:
    assert layer.momentum is not None
    # The running variance is the unbiased one, as in torch.
    fresh = {
        "running_mean": mean.detach()[:, 0],
        "running_var": variance.detach()[:, 0] * (count / (count - 1)),
    }
    moved = {f"{path}{name}": torch.lerp(held[name], new, layer.momentum) for name, new in fresh.items()}
    return moved | {f"{path}num_batches_tracked": held["num_batches_tracked"] + 1}


def layer_norm(layer: nn.Module, held: Tensors, x: Tensor, context: Context, path: str) -> Tensor:  # noqa: ARG001  # a kernel's signature
    assert isinstance(layer, nn.LayerNorm)
    return _affine(nn.functional.layer_norm(widened(x), layer.normalized_shape, eps=layer.eps), held)


def dropout(layer: nn.Module, held: Tensors, x: Tensor, context: Context, path: str) -> Tensor:  # noqa: ARG001  # a kernel's signature
    """Masks come from the tape, so that they depend on seed and step alone."""
    assert isinstance(layer, nn.Dropout)
    if not context.training or layer.p == 0:
        return x
    assert context.masks is not None
    kept = context.masks.uniform(tuple(x.shape[1:])) >= layer.p
    return x * kept / (1 - layer.p)


def sampling_dropout(layer: nn.Module, held: Tensors, x: Tensor, context: Context, path: str) -> Tensor:
    """As `dropout`, in evaluation mode too: masks are then those of the evaluation stream."""
    return dropout(layer, held, x, replace(context, training=True), path)


def gaussian_noise(layer: nn.Module, held: Tensors, x: Tensor, context: Context, path: str) -> Tensor:  # noqa: ARG001  # a kernel's signature
    """Noise comes from the tape, as the masks of dropout do."""
    assert isinstance(layer, GaussianNoise)
    if not context.training or layer.std == 0:
        return x
    assert context.masks is not None
    return x + layer.std * context.masks.normal(tuple(x.shape[1:]))


def minibatch_discrimination(
    layer: nn.Module,
    held: Tensors,
    x: Tensor,
    context: Context,  # noqa: ARG001  # a kernel's signature
    path: str,  # noqa: ARG001  # a kernel's signature
) -> Tensor:
    assert isinstance(layer, MinibatchDiscrimination)
    return layer.with_closeness(x, held["weight"])


def elementwise(layer: nn.Module, held: Tensors, x: Tensor, context: Context, path: str) -> Tensor:  # noqa: ARG001  # a kernel's signature
    """Layers without weights that do not look at leading axes are called as they are."""
    result: Tensor = layer(x)
    return result


def _affine(x: Tensor, held: Tensors) -> Tensor:
    if "weight" not in held:
        return x
    return (
        torch.addcmul(held["bias"][:, None], x, held["weight"][:, None])
        if "bias" in held
        else x * held["weight"][:, None]
    )


KERNELS: dict[type[nn.Module], Kernel] = {
    nn.Linear: linear,
    SpectralLinear: spectral_linear,
    nn.BatchNorm1d: batch_norm,
    nn.LayerNorm: layer_norm,
    nn.Dropout: dropout,
    SamplingDropout: sampling_dropout,
    GaussianNoise: gaussian_noise,
    MinibatchDeviation: elementwise,
    MinibatchDiscrimination: minibatch_discrimination,
    Maxout: elementwise,
    nn.ReLU: elementwise,
    nn.LeakyReLU: elementwise,
    nn.Tanh: elementwise,
    nn.SiLU: elementwise,
    nn.Sigmoid: elementwise,
    nn.Identity: elementwise,
    WithoutLabels: elementwise,
}

COUPLING = (nn.modules.batchnorm._BatchNorm,)  # layers whose output for a sample depends on its batch
