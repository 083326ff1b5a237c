"""What a test says: its p value, and the smallest p that it could have given at these numbers of runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Alternative = Literal["two-sided", "greater", "less"]
"""What the test looks for in ours against theirs; greater: ours has the larger values, or fails more often."""


@dataclass(frozen=True, slots=True)
class Significance:
    """attainable: the smallest p of any outcome at these numbers of runs. method: exact, or how far from it."""

    test: str
    p: float
    attainable: float
    method: str = "exact"

    def could_reach(self, alpha: float) -> bool:
        """Whether any outcome could have been significant. If not, the test cannot tell."""
        return self.attainable < alpha


def chosen(less: float, greater: float, alternative: Alternative) -> float:
    """The p value of an alternative from both tails; two-sided is twice the smaller, at most 1."""
    by = {"less": less, "greater": greater, "two-sided": 2 * min(less, greater)}
    if alternative not in by:
        raise ValueError(f"alternative is {alternative!r}, expected one of: {', '.join(by)}")
    return min(1.0, by[alternative])


def sides(alternative: Alternative) -> int:
    return 2 if alternative == "two-sided" else 1


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p values of a family of m tests, in the given order: a value below a keeps the family's error at a.

        p~_(i) = max over j <= i of min(1, (m - j + 1) p_(j)),  p_(1) <= ... <= p_(m)

    It holds whatever the dependence between tests. Holm 1979, jstor 4615733. Raises ValueError for a
    p value outside [0, 1].
    """
    if not all(0 <= p <= 1 for p in p_values):
        raise ValueError(f"p values are {list(p_values)}, expected all between 0 and 1")
    adjusted, worst = [0.0] * len(p_values), 0.0
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    for left, index in zip(range(len(p_values), 0, -1), order, strict=True):
        worst = max(worst, min(1.0, left * p_values[index]))
        adjusted[index] = worst
    return tuple(adjusted)
