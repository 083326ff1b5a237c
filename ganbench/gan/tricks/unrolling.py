"""The unrolled discriminator: the generator looks at what D would become."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from ganbench import registry
from ganbench.gan.tricks.trick import Setting, Trick
from ganbench.registry import Options, register

DIFFERENTIABLE: Final = ("sgd", "adam", "rmsprop")  # optimisers whose steps `train.unroll` differentiates


class UnrollingOptions(Options):
    steps: Annotated[int, Field(ge=1, description="K: steps of D that G looks ahead")] = 5


def steps_ahead(options: Options) -> int:
    """K. D takes that many steps on the batch of this generator step, by its own optimiser from its present
    moments, and is put back: the authors' published example unrolls Adam itself, the equation plain gradient
    steps. G's gradient goes through all of them (Metz et al. 2017, sections 2.2 and 2.3).

    Buffers of D (batch norm's statistics, spectral norm's u) stand still meanwhile.
    """
    assert isinstance(options, UnrollingOptions)
    return options.steps


def _obstacle(options: Options, setting: Setting) -> str | None:  # noqa: ARG001  # the shared signature
    optimizer = setting.optimizers.discriminator.name
    if optimizer not in DIFFERENTIABLE:
        known = ", ".join(DIFFERENTIABLE)
        return f"differentiates the steps of D, which it can with {known}; the discriminator has {optimizer}"
    names = [penalty.name for penalty in setting.penalties if getattr(penalty, "of", None) != "generator"]
    if names:
        return (
            "looks at steps of D without penalties: they would not be those that D takes with "
            f"{', '.join(names)}"
        )
    others = [trick.name for trick in setting.tricks if _changes_steps_of_d(trick)]
    if others:
        return (
            "looks at steps of D by its loss and its optimizer alone: they would not be those that D takes with "
            f"{', '.join(others)}"
        )
    return None


def _changes_steps_of_d(options: Options) -> bool:
    """By samples, by the field, by the gradient, or by letting D wait."""
    trick = registry.load("trick", options)
    if trick.moves:
        return getattr(options, "discriminator", 0) is not None
    of_d = getattr(options, "of", "both") != "generator"
    return bool(trick.fakes or trick.field or (trick.gradient and of_d))


UNROLLED_DISCRIMINATOR = Trick(unrolled=steps_ahead, obstacle=_obstacle)

register(
    "trick",
    "unrolled-discriminator",
    target="ganbench.gan.tricks.unrolling:UNROLLED_DISCRIMINATOR",
    options=UnrollingOptions,
    summary="G's step looks at D after K more of its steps on the same batch, and differentiates through them",
    formula="L_G at psi_K, psi_{k+1} = psi_k + step(grad L_D(psi_k))",
    source="Metz et al. 2017, arXiv:1611.02163, sections 2.2 and 2.3",
    defaults="the source's 5 steps of its mixtures and small images",
)
