"""Better, worse, the same, or cannot tell: what a comparison says, in a word and in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ganbench.stats.comparison import Comparison
from ganbench.stats.significance import holm

Word = Literal["better", "worse", "same", "cannot tell"]
SEEDS: Final = (
    "Seeds that would tell are those if the observed rates are true: for a power of 80 %, or where they differ by less than "
    "the margin until the interval fits into it."
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`word` is about ours. p: adjusted by Holm for the family of so many comparisons.

    seeds: how many a cell would tell if the observed effect is true; None where it is told, where there are too few
    runs to plan by, and where more than were searched would.
    """

    word: Word
    comparison: Comparison
    p: float
    alpha: float
    family: int
    seeds: int | None

    @property
    def sentence(self) -> str:
        """The numbers, then what they say."""
        return f"{self.comparison.facts}; {_ending(self)}"

    def __str__(self) -> str:
        return self.sentence


def verdict(comparison: Comparison, *, alpha: float = 0.05) -> Verdict:
    """The verdict on one comparison alone. As `verdicts`."""
    return verdicts([comparison], alpha=alpha)[0]


def verdicts(comparisons: Sequence[Comparison], *, alpha: float = 0.05) -> tuple[Verdict, ...]:
    """The verdicts on a family of comparisons, their p values adjusted by Holm.

        better, worse   p < alpha, and the observed effect is the margin or more
        same            the interval of the effect lies inside the margin on both sides
        cannot tell     anything else, and whenever no outcome at these n could have p < alpha

    A large p is never "same". The interval decides "same" at its own confidence, which at 95 % is a test of
    equivalence at 2.5 % (Schuirmann 1987, doi:10.1007/BF01068419). Raises ValueError for an alpha outside (0, 1).
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha is {alpha}, expected a number between 0 and 1")
    adjusted = holm([one.significance.p for one in comparisons])
    return tuple(
        _verdict(one, p, alpha, len(comparisons)) for one, p in zip(comparisons, adjusted, strict=True)
    )


def _verdict(comparison: Comparison, p: float, alpha: float, family: int) -> Verdict:
    word = word_for(comparison, p, alpha=alpha)
    seeds = comparison.seeds(alpha / family) if word == "cannot tell" and comparison.plans else None
    return Verdict(word, comparison, p, alpha, family, seeds)


def word_for(comparison: Comparison, p: float, *, alpha: float) -> Word:
    """The word alone, for a p value that is adjusted already. As `verdicts`."""
    low, high = comparison.interval
    if p < alpha and abs(comparison.effect) >= comparison.margin:
        return "better" if comparison.effect > 0 else "worse"
    return "same" if -comparison.margin < low and high < comparison.margin else "cannot tell"


def _ending(found: Verdict) -> str:
    comparison = found.comparison
    if found.word == "same":
        return f"the same within {comparison.margin_text}"
    if found.word != "cannot tell":
        return f"{comparison.ours} is {found.word} ({comparison.significance.test}, {_chance(found)})"
    said = f"cannot tell{_reason(found)}"
    if not comparison.plans:
        return said
    seeds = "more seeds than were searched" if found.seeds is None else f"about {found.seeds} seeds a cell"
    return f"{said}; {seeds} would"


def _reason(found: Verdict) -> str:
    first_step = found.alpha / found.family
    if found.p < found.alpha:
        return f" whether it matters ({_chance(found)}, but perhaps less than {found.comparison.margin_text})"
    if not found.comparison.significance.could_reach(first_step):
        return f", no outcome at these n has p < {first_step:.2g}"
    return f" ({found.comparison.significance.test}, {_chance(found)})"


def _chance(found: Verdict) -> str:
    p = f"p = {found.p:.2g}" if found.p >= 1e-4 else "p < 0.0001"
    return p if found.family == 1 else f"{p} after Holm over {found.family}"
