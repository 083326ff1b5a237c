"""The front door: every detector on one table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from ganbench.detect.catalogue import KINDS
from ganbench.detect.detector import GRAVE, Detector
from ganbench.detect.signals import Table
from ganbench.detect.thresholds import Limits, limits
from ganbench.records import Finding
from ganbench.registry import entry

CERTIFICATE: Final = "convergence"


def diagnose_table(
    table: Table, *, kinds: Iterable[str] = KINDS, given: Mapping[str, Limits] | None = None
) -> tuple[Finding, ...]:
    """One finding of each kind, in the order of the catalogue, of the rows that the table has.

    given: thresholds by section, the shipped ones by default. Pure: equal rows and facts give equal
    findings, live or afterwards. Raises UnknownName for a kind that is not registered.
    """
    used = limits() if given is None else given
    found = [detector(kind)(table, used) for kind in kinds]
    return tuple(withheld(one, found) if one.kind == CERTIFICATE else one for one in found)


def withheld(certificate: Finding, found: Iterable[Finding]) -> Finding:
    """No certificate beside an error: a run may be balanced and stand still because it is broken."""
    against = [one.kind for one in found if one.severity in GRAVE]
    if certificate.status != "fired" or not against:
        return certificate
    reason = f"withheld, because of {', '.join(against)}; else {certificate.reason}"
    return replace(certificate, status="clear", severity=None, reason=reason)


@cache
def detector(kind: str) -> Detector:
    """The registered detector of a kind. Raises UnknownName with the nearest one."""
    found: Detector = entry("detector", kind).load()
    return found
