"""The bounds of truth, fixed before any detector ran on the corpus.

From the first on a kind is present, from the second on a run is borderline: neither one nor the other.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ganbench.validation.label import State


class Bound(NamedTuple):
    """Of a value that is bad when it is high."""

    present: float
    borderline: float

    def state(self, value: float) -> State:
        """Unknown for NaN."""
        if np.isnan(value):
            return "unknown"
        return "present" if value >= self.present else "borderline" if value >= self.borderline else "absent"


# Occupancy. A mode is held from 10 % of its weight on, and gone below 2 %.
HELD: Final = 0.10
GONE: Final = 0.02
SURE: Final = 0.01  # level of the binomial tests
MISSED = Bound(0.10, 0.01)  # share of the modes
HOPPED = Bound(0.20, 0.10)  # share of the modes, visited and not held; and as many lost, and as many gained
THIN = Bound(2.0, 1.6)  # true deviation within a mode over that of the samples
JUNK = Bound(0.5, 0.35)  # share of the samples that lie in no mode

# Distance to the data, in their standard deviations.
FAR = Bound(0.30, 0.20)
WORSE = Bound(2.0, 1.4)  # times the best that there was, and by so much:
WORSE_BY = Bound(0.10, 0.05)
NEW: Final = 0.05  # gain over the last fifth, as a share, from which on G improves

# Movement.
JUMP = Bound(2.0, 0.5)  # of G in one step, standard deviations of the data
GROWTH = Bound(10.0, 5.0)  # of weights, times those at first
STILL = Bound(50.0, 20.0)  # 1 / displacement of G over the last 30 %: less than .02, .05 deviations
RETURNED = Bound(0.5, 0.35)  # share of the largest displacement that a period takes back
WIDE: Final = 0.10  # amplitude of a cycle, standard deviations of the data
KEPT = Bound(0.7, 0.5)  # amplitude late over early
ORBIT = Bound(0.95, 0.80)  # radius late over early, of a game of two weights
TURNS = Bound(1.0, 0.25)  # within the path, of a game of two weights
RADIUS = Bound(0.30, 0.10)  # of the last orbit, in a game of two weights
FROZEN = Bound(1.0, 0.5)  # share of late looks at which the weights of a player had not changed
AT_DATA = Bound(100.0, 10.0)  # 1 / radius, of a game of two weights that has converged
EVEN = Bound(0.50, 0.25)  # 1 - largest relative error of a mode's share, of a run that has converged

# Discriminators, by rank AUC of fresh draws.
SEPARATES = Bound(0.99, 0.97)  # a fresh one
BAD = Bound(0.90, 0.80)  # a fresh one, of samples that are not good
LEADS: Final = 0.95  # the run's own, of a D that dominates
VANISHED = Bound(10.0, 3.0)  # moves under the non-saturating loss over moves under its own
CREEPS = Bound(10.0, 2.0)  # 1 / move of G under its own loss, 1 / standard deviations of the data
MOVES: Final = 0.05  # least move of G that the other loss has to bring about
BLIND = Bound(0.30, 0.20)  # area of a fresh one less that of the run's own
STEADY = Bound(10.0, 6.0)  # 1 / deviation of the own area over the late looks: one that is blind stays so
FLAT = Bound(10.0, 4.0)  # spread of logits of a fresh one over that of the run's own
FOOLED: Final = 0.45  # area below which D ranks fakes above real samples
FOOLED_OFTEN = Bound(0.25, 0.10)  # share of the looks
ONE_SIDED = Bound(0.95, 0.90)  # share of either kind on the same side
LEAN = Bound(0.20, 0.05)  # of the mean logit to that side
COSTLY = Bound(2.0, 1.3)  # D's loss over a blind one's, at half of the looks
GROWN = Bound(50.0, 10.0)  # scale of logits on fixed points over that at 10 %, where blind is no level
KNOWN = Bound(0.06, 0.03)  # area on its last real batches less that on fresh ones
LEVEL = Bound(0.40, 0.25)  # 1 - area of a fresh one, of a run that has converged
AT_REST = Bound(0.90, 0.50)  # share of the late looks at which D is balanced: within
BALANCED: Final = 0.10  # area from 1/2, of a D at rest

LATE, PLATEAU, HALF, THIRD = 0.8, 0.7, 0.5, 2 / 3  # shares of a run after which it is looked at
LEAST: Final = 3  # looks that a rule needs
PATH: Final = 512  # iterations at the end of a run that are looked at one by one
