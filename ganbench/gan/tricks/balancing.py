"""Balancing by loss statistics: the player that is ahead waits. A negative control."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ganbench.gan.tricks.reading import reading
from ganbench.gan.tricks.trick import Scene, Setting, Trick
from ganbench.registry import PER_REPLICA, Options, register

if TYPE_CHECKING:
    from torch import Tensor


class LossBalancingOptions(Options):
    discriminator: Annotated[
        float | None,
        Field(description="D stands still while its loss is below this; null: never"),
        PER_REPLICA,
    ] = 0.7
    generator: Annotated[
        float | None,
        Field(description="G stands still while its loss is below this; null: never"),
        PER_REPLICA,
    ] = None


def hold(moves: Tensor, letter: str, loss: Tensor, scene: Scene) -> Tensor:
    """Who moves, [R]: those whose loss, penalties included, is not below their bound (ganhacks, 11).

    The list advises against it and gives no bounds; 0.7 is half of what a blind D loses by cross entropy.
    """
    bound = scene.values["discriminator" if letter == "d" else "generator"]
    return moves & ~(loss < bound)


def _obstacle(options: Options, setting: Setting) -> str | None:
    assert isinstance(options, LossBalancingOptions)
    bounds = {"discriminator": options.discriminator, "generator": options.generator}
    if all(bound is None for bound in bounds.values()):
        return "changes nothing without a bound: give discriminator or generator a number"
    levels = reading(setting.loss, setting.tricks).equilibrium
    for (player, bound), level in zip(bounds.items(), levels, strict=True):
        if bound is None:
            continue
        if level is None:
            return f"bounds the loss of the {player}, whose level means nothing, or is not known, with " + (
                " and ".join([setting.loss.name, *_other_changes(setting)])
            )
        if bound >= level:
            return (
                f"bounds the loss of the {player} at {bound:g}, and where D is blind it is {level:.4g} with "
                f"{setting.loss.name}: the {player} would wait from there on, give it a bound below {level:.4g}"
            )
    return None


def _other_changes(setting: Setting) -> list[str]:
    return [trick.name for trick in setting.tricks if trick.name != "loss-balancing"]


LOSS_BALANCING = Trick(moves=hold, obstacle=_obstacle)

register(
    "trick",
    "loss-balancing",
    target="ganbench.gan.tricks.balancing:LOSS_BALANCING",
    options=LossBalancingOptions,
    summary="a player stands still while its loss is low; advised against, a negative control",
    formula="D moves where L_D >= a, G moves where L_G >= b",
    source="soumith/ganhacks, 11, which advises against it",
    defaults="chosen here: the list gives no bound",
)
