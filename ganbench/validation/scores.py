"""How often a detector is right: precision, recall, F1, and their mean over kinds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ganbench.detect import KINDS
from ganbench.stats.bootstrap import bootstrap
from ganbench.validation.answers import Answer, state
from ganbench.validation.examples import Example
from ganbench.validation.share import Share

Floats = NDArray[np.float64]
By = Literal["fired", "root"]

RESAMPLES: Final = 2_000
LEFT_OUT: Final = 4
"""Codes of a run: truth + 2 * found, so 0 neither, 1 missed, 2 false, 3 right; LEFT_OUT has no label to judge by."""


@dataclass(frozen=True, slots=True)
class Score:
    """Of one kind. present, absent: runs by truth; left_out: borderline or unknown.

    F1 = 2 tp / (2 tp + fp + fn), with a percentile bootstrap over runs within present and absent; None where
    nothing is present.
    """

    kind: str
    present: int
    absent: int
    left_out: int
    precision: Share
    recall: Share
    f1: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class MacroF1:
    """Mean F1 over the kinds that are present somewhere; value is None where none is."""

    value: float | None
    low: float | None
    high: float | None
    kinds: tuple[str, ...]
    runs: int


def score(kind: str, answers: Sequence[Answer], *, rng: Generator, by: By = "fired") -> Score:
    """by: a finding that fired counts as found, or only one that is a root cause."""
    codes = _codes(kind, answers, by)
    neither, missed, false, right, left_out = (int((codes == code).sum()) for code in range(5))
    value, low, high = _f1(codes, rng)
    return Score(
        kind,
        missed + right,
        neither + false,
        left_out,
        Share.counted(right, right + false),
        Share.counted(right, right + missed),
        value,
        low,
        high,
    )


def coded(kind: str, examples: Iterable[Example], found: Iterable[bool]) -> Floats:
    """[runs], the code of each."""
    truth = {"absent": 0.0, "present": 1.0}
    return np.array(
        [
            truth[label] + 2 * yes if (label := state(example, kind)) in truth else LEFT_OUT
            for example, yes in zip(examples, found, strict=True)
        ],
        float,
    )


def _codes(kind: str, answers: Sequence[Answer], by: By) -> Floats:
    found = (one.fired(kind) if by == "fired" else one.named(kind) for one in answers)
    return coded(kind, (one.example for one in answers), found)


def f1(codes: Floats) -> Floats:
    """[..., runs] to [...]; NaN where nothing is present."""
    missed, false, right = ((codes == code).sum(axis=-1) for code in (1, 2, 3))
    present = missed + right
    return np.where(present > 0, 2 * right / np.maximum(2 * right + false + missed, 1), np.nan)


def macro_f1(
    answers: Sequence[Answer], *, rng: Generator, by: By = "fired", kinds: Sequence[str] = KINDS
) -> MacroF1:
    """Runs are drawn again with all their kinds at once; a kind that a draw lacks is left out of its mean."""
    codes = np.array([_codes(kind, answers, by) for kind in kinds]).reshape(len(kinds), len(answers))
    there = [k for k in range(len(kinds)) if np.isin(codes[k], (1, 3)).any()]
    if not there:
        return MacroF1(None, None, None, (), len(answers))
    chosen = codes[there]
    runs = np.arange(len(answers), dtype=float)
    low, high = bootstrap([runs], lambda rows: mean_f1(chosen, rows), rng=rng, resamples=RESAMPLES)
    value = float(mean_f1(chosen, runs))
    return MacroF1(value, low, high, tuple(kinds[k] for k in there), len(answers))


def mean_f1(codes: Floats, rows: Floats) -> Floats:
    """Of codes [kinds, runs], over the runs `rows` [..., n], the mean over kinds that are present there: [...].

    0 where none is.
    """
    each = np.array([f1(one[rows.astype(int)]) for one in codes])
    known = np.isfinite(each)
    return np.asarray(np.where(known, each, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1))


def _f1(codes: Floats, rng: Generator) -> tuple[float | None, float | None, float | None]:
    strata = [found for pair in ((1, 3), (0, 2)) if (found := codes[np.isin(codes, pair)]).size]
    if not np.isin(codes, (1, 3)).any():
        return None, None, None
    low, high = bootstrap(strata, f1, rng=rng, resamples=RESAMPLES)
    return float(f1(codes)), low, high
