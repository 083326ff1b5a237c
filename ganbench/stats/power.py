"""Power of the exact tests of two failure rates, by enumeration of all outcomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, Literal

import numpy as np

from ganbench.stats.checks import share
from ganbench.stats.contingency import Table, boschloo_table, fisher_table
from ganbench.stats.rate_tests import mcnemar
from ganbench.stats.rates import PairedCount
from ganbench.stats.significance import Alternative

RateTest = Literal["fisher", "boschloo"]
TABLES: Final[dict[RateTest, Table]] = {"fisher": fisher_table, "boschloo": boschloo_table}
SEARCHED = 200  # seeds a cell, up to which `seeds_needed` looks


def rate_power(
    ours: float,
    theirs: float,
    *,
    n: int | tuple[int, int],
    test: RateTest = "boschloo",
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
) -> float:
    """The chance of p < alpha where the cells fail at rates `ours` and `theirs` in n runs each.

        sum over x1, x2 of Bin(x1; n1, p1) Bin(x2; n2, p2) [p(x1, x2) < alpha]

    greater: ours fails more often. With equal rates it is the false-alarm rate. n: runs a cell, or both.
    Raises ValueError for a rate outside [0, 1].
    """
    from scipy.stats import binom

    n1, n2 = (n, n) if isinstance(n, int) else n
    rejected = TABLES[test](n1, n2, alternative) < alpha
    first = binom.pmf(np.arange(n1 + 1), n1, share(ours, name="ours"))
    second = binom.pmf(np.arange(n2 + 1), n2, share(theirs, name="theirs"))
    return float(first @ rejected @ second)


def mcnemar_power(
    only_ours: float,
    only_theirs: float,
    *,
    n: int,
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
) -> float:
    """The chance of p < alpha over n seeds in common.

    only_ours, only_theirs: the chance that a seed fails in one cell only.

        sum over b, c of Multinomial(b, c; n, q1, q2) [p(b, c) < alpha]

    Raises ValueError for chances below 0 or above 1 together.
    """
    from scipy.stats import binom

    discordant = share(only_ours + only_theirs, name="only_ours + only_theirs")
    part = share(only_ours, name="only_ours") / discordant if discordant > 0 else 0.0
    share(only_theirs, name="only_theirs")
    total = 0.0
    for d, chance in enumerate(binom.pmf(np.arange(n + 1), n, discordant)):
        rejected = [p < alpha for p in _mcnemar_row(d, alternative)]
        total += float(chance) * float(binom.pmf(np.arange(d + 1), d, part)[rejected].sum())
    return total


@lru_cache(maxsize=2048)
def _mcnemar_row(discordant: int, alternative: Alternative) -> tuple[float, ...]:
    """p values by the seeds that failed in ours only."""
    return tuple(
        mcnemar(PairedCount(0, b, discordant - b, 0), alternative=alternative).p
        for b in range(discordant + 1)
    )


def seeds_needed(
    ours: float,
    theirs: float,
    *,
    power: float = 0.8,
    test: RateTest = "boschloo",
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
) -> int | None:
    """Seeds a cell that find the difference of these rates with this power, while one seed less does not.

    None: more than 200 a cell. Exact power rises in a saw-tooth, so that a few seeds less or more may be on
    the other side. Raises as `rate_power`.
    """

    def enough(n: int) -> bool:
        return rate_power(ours, theirs, n=n, test=test, alpha=alpha, alternative=alternative) >= power

    return None if ours == theirs else _crossing(enough)


def _crossing(enough: Callable[[int], bool]) -> int | None:
    """An n that is enough while n - 1 is not, by doubling and then halving."""
    short, found = 1, 2
    while not enough(found):
        if found == SEARCHED:
            return None
        short, found = found, min(2 * found, SEARCHED)
    while found - short > 1:
        middle = (short + found) // 2
        short, found = (short, middle) if enough(middle) else (middle, found)
    return found


def detectable_rate(
    theirs: float,
    *,
    n: int | tuple[int, int],
    power: float = 0.8,
    test: RateTest = "boschloo",
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
) -> float | None:
    """The smallest failure rate above `theirs` that n runs a cell find with this power, to three digits.

    The minimum detectable effect is its difference to `theirs`. None: not even a rate of 1. Raises as
    `rate_power`.
    """

    def found(rate: float) -> bool:
        return rate_power(rate, theirs, n=n, test=test, alpha=alpha, alternative=alternative) >= power

    if not found(1.0):
        return None
    low, high = share(theirs, name="theirs"), 1.0
    while high - low > 5e-4:
        middle = (low + high) / 2
        low, high = (low, middle) if found(middle) else (middle, high)
    return round(high, 3)


def power_table(
    pairs: Sequence[tuple[float, float]],
    ns: Sequence[int],
    *,
    test: RateTest = "boschloo",
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
) -> tuple[tuple[float, ...], ...]:
    """Power of each pair of rates (a row) at each number of runs a cell (a column)."""
    return tuple(
        tuple(rate_power(*pair, n=n, test=test, alpha=alpha, alternative=alternative) for n in ns)
        for pair in pairs
    )
