"""Packing: the discriminator judges several samples at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ganbench import registry
from ganbench.gan.tricks.trick import Setting, Trick
from ganbench.registry import Options, register

if TYPE_CHECKING:
    from torch import Tensor


class PackingOptions(Options):
    samples: Annotated[int, Field(ge=2, description="m: samples that D judges as one")] = 2


def samples_together(options: Options) -> int:
    """m. D has m times the inputs, all of one kind, and one logit for them (Lin et al. 2018, section 2).

    A generator that has lost modes shows it in the differences within a pack. The batch keeps its size: it is
    of B / m packs. Penalties act on packs; the last step of all that changes samples is to pack them.
    """
    assert isinstance(options, PackingOptions)
    return options.samples


def packed(samples: Tensor, m: int) -> Tensor:
    """[R, B, F, ...] -> [R, B / m, m F, ...]: neighbours in the batch, one behind the other."""
    return samples if m == 1 else samples.unflatten(1, (-1, m)).flatten(2, 3)


def pack(tricks: Sequence[Options]) -> int:
    """How many samples D takes as one, under these tricks."""
    loaded = ((registry.load("trick", options), options) for options in tricks)
    return math.prod(trick.packs(options) for trick, options in loaded if trick.packs)


def judged_together(setting: Setting) -> int:
    """Samples, or packs of them, of one kind that D sees in a step."""
    return setting.batch // pack(setting.tricks)


def _obstacle(options: Options, setting: Setting) -> str | None:
    assert isinstance(options, PackingOptions)
    if setting.batch % options.samples:
        return (
            f"needs a batch that is a multiple of its samples: {setting.batch} is none of {options.samples}"
        )
    return None


PACKING = Trick(packs=samples_together, obstacle=_obstacle)

register(
    "trick",
    "packing",
    target="ganbench.gan.tricks.packing:PACKING",
    options=PackingOptions,
    summary="PacGAN: D judges m samples at once, all real or all generated",
    formula="l(x) becomes l(x_1, ..., x_m)",
    source="Lin et al. 2018, arXiv:1712.04086",
    defaults="the source's smallest pack",
)
