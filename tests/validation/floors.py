"""What the detectors have to reach, on made-up runs and on the kept part of the corpus: a broken one does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from ganbench.validation.alarms import false_errors
from ganbench.validation.answers import Answer
from ganbench.validation.share import Share


class Floor(NamedTuple):
    """Least recall, and least precision, of one kind."""

    recall: float
    precision: float


FLOORS: Final[Mapping[str, Floor]] = {
    "non-finite": Floor(0.85, 0.85),
    "vanishing-gradient": Floor(0.85, 0.80),
    "blind-discriminator": Floor(0.85, 0.80),
    "exploding-gradient": Floor(0.85, 0.80),
    "mode-collapse": Floor(0.85, 0.80),
    "mode-hopping": Floor(0.85, 0.80),
    "limit-cycle": Floor(0.85, 0.80),
    "discriminator-dominance": Floor(0.85, 0.80),
}
MOST_FALSE_ERRORS: Final = 0.02

KEPT_FLOORS: Final[Mapping[str, Floor]] = {
    "non-finite": Floor(0.95, 0.95),
    "wiring": Floor(0.95, 0.95),
    "exploding-gradient": Floor(0.93, 0.95),
    "gradient-spike": Floor(0.86, 0.68),
    "diverging-discriminator": Floor(0.95, 0.95),
    "blind-discriminator": Floor(0.75, 0.86),
    "one-sided-discriminator": Floor(0.95, 0.86),
    "frozen-network": Floor(0.85, 0.95),
    "vanishing-gradient": Floor(0.90, 0.92),
    "generator-dominance": Floor(0.83, 0.95),
    "mode-hopping": Floor(0.88, 0.89),
    "limit-cycle": Floor(0.76, 0.95),
    "mode-collapse": Floor(0.95, 0.94),
    "in-mode-collapse": Floor(0.79, 0.85),
    "discriminator-dominance": Floor(0.91, 0.95),
    "discriminator-overfitting": Floor(0.95, 0.95),
    "late-collapse": Floor(0.93, 0.91),
    "stagnation": Floor(0.93, 0.93),
}
"""A little below what was measured on the test part, docs/detectors-validation.md: they hold a detector where it is.
What it is to reach are the bars of `ganbench.validation.bars`.
"""
KEPT_MOST_FALSE_ERRORS: Final = 0.02


def short(
    answers: Sequence[Answer],
    floors: Mapping[str, Floor] = FLOORS,
    *,
    most_false_errors: float = MOST_FALSE_ERRORS,
) -> Iterator[str]:
    """Every floor that is not reached; a kind that is present in no run reaches none."""
    for kind, floor in floors.items():
        right = [one.fired(kind) for one in answers if one.state(kind) == "present"]
        wrong = [one.fired(kind) for one in answers if one.state(kind) == "absent"]
        recall, precision = Share.of(right), Share.counted(sum(right), sum(right) + sum(wrong))
        if (recall.value or 0.0) < floor.recall:
            yield f"{kind}: recall {recall.count} of {recall.n}, expected {floor.recall}"
        if (precision.value or 0.0) < floor.precision:
            yield f"{kind}: precision {precision.count} of {precision.n}, expected {floor.precision}"
    errors = false_errors(answers).share
    if errors.value is None or errors.value > most_false_errors:
        yield f"false errors in {errors.count} of {errors.n} healthy runs, expected at most {most_false_errors}"
