"""Do thresholds carry to what they were not tuned on: one base, or one loss, is left out at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator

from ganbench.validation.alarms import false_errors
from ganbench.validation.answers import Answer, Panel
from ganbench.validation.knobs import KNOBS, Knob
from ganbench.validation.scores import MacroF1, macro_f1
from ganbench.validation.share import Share
from ganbench.validation.tuning import tune

By = Literal["base", "loss"]


@dataclass(frozen=True, slots=True)
class Group:
    """The test runs of one base or loss, judged by thresholds tuned without it. changes: thresholds that moved."""

    name: str
    runs: int
    macro: MacroF1
    errors: Share
    changes: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """All test runs, each judged by thresholds that were tuned without its base or loss; and the groups."""

    by: By
    macro: MacroF1
    errors: Share
    groups: tuple[Group, ...]


def left_out(tuning: Panel, test: Panel, *, by: By, rng: Generator, knobs: Sequence[Knob] = KNOBS) -> LeftOut:
    """Tuning is repeated from the shipped thresholds for every base, or loss, of the test part."""
    groups, everyone = [], list[Answer]()
    for name in sorted({str(one.run[by]) for one in test.examples}):
        rows = np.array([str(one.run[by]) != name for one in tuning.examples], bool)
        tuned = tune(tuning, rows=rows, knobs=knobs)
        answers = [one for one in test.answers(tuned.limits) if str(one.example.run[by]) == name]
        everyone += answers
        errors = false_errors(answers).share
        groups.append(Group(name, len(answers), macro_f1(answers, rng=rng), errors, len(tuned.changes)))
    return LeftOut(by, macro_f1(everyone, rng=rng), false_errors(everyone).share, tuple(groups))
