"""Networks by name: ordinary `nn.Module`s, built as `target(options, inputs, outputs)`.

This file holds their options and imports no torch; the modules are beside it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ganbench.registry import Options, register


class MLPOptions(Options):
    width: Annotated[int, Field(ge=1, description="units of a hidden layer")] = 64
    depth: Annotated[int, Field(ge=1, description="hidden layers")] = 2
    activation: Literal["relu", "leaky-relu", "tanh", "silu"] = "relu"
    slope: Annotated[float, Field(ge=0, description="of the leaky ReLU below 0")] = 0.2
    norm: Literal["none", "batch", "layer"] = "none"
    maxout: Annotated[int, Field(ge=1, description="pieces of a maxout unit; 1: the activation")] = 1
    dropout: Annotated[float, Field(ge=0, lt=1, description="probability")] = 0.0
    output: Literal["linear", "tanh", "sigmoid"] = "linear"
    init: Literal["default", "normal", "xavier", "orthogonal"] = "default"
    init_std: Annotated[float, Field(gt=0, description="std of init: normal")] = 0.02


class DiracOptions(Options):
    start: Annotated[float, Field(description="first value of every weight")] = 1.0


register(
    "network",
    "mlp",
    target="ganbench.gan.networks.mlp:MLP",
    options=MLPOptions,
    summary="fully connected layers",
)
register(
    "network",
    "dirac-generator",
    target="ganbench.gan.games:DiracGenerator",
    options=DiracOptions,
    summary="G(z) = theta: a point mass, for the Dirac-GAN and the bilinear game",
    source="Mescheder et al. 2018, arXiv:1801.04406",
)
register(
    "network",
    "dirac-discriminator",
    target="ganbench.gan.games:DiracDiscriminator",
    options=DiracOptions,
    summary="l(x) = -psi x: a linear discriminator, for the Dirac-GAN and the bilinear game",
    source="Mescheder et al. 2018, arXiv:1801.04406",
)
