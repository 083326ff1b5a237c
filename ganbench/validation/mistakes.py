"""Every run in which one of the first eight detectors is wrong, and how far both measurements are from their bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ganbench.validation.answers import Answer
from ganbench.validation.bars import FIRST_EIGHT


@dataclass(frozen=True, slots=True)
class Mistake:
    """missed: present by truth and not found; else found and absent. value, threshold: of the detector; truth: what was
    measured there. Each is None where there is none.
    """

    kind: str
    missed: bool
    run: str
    status: str
    value: float | None
    threshold: float | None
    truth: float | None
    measure: str


def mistakes(answers: Sequence[Answer]) -> Iterator[Mistake]:
    """By kind, misses first, in the order of the runs."""
    for kind in FIRST_EIGHT:
        for state in ("present", "absent"):
            for one in answers:
                if one.state(kind) == state and one.fired(kind) == (state == "absent"):
                    yield _mistake(one, kind, missed=state == "present")


def _mistake(one: Answer, kind: str, *, missed: bool) -> Mistake:
    found, label = one.findings[kind], one.example.truth[kind]
    run = str(one.example.run["run_id"])
    return Mistake(kind, missed, run, found.status, found.value, found.threshold, label.value, label.measure)
