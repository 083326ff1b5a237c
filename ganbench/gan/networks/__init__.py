"""Networks by name: ordinary `nn.Module`s, built as `target(options, inputs, outputs)`.

Those whose options are `ConvOptions` are given `image_shape` as well, the rows and columns of a sample.

This file holds their options and imports no torch; the modules are beside it.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ganbench.registry import Options, register


def _default(options: Options, name: str, *, needs: str) -> None:
    """Raises ValueError where an option that would do nothing is not at its default."""
    if getattr(options, name) != type(options).model_fields[name].default:
        raise ValueError(f"{name} needs {needs}")


class MLPOptions(Options):
    width: Annotated[int, Field(ge=1, description="units of a hidden layer")] = 64
    depth: Annotated[int, Field(ge=1, description="hidden layers")] = 2
    activation: Annotated[
        Literal["relu", "leaky-relu", "tanh", "silu"], Field(description="after every hidden layer")
    ] = "relu"
    slope: Annotated[float, Field(ge=0, description="of the leaky ReLU below 0")] = 0.2
    norm: Annotated[
        Literal["none", "batch", "layer", "spectral"],
        Field(description="before every activation; spectral: of every weight, the last included"),
    ] = "none"
    maxout: Annotated[int, Field(ge=1, description="pieces of a maxout unit; 1: the activation")] = 1
    noise: Annotated[
        float, Field(ge=0, description="std of Gaussian noise after each hidden layer, while training")
    ] = 0.0
    dropout: Annotated[float, Field(ge=0, lt=1, description="probability")] = 0.0
    dropout_at: Annotated[
        Literal["training", "always"], Field(description="while training, or whenever G is sampled as well")
    ] = "training"
    minibatch: Annotated[
        Literal["none", "deviation", "discrimination"],
        Field(description="what D sees of the whole batch, beside its last hidden layer"),
    ] = "none"
    minibatch_group: Annotated[
        int | None, Field(ge=2, description="samples of one deviation; null: the whole batch")
    ] = None
    minibatch_kernels: Annotated[int, Field(ge=1, description="features that discrimination adds")] = 100
    minibatch_dim: Annotated[int, Field(ge=1, description="numbers that each of them compares")] = 5
    output: Annotated[Literal["linear", "tanh", "sigmoid"], Field(description="after the last layer")] = (
        "linear"
    )
    init: Annotated[
        Literal["default", "normal", "xavier", "orthogonal"],
        Field(description="of weights; default: torch's"),
    ] = "default"
    init_std: Annotated[float, Field(gt=0, description="std of init: normal")] = 0.02

    @model_validator(mode="after")
    def _says_nothing_in_vain(self) -> Self:
        if self.dropout_at == "always" and self.dropout == 0:
            raise ValueError("dropout_at always needs a dropout above 0")
        if self.minibatch_group is not None and self.minibatch != "deviation":
            raise ValueError("minibatch_group needs minibatch deviation")
        if self.minibatch != "discrimination":
            _default(self, "minibatch_kernels", needs="minibatch discrimination")
            _default(self, "minibatch_dim", needs="minibatch discrimination")
        if self.maxout > 1:
            _default(self, "activation", needs="maxout 1: the largest piece is the activation")
        if self.activation != "leaky-relu":
            _default(self, "slope", needs="activation leaky-relu")
        return self


class ConvOptions(Options):
    """The defaults are those of DCGAN, but for the width, which is 128 there."""

    width: Annotated[
        int, Field(ge=1, description="channels beside the image; twice as many at each half size")
    ] = 32
    slope: Annotated[float, Field(ge=0, description="of the leaky ReLU below 0")] = 0.2
    activation: Annotated[Literal["relu", "leaky-relu"], Field(description="after every hidden layer")] = (
        "relu"
    )
    init: Annotated[
        Literal["default", "normal", "xavier", "orthogonal"],
        Field(description="of weights; default: torch's"),
    ] = "normal"
    init_std: Annotated[float, Field(gt=0, description="std of init: normal")] = 0.02

    @model_validator(mode="after")
    def _says_nothing_in_vain(self) -> Self:
        if self.activation != "leaky-relu":
            _default(self, "slope", needs="activation leaky-relu")
        return self

    @property
    @abstractmethod
    def pooled(self) -> bool:
        """Whether sizes change beside the convolutions."""


class ConvGeneratorOptions(ConvOptions):
    norm: Annotated[
        Literal["none", "batch", "layer", "instance"],
        Field(description="before every activation; layer: over all of a sample"),
    ] = "batch"
    upsampling: Annotated[
        Literal["transposed", "nearest"],
        Field(description="transposed convolutions, or nearest neighbours and a convolution"),
    ] = "transposed"
    output: Annotated[Literal["linear", "tanh", "sigmoid"], Field(description="after the last layer")] = (
        "tanh"
    )

    @property
    def pooled(self) -> bool:
        return self.upsampling == "nearest"


class ConvDiscriminatorOptions(ConvOptions):
    norm: Annotated[
        Literal["none", "batch", "layer", "instance", "spectral"],
        Field(
            description="before every activation but the first; spectral: of every weight, the last included"
        ),
    ] = "batch"
    activation: Annotated[Literal["relu", "leaky-relu"], Field(description="after every hidden layer")] = (
        "leaky-relu"
    )
    downsampling: Annotated[
        Literal["strided", "average", "maximum"],
        Field(description="strided convolutions, or a convolution and pooling"),
    ] = "strided"

    @property
    def pooled(self) -> bool:
        return self.downsampling != "strided"


class DiracOptions(Options):
    start: Annotated[float, Field(description="first value of every weight")] = 1.0


register(
    "network",
    "mlp",
    target="ganbench.gan.networks.mlp:MLP",
    options=MLPOptions,
    summary="fully connected layers",
    formula="h <- a(norm(W h + b)) for each hidden layer, then W h + b; a: activation, or maxout: max over pieces",
    defaults="chosen here, to train fast in populations; minibatch discrimination as in its authors' code; weights as torch's",
)
register(
    "network",
    "conv-generator",
    target="ganbench.gan.networks.conv:ConvGenerator",
    options=ConvGeneratorOptions,
    summary="a small DCGAN generator, for images of at least 8x8",
    formula="h <- W z + b, then up by 2 with half the channels until it is the image: h <- up(a(norm(h)))",
    source="Radford et al. 2016, arXiv:1511.06434",
    defaults="std, activation, norm and output of the source; width chosen here, for 8x8 pixels",
)
register(
    "network",
    "conv-discriminator",
    target="ganbench.gan.networks.conv:ConvDiscriminator",
    options=ConvDiscriminatorOptions,
    summary="a small DCGAN discriminator, for images of at least 8x8",
    formula="down by 2 with twice the channels, h <- a(norm(down(h))), while the size allows, then l = W h + b",
    source="Radford et al. 2016, arXiv:1511.06434",
    defaults="std, slope and norm of the source; width chosen here, for 8x8 pixels",
)
register(
    "network",
    "dirac-generator",
    target="ganbench.gan.games:DiracGenerator",
    options=DiracOptions,
    summary="a point mass, for the Dirac-GAN and the bilinear game",
    formula="G(z) = theta",
    source="Mescheder et al. 2018, arXiv:1801.04406",
    defaults="chosen here: off the equilibrium at 0",
)
register(
    "network",
    "dirac-discriminator",
    target="ganbench.gan.games:DiracDiscriminator",
    options=DiracOptions,
    summary="a linear discriminator, for the Dirac-GAN and the bilinear game",
    formula="l(x) = -psi x",
    source="Mescheder et al. 2018, arXiv:1801.04406",
    defaults="chosen here: off the equilibrium at 0",
)
