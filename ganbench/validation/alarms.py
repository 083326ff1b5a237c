"""False alarms: errors in runs where nothing is wrong, or not yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ganbench.detect import KINDS, Table, diagnose_table
from ganbench.detect.detector import GRAVE
from ganbench.detect.diagnose import CERTIFICATE
from ganbench.validation.answers import Answer, Thresholds, healthy
from ganbench.validation.cases import NONE
from ganbench.validation.examples import Example
from ganbench.validation.rate import Rate, rate
from ganbench.validation.share import Share


@dataclass(frozen=True, slots=True)
class FalseErrors:
    """Healthy runs with an error or a fatal finding of any kind.

    plain: the same of healthy runs without a borderline label. kinds: how often each was named. runs: which runs,
    with their kinds.
    """

    share: Share
    plain: Share
    kinds: Mapping[str, int]
    bases: Mapping[str, int]
    runs: Mapping[str, tuple[str, ...]]


def false_errors(answers: Iterable[Answer]) -> FalseErrors:
    sound = [one for one in answers if healthy(one.example)]
    plain = [one for one in sound if not _borderline(one.example)]
    wrong = {str(one.example.run["run_id"]): one for one in sound if one.errors}
    return FalseErrors(
        Share.of(one.errors for one in sound),
        Share.of(one.errors for one in plain),
        dict(Counter(kind for one in wrong.values() for kind in one.errors).most_common()),
        dict(Counter(str(one.example.run["base"]) for one in wrong.values()).most_common()),
        {run: one.errors for run, one in wrong.items()},
    )


@dataclass(frozen=True, slots=True)
class FalseFindings:
    """Of healthy runs, findings of any severity; the certificate of convergence is none.

    runs: those with one. all: findings, each kind of a run one. errors: those of severity error or fatal.
    """

    runs: Share
    all: Rate
    errors: Rate


def false_findings(answers: Iterable[Answer], *, rng: Generator) -> FalseFindings:
    sound = [one for one in answers if healthy(one.example)]
    steps = [_steps(one.example.table) for one in sound]
    fired = [sum(one.fired(kind) for kind in KINDS if kind != CERTIFICATE) for one in sound]
    grave = [len(one.errors) for one in sound]
    return FalseFindings(Share.of(fired), rate(fired, steps, rng=rng), rate(grave, steps, rng=rng))


def errors_before(examples: Sequence[Example], given: Thresholds) -> Share:
    """Runs with an error on the rows before their fault was switched on, of those whose fault came later than step 0.

    Rows that were complete before the onset are what a live detector had seen then.
    """
    later = [one for one in examples if one.run["fault"] != NONE and int(one.run["onset"]) > 0]
    return Share.of(
        any(
            found.severity in GRAVE
            for found in diagnose_table(one.table.until(int(one.run["onset"]) - 1), given=given)
        )
        for one in later
    )


def _steps(table: Table) -> int:
    """Generator steps that a run has on record."""
    return int(table.last[-1]) + 1 - int(table.first[0]) if len(table) else 0


def _borderline(example: Example) -> bool:
    return any(label.state == "borderline" for label in example.truth.values())
