"""Fresh discriminators, one for each run: how well can real and generated samples be told apart at all?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import leaky_relu, softplus

from ganbench.gan.optimizers import ADAM
from ganbench.validation.ranking import area

Floats = NDArray[np.float64]

WIDTH: Final = 64
STEPS: Final = 400
BATCH: Final = 128
RATE: Final = 3e-3
FAR: Final = 50.0
"""Standard deviations of the data beyond which samples are told apart no better."""


@dataclass(frozen=True)
class Told:
    """area: of the probe on samples it has not seen, [R]; spread: standard deviation of its logits there, nats, [R]."""

    area: Floats
    spread: Floats


def probe(
    real: Floats, fake: Floats, *, real_test: Floats, fake_test: Floats, rng: np.random.Generator
) -> Told:
    """Train a fresh network of two layers for each run, and judge it on other samples.

    real, fake: [R, n, D] to learn from; real_test, fake_test: [R, m, D]. All runs draw the same weights and the same
    order, so that none depends on its neighbours. Where a sample is not finite nothing is told: NaN.
    """
    level, scale = real.mean(axis=1, keepdims=True), real.std(axis=(1, 2), keepdims=True)
    parts = [
        torch.from_numpy(np.clip((x - level) / scale, -FAR, FAR)).float()
        for x in (real, fake, real_test, fake_test)
    ]
    told = _trained(parts[0], parts[1], rng)
    logits = [_logits(told, x).double().numpy() for x in parts[2:]]
    return Told(area(*logits), np.concatenate(logits, axis=1).std(axis=1))


def _trained(real: Tensor, fake: Tensor, rng: np.random.Generator) -> list[Tensor]:
    """Layers by cross entropy and Adam."""
    layers = _initial(len(real), real.shape[-1], rng)
    states = [{name: torch.zeros_like(w) for name in (*ADAM.moments, "steps")} for w in layers]
    hyper = {
        "lr": torch.tensor(RATE),
        "beta1": torch.tensor(0.9),
        "beta2": torch.tensor(0.999),
        "eps": torch.tensor(1e-8),
    }
    moves = torch.ones(())
    for _ in range(STEPS):
        batches = (x[:, torch.from_numpy(rng.integers(x.shape[1], size=BATCH))] for x in (real, fake))
        of_real, of_fake = _logits(layers, torch.cat([*batches], dim=1)).split(BATCH, dim=1)
        loss = softplus(-of_real).mean(1) + softplus(of_fake).mean(1)
        gradients = torch.autograd.grad(loss.sum(), layers)
        with torch.no_grad():
            for w, gradient, state in zip(layers, gradients, states, strict=True):
                w.add_(ADAM.delta(gradient, moves, state, hyper))
    return [w.detach() for w in layers]


def _initial(runs: int, inputs: int, rng: np.random.Generator) -> list[Tensor]:
    """Weights [R, in, out] of variance 2 / in (He et al. 2015), biases [R, 1, out] of 0; in turn."""
    layers = []
    for fan_in, out in ((inputs, WIDTH), (WIDTH, WIDTH), (WIDTH, 1)):
        weight = rng.standard_normal((fan_in, out)) * np.sqrt(2 / fan_in)
        layers += [torch.from_numpy(weight).float().repeat(runs, 1, 1), torch.zeros(runs, 1, out)]
    return [w.requires_grad_() for w in layers]


def _logits(layers: list[Tensor], x: Tensor) -> Tensor:
    """[R, n, D] -> [R, n]."""
    for weight, bias in zip(layers[:-2:2], layers[1:-2:2], strict=True):
        x = leaky_relu(torch.baddbmm(bias, x, weight), 0.2)
    out: Tensor = torch.baddbmm(layers[-1], x, layers[-2])[..., 0]
    return out
