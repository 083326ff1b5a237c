"""What the detectors are to reach, and where they fall short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ganbench.validation.alarms import FalseErrors
from ganbench.validation.phrases import decimal, estimate, share
from ganbench.validation.scores import MacroF1, Score

FIRST_EIGHT: Final = (
    "non-finite",
    "vanishing-gradient",
    "blind-discriminator",
    "exploding-gradient",
    "mode-collapse",
    "mode-hopping",
    "limit-cycle",
    "discriminator-dominance",
)
MACRO_F1: Final = 0.90
RECALL: Final = 0.85
FALSE_ERRORS: Final = 0.02


def shortfalls(macro: MacroF1, scores: Sequence[Score], errors: FalseErrors) -> Iterator[str]:
    """Every bar that is not reached, in words with its number; a kind without a run has not reached it either."""
    if macro.value is None or macro.value < MACRO_F1:
        found = estimate(macro.value, macro.low, macro.high) if macro.kinds else "no kind is present"
        yield f"macro-F1 at least {decimal(MACRO_F1)}: {found}"
    by_kind = {one.kind: one.recall for one in scores}
    for kind in FIRST_EIGHT:
        recall = by_kind[kind]
        if recall.value is None or recall.value < RECALL:
            found = share(recall) if recall.n else "no run to find it in"
            yield f"recall of {kind} at least {decimal(RECALL)}: {found}"
    if errors.share.value is None or errors.share.value > FALSE_ERRORS:
        found = share(errors.share) if errors.share.n else "no healthy run"
        yield f"false errors in at most {100 * FALSE_ERRORS:g} % of the healthy runs: {found}"
