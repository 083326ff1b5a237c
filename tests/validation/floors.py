"""What the detectors have to reach on the kept part of the corpus: a broken one does not."""

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


def short(answers: Sequence[Answer]) -> Iterator[str]:
    """Every floor that is not reached; a kind that is present in no run reaches none."""
    for kind, floor in FLOORS.items():
        right = [one.fired(kind) for one in answers if one.state(kind) == "present"]
        wrong = [one.fired(kind) for one in answers if one.state(kind) == "absent"]
        recall, precision = Share.of(right), Share.counted(sum(right), sum(right) + sum(wrong))
        if (recall.value or 0.0) < floor.recall:
            yield f"{kind}: recall {recall.count} of {recall.n}, expected {floor.recall}"
        if (precision.value or 0.0) < floor.precision:
            yield f"{kind}: precision {precision.count} of {precision.n}, expected {floor.precision}"
    errors = false_errors(answers).share
    if errors.value is None or errors.value > MOST_FALSE_ERRORS:
        yield f"false errors in {errors.count} of {errors.n} healthy runs, expected at most {MOST_FALSE_ERRORS}"
