"""Runs in which a detector is wrong."""

from __future__ import annotations

from ganbench.validation.page.cells import Lines, Numbers
from ganbench.validation.phrases import table


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


def _pair(value: float | None, threshold: float | None) -> str:
    return _number(value) if threshold is None else f"{_number(value)} ({_number(threshold)})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"
