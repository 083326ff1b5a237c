"""Dose response: a stronger fault is seen more often, and a fault that does nothing is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ganbench.validation.answers import Answer
from ganbench.validation.cases import NONE
from ganbench.validation.share import Share


@dataclass(frozen=True, slots=True)
class Response:
    """Runs of one fault at one dose. kind: what it is meant to provoke; took: truth says that it did; fired: found."""

    fault: str
    dose: float
    kind: str
    took: Share
    fired: Share


def responses(answers: Sequence[Answer]) -> list[Response]:
    """By fault, kind and dose. took counts runs of which truth is sure."""
    groups: dict[tuple[str, str, float], list[Answer]] = {}
    for one in answers:
        run = one.example.run
        if run["fault"] != NONE and run["meant"]:
            groups.setdefault((str(run["fault"]), str(run["meant"]), float(run["dose"])), []).append(one)
    return [
        Response(fault, dose, kind, _took(kind, runs), Share.of(one.fired(kind) for one in runs))
        for (fault, kind, dose), runs in sorted(groups.items())
    ]


def _took(kind: str, runs: Sequence[Answer]) -> Share:
    states = [one.state(kind) for one in runs]
    return Share.of(state == "present" for state in states if state in ("present", "absent"))
