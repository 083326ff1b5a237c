"""What truth measured of one run, from its first look to its last."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ganbench.validation.recurrence import Orbit, Recurrence

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Look(NamedTuple):
    """All runs at one step, [R, ...]; of a `Course`, one run at all looks, [T, ...].

    finite: whether weights and samples are. counts: of own draws, how many lie in each mode, [K]. spread: within modes,
    over the true one. distance: sliced Wasserstein to fresh real draws, in standard deviations of the data.
    sample: G at z that never change, in the same unit, [F]. jump: root mean square move of it in a step of G that follows.
    size: the larger of the norms of weights of G and of D, over those at the first look. same_g, same_d: whether weights
    are equal bit for bit to those at the look before, False at the first.
    area: rank AUC of D, fresh real draws against G's; area_known: real samples of its last batches against G's.
    real_side, fake_side: shares beyond the decision value, lean: mean logit less that value; NaN where there is none.
    excess: D's loss on these draws over that of a blind one; NaN where that has no positive value.
    logit_scale: standard deviation of D's logits on points that never change; logit_spread: on real and G's draws.
    """

    finite: Bools
    counts: Ints
    spread: Floats
    distance: Floats
    sample: Floats
    jump: Floats
    size: Floats
    same_g: Bools
    same_d: Bools
    area: Floats
    area_known: Floats
    real_side: Floats
    fake_side: Floats
    lean: Floats
    excess: Floats
    logit_scale: Floats
    logit_spread: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """What only the end of a run shows.

    counts: as of a look, of more draws. draws: how many. probe_area, probe_spread: rank AUC and spread of the logits
    of a fresh discriminator. own_move, other_move: how far G moves against a D that stands still, by its own loss and by
    the non-saturating one, in standard deviations of the data. recurrence: of G's last steps; orbit: of the weights of
    a game of two. radius: spectral, of the step's Jacobian; NaN where it is not taken.
    """

    counts: Ints
    draws: int
    probe_area: float
    probe_spread: float
    own_move: float
    other_move: float
    recurrence: Recurrence | None = None
    orbit: Orbit | None = None
    radius: float = np.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """planned: generator steps of the run. step: of each look, [T]. look: every field [T, ...]. draws: samples of a
    look. weights: true shares of the modes, [K]; empty where none are known. is_point: the data are a point mass.
    """

    planned: int
    step: Ints
    look: Look
    end: End
    draws: int
    weights: Floats
    is_point: bool = False
    diverged_at: int | None = None

    def __post_init__(self) -> None:
        assert all(len(values) == len(self.step) for values in self.look)

    def at(self, chosen: Bools) -> Self:
        """Only these looks, [T]."""
        return replace(self, step=self.step[chosen], look=Look._make(values[chosen] for values in self.look))

    def after(self, share: float) -> Self:
        """The looks later than this share of what was trained."""
        return self.at(self.step > share * self.step[-1]) if len(self.step) else self

    def alive(self) -> Self:
        """The looks at which the run had not left and was finite."""
        left = np.inf if self.diverged_at is None else self.diverged_at
        return self.at((self.step <= left) & self.look.finite)


def stacked(looks: list[Look], replica: int) -> Look:
    """One run at all looks."""
    return Look(*(np.stack([values[replica] for values in column]) for column in zip(*looks, strict=True)))
