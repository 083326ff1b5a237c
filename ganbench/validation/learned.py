"""A learned baseline: gradient boosting for each kind on features of a run, instead of rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.random import Generator

from ganbench.detect import KINDS
from ganbench.detect.diagnose import CERTIFICATE
from ganbench.detect.signals import Bools, Floats
from ganbench.stats.bootstrap import Rows, bootstrap
from ganbench.validation.answers import Answer, healthy, state
from ganbench.validation.examples import Example
from ganbench.validation.features import features
from ganbench.validation.scores import RESAMPLES, coded, f1, mean_f1
from ganbench.validation.share import Share

LEAST: Final = (
    4  # runs with and without a kind in the tuning part; with fewer the model says that it is absent
)
SEED: Final = 0


@dataclass(frozen=True, slots=True)
class Spread:
    """A value with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Learned:
    """f1: by kind, None where the test part has none. macro: over the kinds that it has.

    difference: macro-F1 of the detectors less that of the model, on runs drawn together; its low end above 0 is a
    win of the detectors, its high end below 0 one of the model. Both are None where no kind is present.
    false_alarms: healthy runs that the model calls anything but converged. unlearnt: kinds with too few runs.
    """

    f1: Mapping[str, float | None]
    macro: Spread | None
    difference: Spread | None
    false_alarms: Share
    unlearnt: tuple[str, ...]


def learned(tuning: Sequence[Example], answers: Sequence[Answer], *, rng: Generator) -> Learned:
    """Trained on the tuning part, scored on the runs that the detectors gave `answers` about."""
    test = [one.example for one in answers]
    x, seen = (np.array([features(one.table) for one in part]) for part in (tuning, test))
    said = {kind: _predicted(kind, tuning, x, seen) for kind in KINDS}
    found = {kind: np.zeros(len(test), bool) if one is None else one for kind, one in said.items()}
    theirs = {kind: coded(kind, test, found[kind]) for kind in KINDS}
    ours = {kind: coded(kind, test, (one.fired(kind) for one in answers)) for kind in KINDS}
    alarms = np.any([found[kind] for kind in KINDS if kind != CERTIFICATE], axis=0)
    return Learned(
        {kind: _number(f1(codes)) for kind, codes in theirs.items()},
        *_compared(theirs, ours, rng),
        Share.of(alarm for one, alarm in zip(test, alarms, strict=True) if healthy(one)),
        tuple(kind for kind, one in said.items() if one is None),
    )


def _predicted(kind: str, tuning: Sequence[Example], x: Floats, seen: Floats) -> Bools | None:
    """Whether each of the runs `seen` [n, features] has the kind; None where there is too little to learn from."""
    states = np.array([state(one, kind) for one in tuning])
    known = np.isin(states, ("present", "absent"))
    y = states[known] == "present"
    if min(y.sum(), (~y).sum()) < LEAST:
        return None
    told = _telling(x[known])
    return np.asarray(_model().fit(x[known][:, told], y).predict(seen[:, told]), bool)


def _telling(x: Floats) -> Bools:
    """[features], those that are not the same, or missing, in all runs x [runs, features]."""
    low, high = np.fmin.reduce(x, axis=0), np.fmax.reduce(x, axis=0)
    return np.asarray(low < high)


def _model() -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=100, min_samples_leaf=5, class_weight="balanced", early_stopping=False, random_state=SEED
    )


def _compared(
    theirs: Mapping[str, Floats], ours: Mapping[str, Floats], rng: Generator
) -> tuple[Spread | None, Spread | None]:
    """Macro-F1 of the model, and that of the rules less it."""
    kinds = [kind for kind, codes in theirs.items() if np.isin(codes, (1, 3)).any()]
    if not kinds:
        return None, None
    model, rules = (np.array([codes[kind] for kind in kinds]) for codes in (theirs, ours))

    def gap(rows: Floats) -> Floats:
        return mean_f1(rules, rows) - mean_f1(model, rows)

    return _spread(lambda rows: mean_f1(model, rows), model.shape[1], rng), _spread(gap, model.shape[1], rng)


def _spread(of: Rows, runs: int, rng: Generator) -> Spread:
    rows = np.arange(runs, dtype=float)
    return Spread(float(of(rows)), *bootstrap([rows], of, rng=rng, resamples=RESAMPLES))


def _number(value: Floats) -> float | None:
    return None if np.isnan(value) else float(value)
