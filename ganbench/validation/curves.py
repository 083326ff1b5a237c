"""What a detector's own statistic would allow at other thresholds, and what its abstentions buy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from ganbench.detect import KINDS
from ganbench.detect.signals import Bools, Floats
from ganbench.validation.answers import Answer
from ganbench.validation.areas import Area, area_of
from ganbench.validation.margins import margins
from ganbench.validation.share import Share


@dataclass(frozen=True, slots=True)
class Curve:
    """Of one kind, over the runs of which truth is sure and of which the detector has a value.

    area: AUROC of the value (see `margins`). hits, alarms: the operating point, shares of the runs in which the kind
    is present, and absent, in which the detector fires. left_out: runs of which truth is sure and that have no value.
    """

    kind: str
    area: Area
    hits: Share
    alarms: Share
    left_out: int


@dataclass(frozen=True, slots=True)
class Risk:
    """Of one kind, over the runs of which truth is sure. answered: fired or clear; wrong: of those.

    surest: wrong ones in the half of the answers with a value that lies farthest from the threshold, by factors.
    """

    kind: str
    answered: Share
    wrong: Share
    surest: Share


def curves(answers: Sequence[Answer], *, rng: Generator) -> list[Curve]:
    return [_curve(kind, answers, rng) for kind in KINDS]


def risks(answers: Sequence[Answer]) -> list[Risk]:
    return [_risk(kind, answers) for kind in KINDS]


def _curve(kind: str, answers: Sequence[Answer], rng: Generator) -> Curve:
    from scipy.stats import rankdata

    sure = _sure(kind, answers)
    values = margins([one.findings[kind] for one in sure])
    known = ~np.isnan(values)
    present, fired = _present(kind, sure)[known], _fired(kind, sure)[known]
    # Ranks, so that infinite values count.
    area = area_of(kind, np.asarray(rankdata(values[known]), float), present, rng=rng)
    return Curve(kind, area, Share.of(fired[present]), Share.of(fired[~present]), int((~known).sum()))


def _risk(kind: str, answers: Sequence[Answer]) -> Risk:
    sure = _sure(kind, answers)
    answered = np.array([one.findings[kind].status in ("fired", "clear") for one in sure], bool)
    wrong = _present(kind, sure) != _fired(kind, sure)
    distance = _distance(margins([one.findings[kind] for one in sure]))
    valued = np.flatnonzero(answered & ~np.isnan(distance))
    surest = valued[np.argsort(-distance[valued], kind="stable")][: len(valued) // 2]
    return Risk(kind, Share.of(answered), Share.of(wrong[answered]), Share.of(wrong[surest]))


def _distance(found: Floats) -> Floats:
    """|ln m|; infinite at and beyond the null value."""
    with np.errstate(divide="ignore"):
        return np.abs(np.log(np.maximum(found, 0.0)))


def _sure(kind: str, answers: Sequence[Answer]) -> list[Answer]:
    return [one for one in answers if one.state(kind) in ("present", "absent")]


def _present(kind: str, sure: Sequence[Answer]) -> Bools:
    return np.array([one.state(kind) == "present" for one in sure], bool)


def _fired(kind: str, sure: Sequence[Answer]) -> Bools:
    return np.array([one.fired(kind) for one in sure], bool)
