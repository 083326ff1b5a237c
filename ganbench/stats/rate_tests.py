"""Tests of two failure rates: Fisher and Boschloo for seeds of their own, McNemar for seeds in common."""

from __future__ import annotations

from ganbench.stats.contingency import boschloo_table, fisher_values
from ganbench.stats.rates import Count, PairedCount, require_counts, require_pairs
from ganbench.stats.significance import Alternative, Significance, chosen, sides


def fisher(ours: Count, theirs: Count, *, alternative: Alternative = "two-sided") -> Significance:
    """Fisher's exact test: does one cell fail more often? Conditional on the failures in both together.

        p(x) = C(n1, x) C(n2, f - x) / C(n1 + n2, f),  f failures in all

    Two-sided sums the tables that are at most as likely. Conservative at few runs; Boschloo's test is
    never less powerful. Fisher 1935. Raises ValueError for counts that no experiment gives.
    """
    require_counts(ours, theirs)
    failed = ours.failed + theirs.failed
    values = fisher_values(ours.n, theirs.n, failed, alternative)
    # The least likely tables are those where one cell failed always and the other never.
    extremes = [fisher_values(ours.n, theirs.n, n, alternative).min() for n in (ours.n, theirs.n)]
    return Significance(
        "Fisher", float(values[ours.failed - max(0, failed - theirs.n)]), float(min(extremes))
    )


def boschloo(ours: Count, theirs: Count, *, alternative: Alternative = "two-sided") -> Significance:
    """Boschloo's exact unconditional test: Fisher's p as a statistic, at the worst common failure rate.

        p = max over pi of P(F(X1, X2) <= F(x1, x2)),  X1 ~ Bin(n1, pi), X2 ~ Bin(n2, pi)

    pi runs over 400 values; two-sided is twice the smaller of both sides. All outcomes of both cells are
    gone through: seconds for 200 runs each, minutes for 1,000. Boschloo 1970,
    doi:10.1111/j.1467-9574.1970.tb00104.x. Raises as `fisher`.
    """
    require_counts(ours, theirs)
    found = boschloo_table(ours.n, theirs.n, alternative)
    return Significance("Boschloo", float(found[ours.failed, theirs.failed]), float(found.min()))


def mcnemar(pairs: PairedCount, *, alternative: Alternative = "two-sided") -> Significance:
    """McNemar's exact test for seeds in common: of the seeds that failed in one cell only, is it ours?

        P(B >= only ours),  B ~ Bin(only ours + only theirs, 1/2)

    Two-sided is twice the smaller tail. McNemar 1947, doi:10.1007/BF02295996. Raises ValueError for
    negative counts.
    """
    from scipy.stats import binom

    require_pairs(pairs)
    ours, discordant = pairs.only_ours, pairs.only_ours + pairs.only_theirs
    p = chosen(
        float(binom.cdf(ours, discordant, 0.5)), float(binom.sf(ours - 1, discordant, 0.5)), alternative
    )
    return Significance("McNemar", p, min(1.0, sides(alternative) * 0.5**pairs.n))
