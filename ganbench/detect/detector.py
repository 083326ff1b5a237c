"""One detector: what it needs, whether it applies, and how it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ganbench.detect.baselines import median
from ganbench.detect.facts import Facts, known
from ganbench.detect.signals import Floats, Table
from ganbench.detect.spells import Spell
from ganbench.detect.thresholds import Limits, limits
from ganbench.records import Evidence, Finding, Severity

Network = Literal["generator", "discriminator", "both"]
Check = Callable[[Table, Mapping[str, Limits]], Finding]

EVALUATIONS = "evaluations."
SEVERITIES: tuple[Severity, ...] = ("info", "warn", "error", "fatal")
GRAVE: tuple[Severity, ...] = ("error", "fatal")


def applies_always(facts: Facts) -> str:  # noqa: ARG001  # the shared signature
    """No reason against it."""
    return ""


@dataclass(frozen=True, slots=True)
class Detector:
    """A pure function from a table to one finding.

    needs: names of signals, and `evaluations.NAME` of metrics; `a|b` is either. facts: fields of Facts
    that have to be known. applies: why the detector has nothing to say of such a run, else empty.
    check: (table, limits by section) -> finding; it is called only where all of that holds.
    null: what a sound run has, in words. false_positives: when to distrust it.
    """

    kind: str
    network: Network
    check: Check
    null: str
    false_positives: tuple[str, ...]
    needs: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    applies: Callable[[Facts], str] = applies_always

    def __call__(self, table: Table, given: Mapping[str, Limits] | None = None) -> Finding:
        """What is found in the table, by the shipped thresholds unless others are given."""
        if against := self.applies(table.facts) or self._missing(table):
            return not_applicable(self.kind, against)
        # NaN and inf are data here: what compares with them is False, and checks say so where it matters.
        with np.errstate(all="ignore"):
            return self.check(table, given or limits())

    def _missing(self, table: Table) -> str:
        lacking = [need for need in self.needs if not any(has(table, one) for one in need.split("|"))]
        unknown = [name for name in self.facts if not known([name], table.facts)]
        if lacking:
            return f"the table has no {', no '.join(need.replace('|', ' or ') for need in lacking)}"
        return f"not known of the run: {', '.join(unknown)}" if unknown else ""


def has(table: Table, name: str) -> bool:
    """Whether the table has a signal, or a metric named `evaluations.NAME`, with any value in it."""
    if name == EVALUATIONS + "mode_histogram":
        return table.evaluations.histogram is not None
    if name.startswith(EVALUATIONS):
        values = table.evaluations.values.get(name.removeprefix(EVALUATIONS))
        return values is not None and bool(np.isfinite(values).any())
    return name in table.signals and bool((table.signals[name].count > 0).any())


def not_applicable(kind: str, reason: str) -> Finding:
    return Finding(kind, "not applicable", reason)


def insufficient(kind: str, reason: str) -> Finding:
    return Finding(kind, "insufficient data", reason)


def clear(kind: str, reason: str, **numbers: Any) -> Finding:
    return Finding(kind, "clear", reason, **numbers)


def fired(kind: str, reason: str, spell: Spell, *, severity: Severity, **numbers: Any) -> Finding:
    """What has passed by the end of the table counts one grade less."""
    return Finding(
        kind,
        "fired",
        reason,
        severity=severity if spell.ongoing else lowered(severity),
        onset=spell.onset,
        last=spell.last,
        blocks_true=spell.true,
        blocks_seen=spell.seen,
        **numbers,
    )


def lowered(severity: Severity) -> Severity:
    return SEVERITIES[max(0, SEVERITIES.index(severity) - 1)]


def evidence(series: Mapping[str, Floats], spell: Spell) -> tuple[Evidence, ...]:
    """The median of each series over the rows of a spell. Series are [N], as what was judged."""
    return tuple(
        Evidence(name, spell.onset, spell.last, median(values[spell.rows]))
        for name, values in series.items()
        if np.isfinite(values[spell.rows]).any()
    )
