"""Historical averaging: each player is drawn to the mean of its past."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ganbench.gan.tricks.trick import Extent, Scene, Setting, Trick
from ganbench.registry import PER_REPLICA, Options, register

if TYPE_CHECKING:
    from torch import Tensor


class HistoricalAveragingOptions(Options):
    weight: Annotated[float, Field(gt=0, description="of the squared distance"), PER_REPLICA] = 1.0
    of: Annotated[Literal["both", "generator", "discriminator"], Field(description="who is drawn back")] = (
        "both"
    )

    def holds(self, letter: str) -> bool:
        """Whether the player with this letter is drawn back."""
        return self.of == "both" or self.of.startswith(letter)


def draw_back(gradient: Tensor, weights: Tensor, letter: str, scene: Scene) -> Tensor:
    """g <- g + 2 c (w - mean of w over all steps up to now) (Salimans et al. 2016, section 3.2).

    The gradient of c ||w - mean||^2, with the mean held constant and the present w in it.
    """
    assert isinstance(scene.options, HistoricalAveragingOptions)
    if not scene.options.holds(letter):
        return gradient
    mean, count = scene.memory[f"mean_{letter}"], scene.memory[f"count_{letter}"]
    count.add_(1)
    mean.lerp_(weights, 1 / count)
    return gradient + 2 * scene.value("weight", gradient) * (weights - mean)


def _means(options: Options, extent: Extent) -> Mapping[str, tuple[int, ...]]:
    assert isinstance(options, HistoricalAveragingOptions)
    sizes = {letter: size for letter, size in extent.weights.items() if options.holds(letter)}
    return {f"mean_{letter}": (size,) for letter, size in sizes.items()} | {
        f"count_{letter}": (1,) for letter in sizes
    }


def _obstacle(options: Options, setting: Setting) -> str | None:  # noqa: ARG001  # the shared signature
    if setting.schedule.order == "extragradient":
        return (
            "draws back to the mean of past weights, and half of those under order: extragradient are extrapolated "
            "points that no run has been at"
        )
    return None


HISTORICAL_AVERAGING = Trick(gradient=draw_back, memory=_means, obstacle=_obstacle)

register(
    "trick",
    "historical-averaging",
    target="ganbench.gan.tricks.averaging:HISTORICAL_AVERAGING",
    options=HistoricalAveragingOptions,
    summary="a pull of each player's weights to their mean over all past steps",
    formula="L <- L + c ||w - (w_1 + ... + w_t) / t||^2",
    source="Salimans et al. 2016, arXiv:1606.03498, section 3.2",
    defaults="chosen here: the source gives no weight",
)
