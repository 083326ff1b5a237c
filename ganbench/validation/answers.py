"""What the detectors say of examples. A question that was asked before is not asked again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ganbench.detect import KINDS
from ganbench.detect.compose import compose
from ganbench.detect.diagnose import CERTIFICATE, detector, withheld
from ganbench.detect.signals import Bools
from ganbench.detect.thresholds import Limits, thresholds_hash
from ganbench.records import Finding
from ganbench.validation.examples import Example

Thresholds = Mapping[str, Limits]

FAILED: Final = "failed"  # the row of truth about the outcome; no kind of finding
GRAVE: Final = ("error", "fatal")

SHARED: Final = ("blocks", "baseline", "quality")
BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "discriminator-dominance": ("vanishing-gradient",),
    "in-mode-collapse": ("mode-collapse",),
    CERTIFICATE: ("blind-discriminator", "limit-cycle"),
}
"""Sections of thresholds that a detector reads beside its own and the shared ones."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Of one example: a finding of each kind, and the kinds of the root causes, first causes first."""

    example: Example
    findings: Mapping[str, Finding]
    roots: tuple[str, ...]

    def fired(self, kind: str) -> bool:
        return self.findings[kind].status == "fired"

    def named(self, kind: str) -> bool:
        """Whether it is a root cause; the certificate, which is none, whether it is given."""
        return self.fired(kind) if kind == CERTIFICATE else kind in self.roots

    @property
    def errors(self) -> tuple[str, ...]:
        """Kinds of the findings of severity error or fatal."""
        return tuple(kind for kind, found in self.findings.items() if found.severity in GRAVE)

    def state(self, kind: str) -> str:
        """What truth says: present, absent, borderline or unknown; unknown where it says nothing."""
        return state(self.example, kind)


@dataclass(frozen=True, slots=True)
class Column:
    """Findings of one kind, and of each whether it fired, and whether it is an error or fatal: [runs]."""

    findings: tuple[Finding, ...]
    fired: Bools
    grave: Bools

    @classmethod
    def of(cls, findings: tuple[Finding, ...]) -> Column:
        fired = np.array([one.status == "fired" for one in findings], bool)
        grave = np.array([one.severity in GRAVE for one in findings], bool)
        return cls(findings, fired, grave)


class Panel:
    """Examples, with what each detector has said of them by each set of thresholds so far."""

    def __init__(self, examples: Iterable[Example]) -> None:
        self.examples = tuple(examples)
        self._said: dict[tuple[str, str], Column] = {}

    def ask(self, kind: str, given: Thresholds) -> Column:
        """The findings of one kind, one for each example, before any certificate is withheld."""
        read = {section: given[section] for section in (*SHARED, kind, *BESIDE.get(kind, ()))}
        asked = (kind, thresholds_hash(read))
        if asked not in self._said:
            one = detector(kind)
            self._said[asked] = Column.of(tuple(one(example.table, given) for example in self.examples))
        return self._said[asked]

    def answers(self, given: Thresholds) -> list[Answer]:
        """Of all kinds: what `diagnose_table` says of each example."""
        columns = [self.ask(kind, given).findings for kind in KINDS]
        rows = zip(*columns, strict=True)
        return [_answer(example, found) for example, found in zip(self.examples, rows, strict=True)]


def _answer(example: Example, found: Sequence[Finding]) -> Answer:
    told = [withheld(one, found) if one.kind == CERTIFICATE else one for one in found]
    causes = compose(told, steps=example.table.plan)
    return Answer(example, {one.kind: one for one in told}, tuple(cause.root.kind for cause in causes))


def state(example: Example, kind: str) -> str:
    """What truth says of a kind, or of `FAILED`; unknown where it says nothing."""
    label = example.truth.get(kind)
    return "unknown" if label is None else label.state


def troubles(example: Example) -> tuple[str, ...]:
    """Kinds that are truly present, in the order of explanation; the certificate is no trouble."""
    return tuple(kind for kind in KINDS if kind != CERTIFICATE and state(example, kind) == "present")


def healthy(example: Example) -> bool:
    """Nothing is present: no trouble, no failure."""
    return not troubles(example) and state(example, FAILED) != "present"
