"""What the detectors say of examples. A question that was asked before is not asked again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ganbench.detect import KINDS
from ganbench.detect.compose import compose
from ganbench.detect.detector import GRAVE
from ganbench.detect.diagnose import CERTIFICATE, detector, withheld
from ganbench.detect.signals import Bools
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding
from ganbench.validation.examples import Example
from ganbench.validation.noted import Noted, Reads

Thresholds = Mapping[str, Limits]

FAILED: Final = "failed"  # the row of truth about the outcome; no kind of finding


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
    """Examples, with what each detector has said of each of them so far, and the thresholds that it read for it."""

    def __init__(self, examples: Iterable[Example]) -> None:
        self.examples = tuple(examples)
        self._told: dict[tuple[str, int], list[tuple[Reads, Finding]]] = {}
        self._read: dict[str, Reads] = {}
        self._columns: dict[tuple[object, ...], Column] = {}

    def ask(self, kind: str, given: Thresholds) -> Column:
        """The findings of one kind, one for each example, before any certificate is withheld."""
        if self._key(kind, given) not in self._columns:
            found = Column.of(tuple(self._finding(kind, row, given) for row in range(len(self.examples))))
            self._columns[self._key(kind, given)] = found  # by all that was read, now that it is known
        return self._columns[self._key(kind, given)]

    def reads(self, kind: str) -> frozenset[tuple[str, str]]:
        """Section and name of the thresholds that the detector of a kind has read for an example."""
        return frozenset(self._read.get(kind, ()))

    def _key(self, kind: str, given: Thresholds) -> tuple[object, ...]:
        return kind, *(given[section][name] for section, name in self._read.get(kind, ()))

    def _finding(self, kind: str, row: int, given: Thresholds) -> Finding:
        told = self._told.setdefault((kind, row), [])
        for read, finding in told:
            if all(given[section][name] == value for (section, name), value in read.items()):
                return finding
        noted = Noted(given)
        finding = detector(kind)(self.examples[row].table, noted)
        told.append((noted.read, finding))
        self._read.setdefault(kind, {}).update(noted.read)
        return finding

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
    """Kinds that are truly present, in the order of the catalogue; the certificate is no trouble."""
    return tuple(kind for kind in KINDS if kind != CERTIFICATE and state(example, kind) == "present")


def healthy(example: Example) -> bool:
    """Nothing is present: no trouble, no failure."""
    return not troubles(example) and state(example, FAILED) != "present"
