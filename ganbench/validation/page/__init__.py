"""The page about the validation: written from its numbers, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ganbench.validation.page import alarms, corpus, mistakes, rivals, scores, thresholds, times
from ganbench.validation.page.cells import Lines, Numbers

__all__ = ["page"]


def page(numbers: Numbers) -> str:
    """Markdown. numbers: of `study`, or of the JSON beside the page."""
    lines: list[str] = []
    for section in SECTIONS:
        lines += [*section(numbers), ""]
    return "\n".join(lines[:-1]) + "\n"


SECTIONS: Final[tuple[Callable[[Numbers], Lines], ...]] = (
    *(corpus.head, corpus.bars),
    *(scores.scores, scores.curves, scores.log),
    *(alarms.false_errors, mistakes.mistakes, scores.certificate),
    *(scores.confusion, alarms.abstentions, times.delays, times.doses),
    *(thresholds.ablation, thresholds.sensitivity, rivals.transplanted, rivals.learned),
    *(thresholds.tuning, thresholds.left_out, times.warning, alarms.synthetic, corpus.corpus),
)
