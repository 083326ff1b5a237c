"""Early warning: does the first quarter of training tell which runs will have failed at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.random import Generator

from ganbench.detect.baselines import median
from ganbench.detect.quality import covered_share
from ganbench.detect.signals import Bools, Floats, Table
from ganbench.validation.answers import FAILED, state
from ganbench.validation.areas import Area, area_of, auroc, filled
from ganbench.validation.cases import NONE
from ganbench.validation.examples import Example

QUARTER: Final = 0.25

Feature = Callable[[Table], float]


def _late(name: str) -> Feature:
    """Median of the last fifth of what there is."""

    def value(table: Table) -> float:
        series = table.signals.get(name)
        rows = len(table) // 5
        return float("nan") if series is None or not len(table) else median(series.mean[-max(1, rows) :])

    return value


def _log(feature: Feature) -> Feature:
    return lambda table: float(np.log10(max(feature(table), 1e-12)))


def _covered(table: Table) -> float:
    found = covered_share(table)
    finite = found[np.isfinite(found)] if found is not None else np.zeros(0)
    return float(finite[-1]) if len(finite) else float("nan")


def _spread(table: Table) -> float:
    real, found = table.facts.real_pairwise, _late("pairwise_distance")(table)
    return found / real if real else float("nan")


MODEL: Final[dict[str, Feature]] = {
    "AUC": _late("auc"),
    "share of steps in which D is fooled": _late("auc_low"),
    "log gradient norm of G": _log(_late("gradient_norm_g")),
    "log gradient norm of D": _log(_late("gradient_norm_d")),
    "log update ratio of G": _log(_late("update_ratio_g")),
    "distance of two samples over that of the data": _spread,
    "covered share of the modes": _covered,
}
BASELINES: Final[dict[str, Feature]] = {
    "last G loss": _late("loss_g"),
    "gradient norm of G": _late("gradient_norm_g"),
    "covered modes so far": _covered,
}


@dataclass(frozen=True, slots=True)
class Forecast:
    """failed, healthy: runs of the test part; trained: runs of the tuning part. left_out: test runs whose fault is
    switched on later than the quarter, which nothing can foresee, or whose outcome truth does not know.
    """

    failed: int
    healthy: int
    trained: int
    left_out: int
    areas: tuple[Area, ...]


def forecast(tuning: Sequence[Example], test: Sequence[Example], *, rng: Generator) -> Forecast:
    """A logistic regression on MODEL and each of BASELINES; what is fitted, directions included, is on `tuning`."""
    learnt, judged = ([one for one in part if _foreseeable(one)] for part in (tuning, test))
    known, truth = (_failed(part) for part in (learnt, judged))
    seen, shown = ([quarter(one.table) for one in part] for part in (learnt, judged))
    scores = {"logistic regression": _regression(_matrix(seen), known, _matrix(shown))}
    for name, feature in BASELINES.items():
        scores[name] = _directed(_column(feature, seen), known) * _column(feature, shown)
    areas = tuple(area_of(name, filled(values), truth, rng=rng) for name, values in scores.items())
    failed = int(truth.sum())
    return Forecast(failed, len(truth) - failed, len(learnt), len(test) - len(judged), areas)


def quarter(table: Table) -> Table:
    """The rows that were complete after a quarter of the planned steps."""
    return table.until(table.start + int(QUARTER * table.plan) - 1)


def _foreseeable(example: Example) -> bool:
    late = example.run["fault"] != NONE and int(example.run["onset"]) >= QUARTER * example.table.plan
    return not late and state(example, FAILED) in ("present", "absent")


def _failed(examples: Sequence[Example]) -> Bools:
    return np.array([state(one, FAILED) == "present" for one in examples], bool)


def _column(feature: Feature, tables: Sequence[Table]) -> Floats:
    with np.errstate(all="ignore"):
        return np.array([feature(table) for table in tables], float)


def _matrix(tables: Sequence[Table]) -> Floats:
    """[runs, features]"""
    return np.stack([_column(feature, tables) for feature in MODEL.values()], axis=1)


def _regression(x: Floats, failed: Bools, shown: Floats) -> Floats:
    """Log odds of failing, [shown]; features are standardised on x, and missing ones are its mean."""
    if failed.all() or not failed.any():
        return np.zeros(len(shown))
    mean = np.array([np.mean(c[np.isfinite(c)]) if np.isfinite(c).any() else 0.0 for c in x.T])
    sd = np.array([np.std(c[np.isfinite(c)]) if np.isfinite(c).any() else 0.0 for c in x.T])
    scaled = [
        np.nan_to_num((one - mean) / np.where(sd > 0, sd, 1.0), posinf=0.0, neginf=0.0) for one in (x, shown)
    ]
    return np.asarray(_model().fit(scaled[0], failed).decision_function(scaled[1]))


def _model() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(class_weight="balanced", max_iter=1000)


def _directed(values: Floats, failed: Bools) -> float:
    """1 where high values go with failures in the tuning part, -1 where low ones do."""
    return -1.0 if failed.any() and not failed.all() and auroc(filled(values), failed) < 0.5 else 1.0
