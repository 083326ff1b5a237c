"""Data sets by name, built as `target(options) -> Dataset`. This file holds their options."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Self

from pydantic import Field, model_validator

from ganbench.registry import Options, register

Positive = Annotated[float, Field(gt=0)]
Std = Annotated[float, Field(gt=0, description="standard deviation of a mode in each direction")]
Count = Annotated[int, Field(ge=1, description="number of modes")]


class LawOptions(Options):
    points: Annotated[
        int | None,
        Field(ge=1, description="size of a fixed training set; null: every batch is a fresh draw"),
    ] = None
    points_seed: Annotated[int, Field(ge=0, description="names the fixed training set")] = 0


class WeightedOptions(LawOptions):
    weights: Annotated[
        tuple[Positive, ...] | None,
        Field(description="relative share of each mode, scaled to sum 1; null: equal"),
    ] = None

    @property
    @abstractmethod
    def mode_count(self) -> int:
        """How many modes the other options ask for."""

    @model_validator(mode="after")
    def one_weight_for_each_mode(self) -> Self:
        if self.weights is not None and len(self.weights) != self.mode_count:
            raise ValueError(
                f"weights has {len(self.weights)} entries, expected {self.mode_count}, one for each mode"
            )
        return self


class RingOptions(WeightedOptions):
    modes: Count = 8
    radius: Annotated[float, Field(gt=0, description="of the circle of means")] = 1.0
    std: Std = 0.01

    @property
    def mode_count(self) -> int:
        return self.modes


class GridOptions(WeightedOptions):
    side: Annotated[int, Field(ge=1, description="modes along one side")] = 5
    spacing: Annotated[float, Field(gt=0, description="distance of neighbours")] = 2.0
    std: Std = 0.05
    scale: Annotated[float, Field(gt=0, description="multiplies means and standard deviations")] = 1.0

    @property
    def mode_count(self) -> int:
        return self.side**2


class LineOptions(WeightedOptions):
    modes: Count = 8
    spacing: Annotated[float, Field(gt=0, description="distance of neighbours")] = 1.0
    std: Std = 0.05

    @property
    def mode_count(self) -> int:
        return self.modes


class SpiralOptions(WeightedOptions):
    modes: Count = 20
    turns: Annotated[float, Field(gt=0, description="how often it winds around the origin")] = 2.0
    radius: Annotated[float, Field(gt=0, description="of its outer end")] = 2.0
    std: Std = 0.05

    @property
    def mode_count(self) -> int:
        return self.modes


class MixtureOptions(WeightedOptions):
    means: Annotated[
        tuple[Annotated[tuple[float, ...], Field(min_length=1)], ...],
        Field(min_length=1, description="one list of coordinates for each mode"),
    ]
    std: Annotated[
        Positive | tuple[Positive, ...],
        Field(description="standard deviation of every mode, or one for each"),
    ]
    radius: Annotated[
        float | None,
        Field(
            gt=0, description="a sample within so many std is of high quality; null: 3 in up to 2 dimensions"
        ),
    ] = None

    @property
    def mode_count(self) -> int:
        return len(self.means)

    @model_validator(mode="after")
    def rectangular(self) -> Self:
        dims = sorted({len(mean) for mean in self.means})
        if len(dims) > 1:
            raise ValueError(
                f"means have {dims[0]} to {dims[-1]} coordinates, expected the same number in each"
            )
        if isinstance(self.std, tuple) and len(self.std) != self.mode_count:
            raise ValueError(
                f"std has {len(self.std)} entries, expected {self.mode_count}, one for each mode"
            )
        return self


class Veegan1200Options(LawOptions):
    std: Annotated[float, Field(gt=0, description="along the 700 directions of a mode")] = 0.1
    thickness: Annotated[float, Field(gt=0, description="std across the other 500 directions")] = 0.01
    spread: Annotated[float, Field(gt=0, description="std of each coordinate of the means")] = 1.0


class MoonsOptions(LawOptions):
    std: Annotated[
        float, Field(ge=0.005, le=0.2, description="standard deviation of the noise around the arcs")
    ] = 0.05


class DiracOptions(Options):
    dim: Annotated[int, Field(ge=1, description="number of coordinates")] = 1


class DigitsOptions(Options):
    margin: Annotated[float, Field(gt=0, le=1, description="pixels lie within [-margin, margin]")] = 0.95


register(
    "dataset",
    "ring",
    target="ganbench.data.mixtures:ring",
    options=RingOptions,
    summary="Gaussians on a circle in the plane",
    formula="means radius (cos 2 pi k/K, sin 2 pi k/K)",
    source="Srivastava et al. 2017, arXiv:1705.07761; radius 1, std .01: Lin et al. 2018, arXiv:1712.04086",
)
register(
    "dataset",
    "grid",
    target="ganbench.data.mixtures:grid",
    options=GridOptions,
    summary="Gaussians on a square grid around the origin",
    formula="means spacing (i - (side-1)/2, j - (side-1)/2)",
    source="Srivastava et al. 2017, arXiv:1705.07761; spacing 2, std .05: Lin et al. 2018, arXiv:1712.04086",
)
register(
    "dataset",
    "line",
    target="ganbench.data.mixtures:line",
    options=LineOptions,
    summary="Gaussians at equal distances on the first axis of the plane",
    formula="means spacing (k - (K-1)/2, 0)",
)
register(
    "dataset",
    "spiral",
    target="ganbench.data.mixtures:spiral",
    options=SpiralOptions,
    summary="Gaussians along an Archimedean spiral, at about equal distances",
    formula="means radius t (cos 2 pi turns t, sin 2 pi turns t), t = sqrt(k/K), k = 1..K",
)
register(
    "dataset",
    "mixture",
    target="ganbench.data.mixtures:mixture",
    options=MixtureOptions,
    summary="any mixture of isotropic Gaussians, from explicit means",
)
register(
    "dataset",
    "veegan-1200",
    target="ganbench.data.mixtures:veegan_1200",
    options=Veegan1200Options,
    summary="ten 700-dimensional Gaussians in 1200 dimensions",
    formula="x = m_k + e, e_j ~ N(0, std^2) in 700 coordinates of mode k, N(0, thickness^2) in the others",
    source="Srivastava et al. 2017, arXiv:1705.07761, section 4.1; means and covariances are not published and are ours",
)
register(
    "dataset",
    "moons",
    target="ganbench.data.moons:moons",
    options=MoonsOptions,
    summary="two half circles of radius 1, one inside the other's bend, with Gaussian noise",
    formula="(cos t, sin t) and (1 - cos t, 1/2 - sin t), t ~ U(0, pi)",
    source="make_moons of scikit-learn",
)
register(
    "dataset",
    "dirac",
    target="ganbench.data.dirac:dirac",
    options=DiracOptions,
    summary="a point mass at the origin",
    source="Mescheder et al. 2018, arXiv:1801.04406",
)
register(
    "dataset",
    "digits",
    target="ganbench.data.images:digits",
    options=DigitsOptions,
    summary="1,797 handwritten digits of 8x8 pixels that come with scikit-learn: 1,500 to train on, 297 held out",
    source="Alpaydin and Kaynak 1998, UCI Machine Learning Repository",
)
