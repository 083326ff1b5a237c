"""From options to a loss: one name for both players, or one for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field, SerializeAsAny

from ganbench import registry
from ganbench.gan.losses.loss import Blind, Loss, Values
from ganbench.registry import Options

Role = Literal["discriminator", "generator"]


class LossPair(Options):
    """The losses of the two players, where they differ; named after both."""

    name: Annotated[str, Field(exclude=True)]
    discriminator: SerializeAsAny[Options]
    generator: SerializeAsAny[Options]

    @classmethod
    def of(cls, discriminator: Options, generator: Options) -> Options:
        """The pair; equal losses are one."""
        if discriminator == generator:
            return discriminator
        name = f"{discriminator.name} against {generator.name}"
        return cls(name=name, discriminator=discriminator, generator=generator)


def of_role(options: Options, role: Role) -> Options:
    """The loss of one player."""
    return getattr(options, role) if isinstance(options, LossPair) else options


def realised(options: Options, values: Values | None = None) -> Loss:
    """The registered loss of these options. values: None takes the options' own numbers, for one run."""
    found = registry.load("loss", options)
    if isinstance(found, Loss):
        return found
    own = {name: float(value) for name, value in registry.per_replica(options).items()}
    loss: Loss = found(options, own if values is None else values)
    return loss


def joined(of_d: Loss, of_g: Loss) -> Loss:
    """D's part of one loss, G's of another. The equilibrium of G is known where its level fits D's decision."""
    if of_d is of_g:
        return of_d
    fits = of_g.decision in (None, of_d.decision)
    return replace(
        of_d,
        generator=of_g.generator,
        paired=of_g.paired,
        attenuation=of_g.attenuation,
        apart=of_d.apart or of_g.apart,
        equilibrium=(of_d.equilibrium[0], of_g.equilibrium[1] if fits else None),
        blind=_blind(of_d, of_g),
    )


def _blind(of_d: Loss, of_g: Loss) -> Callable[[float], Blind] | None:
    """D's, with G's level where D's logit is the one at which that is known."""
    if of_d.blind is None:
        return None
    d, g = of_d.blind, of_g.blind or (lambda _: Blind())

    def blind(m: float) -> Blind:
        fits = d(m).decision == g(m).decision
        return replace(d(m), generator=g(m).generator if fits else None)

    return blind


def loss_of(options: Options) -> Loss:
    """The loss of one run."""
    return joined(realised(of_role(options, "discriminator")), realised(of_role(options, "generator")))


def options_of(content: Mapping[str, Any]) -> Options:
    """The options that a cell's content holds. Raises UnknownName."""
    if "name" in content:
        entry = registry.entry("loss", content["name"], source=content.get("source", ""))
        return entry.options.model_validate(content)
    return LossPair.of(options_of(content["discriminator"]), options_of(content["generator"]))
