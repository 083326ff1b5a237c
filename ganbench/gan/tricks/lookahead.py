"""Lookahead-minimax: from time to time both players go back part of the way that they came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ganbench.gan.tricks.trick import Extent, Scene, Setting, Trick
from ganbench.registry import PER_REPLICA, Options, register

if TYPE_CHECKING:
    from torch import Tensor


class LookaheadOptions(Options):
    """Defaults are those of the authors' code."""

    k: Annotated[int, Field(ge=1, description="rounds between two returns to the slow weights")] = 5
    alpha: Annotated[
        float, Field(gt=0, lt=1, description="share of the way that the slow weights take"), PER_REPLICA
    ] = 0.5


def look_back(weights: Tensor, alive: Tensor, letter: str, rounds: int, scene: Scene) -> Tensor:
    """Every k rounds w_slow <- w_slow + alpha (w - w_slow), w <- w_slow (Chavdarova et al. 2021, algorithm 1).

    Both players after the same round, not one after the other; the moments of their optimisers stay.
    """
    assert isinstance(scene.options, LookaheadOptions)
    if rounds % scene.options.k:
        return weights
    slow = scene.memory[letter]
    if rounds:
        weights = slow.lerp(weights, scene.value("alpha", weights))
    slow.copy_(weights.where(alive[:, None], slow))
    return slow


def rounds_ahead(options: Options) -> int:
    """k."""
    assert isinstance(options, LookaheadOptions)
    return options.k


def slow_weights(options: Options, extent: Extent) -> Mapping[str, tuple[int, ...]]:  # noqa: ARG001  # the shared signature
    """w_slow of each player."""
    return {letter: (size,) for letter, size in extent.weights.items()}


def too_rare(options: Options, setting: Setting) -> str | None:
    assert isinstance(options, LookaheadOptions)
    rounds = setting.steps // setting.schedule.g_steps
    return f"never goes back: k is {options.k}, a run has {rounds} rounds" if options.k > rounds else None


LOOKAHEAD = Trick(between=look_back, every=rounds_ahead, memory=slow_weights, obstacle=too_rare)

register(
    "trick",
    "lookahead",
    target="ganbench.gan.tricks.lookahead:LOOKAHEAD",
    options=LookaheadOptions,
    summary="slow weights of both players follow the fast ones, which start again from them",
    formula="every k rounds: w_slow <- w_slow + alpha (w - w_slow), w <- w_slow",
    source="Chavdarova et al. 2021, arXiv:2006.14567, algorithm 1; Zhang et al. 2019, arXiv:1907.08610",
    defaults="k and alpha of Zhang et al. 2019",
)
