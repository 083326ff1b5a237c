"""Runs in which a detector is wrong, and what the certificate of convergence is worth."""

from __future__ import annotations

from typing import Final

from ganbench.validation.page.cells import Lines, Numbers
from ganbench.validation.phrases import table

STATES: Final = ("present", "absent", "borderline", "unknown")


def mistakes(numbers: Numbers) -> Lines:
    found = numbers["mistakes"]
    yield "## Missed and false, run by run"
    yield ""
    yield (
        "Of the first eight detectors. The detector's value is of what it reports, which may be another of its ways than "
        "the one that came nearest; truth's value is of the measure named."
    )
    yield ""
    rows = (
        (
            one["kind"],
            "missed" if one["missed"] else "false",
            f"`{one['run']}`",
            one["status"],
            _pair(one["value"], one["threshold"]),
            f"{one['measure']}: {_number(one['truth'])}",
        )
        for one in found
    )
    yield from table(("kind", "", "run", "answer", "value (threshold)", "truth"), rows)


def certificate(numbers: Numbers) -> Lines:
    found = numbers["certificate"]
    yield "## The certificate by level"
    yield ""
    yield (
        "The finding convergence fires from level 2, stationary, on; the scores above are of that. Counts of runs, by what "
        "truth says of convergence."
    )
    yield ""
    rows = ((level, *(str(of.get(state, 0)) for state in STATES)) for level, of in found.items())
    yield from table(("level", *STATES), rows)


def _pair(value: float | None, threshold: float | None) -> str:
    return _number(value) if threshold is None else f"{_number(value)} ({_number(threshold)})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"
