"""Generated samples of the past, shown to the discriminator again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ganbench import registry
from ganbench.gan.tricks.packing import pack
from ganbench.gan.tricks.trick import Extent, Scene, Setting, Trick
from ganbench.registry import Options, register

if TYPE_CHECKING:
    from torch import Tensor


class ReplayOptions(Options):
    share: Annotated[float, Field(gt=0, lt=1, description="of the generated batch that is replayed")] = 0.5
    size: Annotated[
        int,
        Field(
            ge=1,
            description="samples kept for each one that is replayed: the mean age of these, in steps of D",
        ),
    ] = 50

    def replayed(self, batch: int) -> int:
        """Samples of a batch that come from the pool."""
        return round(self.share * batch)


def replay(samples: Tensor, scene: Scene) -> Tensor:
    """The last share of the batch from a pool, where it leaves a random place (Shrivastava et al. 2017, section 2.3).

    samples: [R, B, ...]. The pool is one drawer of `size` places for each replayed pack (a sample, where nothing is
    packed): no two packs of a step meet in one place, every place is read and written equally often, and a pack
    is of one generator. In the first steps the drawers fill, one place a step; the first step replays nothing.
    """
    assert isinstance(scene.options, ReplayOptions)
    pool, filled = scene.memory["pool"], scene.memory["filled"]
    count, size, m = pool.shape[1:4]
    fresh, leaving = samples[:, : -count * m], samples[:, -count * m :].unflatten(1, (count, m))
    # u < 1, but n u may round up to n.
    there = (scene.draws.uniform((count,)) * filled).floor().minimum((filled - 1).clamp_min(0))
    past = pool.gather(2, _index(there, pool)).squeeze(2)
    chosen = (scene.draws.uniform((count,)) * size).floor().clamp_max(size - 1)
    free = chosen.where(filled >= size, filled)
    pool.scatter_(2, _index(free, pool), leaving.detach().unsqueeze(2))
    replayed = past.where((filled > 0).reshape(-1, *[1] * (leaving.dim() - 1)), leaving)
    filled.copy_((filled + 1).clamp_max(size))
    return _join(fresh, replayed.flatten(1, 2))


def _index(place: Tensor, pool: Tensor) -> Tensor:
    """One place of every drawer, [R, n], as an index into the pool [R, n, size, ...]."""
    rest = pool.shape[3:]
    return place.long().reshape(*place.shape, 1, *[1] * len(rest)).expand(-1, -1, 1, *rest)


def _join(fresh: Tensor, replayed: Tensor) -> Tensor:
    from torch import cat

    return cat([fresh, replayed], dim=1)


def _pool(options: Options, extent: Extent) -> Mapping[str, tuple[int, ...]]:
    assert isinstance(options, ReplayOptions)
    packs = options.replayed(extent.batch) // extent.pack
    return {"pool": (packs, options.size, extent.pack, *extent.sample), "filled": (1,)}


def _obstacle(options: Options, setting: Setting) -> str | None:
    assert isinstance(options, ReplayOptions)
    count, m = options.replayed(setting.batch), pack(setting.tricks)
    if not 0 < count < setting.batch:
        return (
            f"needs a batch in which some samples are replayed and some not, of {setting.batch} it would be "
            f"{count}: change batch or share"
        )
    if count % m:
        return (
            f"replays whole packs: {count} of {setting.batch} samples are no whole number of packs of {m}, change "
            "batch or share"
        )
    return _looked_at_twice(setting)


def _looked_at_twice(setting: Setting) -> str | None:
    """A pool moves with every step of D: two looks at one batch would be at two batches."""
    if setting.schedule.extrapolation_samples == "reused":
        return (
            "shows D other samples in each half of a step, and extrapolation_samples: reused wants the same in both: "
            "take fresh"
        )
    bending = [one.name for one in setting.tricks if registry.load("trick", one).field]
    if bending:
        return f"is no part of the field that '{bending[0]}' looks at, where D is shown fresh samples alone"
    return None


REPLAY = Trick(fakes=replay, memory=_pool, obstacle=_obstacle)

register(
    "trick",
    "replay",
    target="ganbench.gan.tricks.replay:REPLAY",
    options=ReplayOptions,
    summary="half of D's generated samples come from a pool of past ones",
    formula="x_i <- pool[u], pool[v] <- G(z_i) for half of the batch, u and v random places",
    source="Shrivastava et al. 2017, arXiv:1612.07828, section 2.3; size: Zhu et al. 2017, arXiv:1703.10593",
    defaults="half of a batch and 50 samples, as in the sources",
)
