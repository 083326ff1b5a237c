"""Right alarm, wrong name: what was called what; and how often a detector did not answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ganbench.detect import KINDS
from ganbench.validation.answers import Answer, healthy, troubles
from ganbench.validation.share import Share

NOTHING: Final = "nothing"
UNNAMED: Final = "failed, no kind"


def confusion(answers: Iterable[Answer]) -> Mapping[str, Mapping[str, int]]:
    """Rows: the kinds that are present; columns: the first root cause found; counts of runs.

    A run with several kinds counts in the row of each. Rows and columns without a run are left out.
    """
    counts: dict[str, Counter[str]] = {}
    for one in answers:
        found = one.roots[0] if one.roots else NOTHING
        for row in _rows(one):
            counts.setdefault(row, Counter())[found] += 1
    order = (*KINDS, UNNAMED, NOTHING)
    return {
        row: dict(sorted(counts[row].items(), key=lambda pair: order.index(pair[0])))
        for row in order
        if row in counts
    }


def abstentions(answers: Sequence[Answer]) -> Mapping[str, Mapping[str, Share]]:
    """By kind: runs to which the detector does not apply, and runs with too little data for it."""
    return {
        kind: {
            status: Share.of(one.findings[kind].status == status for one in answers)
            for status in ("not applicable", "insufficient data")
        }
        for kind in KINDS
    }


def _rows(one: Answer) -> tuple[str, ...]:
    return troubles(one.example) or ((NOTHING,) if healthy(one.example) else (UNNAMED,))
