"""The whole validation: from the two parts of the corpus to one tree of numbers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.random import Generator

from ganbench import seeding
from ganbench.detect import KINDS
from ganbench.detect.convergence import LEVELS
from ganbench.detect.diagnose import CERTIFICATE
from ganbench.detect.signals import Evaluations
from ganbench.detect.thresholds import limits, thresholds_hash
from ganbench.validation.ablation import ablation
from ganbench.validation.alarms import errors_before, false_errors, false_findings
from ganbench.validation.answers import FAILED, Answer, Panel, Thresholds, healthy, state
from ganbench.validation.bars import shortfalls
from ganbench.validation.confusion import abstentions, confusion
from ganbench.validation.curves import curves, risks
from ganbench.validation.delays import delays
from ganbench.validation.doses import responses
from ganbench.validation.examples import Example
from ganbench.validation.knobs import KNOBS, Knob
from ganbench.validation.learned import learned
from ganbench.validation.left_out import By, left_out
from ganbench.validation.mistakes import mistakes
from ganbench.validation.scores import macro_f1, score
from ganbench.validation.sensitivity import sensitivity
from ganbench.validation.split import TEST_SEEDS, TUNING_SEEDS, Split
from ganbench.validation.synthetic import LOGS, null_alarms
from ganbench.validation.transplanted import judged
from ganbench.validation.tuning import Tuned, tune
from ganbench.validation.warning import forecast

SCHEMA: Final = 3
SEED: Final = 0  # of the bootstraps
LEFT_OUT: Final[tuple[By, ...]] = ("base", "loss")

Numbers = dict[str, Any]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Study:
    """numbers: as JSON holds them. tuned: None where nothing was tuned."""

    numbers: Numbers
    tuned: Tuned | None


def study(
    parts: Split,
    *,
    tuning: bool,
    tell: Tell,
    leaving_out: bool = False,
    logs: int = LOGS,
    knobs: Sequence[Knob] = KNOBS,
) -> Study:
    """Tunes on the first part if asked to, then scores the second part, once.

    leaving_out: whether to tune once more without each base and each loss, and to score what was left out by that.
    logs: synthetic ones of each kind. knobs: what may be tuned. tell: gets a line before each longer part of the work.
    """
    panel = Panel(parts.tuning)
    tuned = None
    if tuning:
        tell(f"tuning on {len(parts.tuning)} runs")
        tuned = tune(panel, knobs=knobs)
    given = limits() if tuned is None else tuned.limits
    tell(f"scoring {len(parts.test)} runs by the thresholds {thresholds_hash(given)}")
    test = Panel(parts.test)
    answers = test.answers(given)
    found: Numbers = {
        "schema": SCHEMA,
        "corpus": _corpus(parts),
        "thresholds": {"hash": thresholds_hash(given), "tuned": tuning},
        "tuning": None if tuned is None else _changes(tuned),
        **_scored(answers, "scores"),
        "roots": _by_root(answers),
        "from the log alone": _from_the_log(parts.test, given),
        "false findings": false_findings(answers, rng=_rng("false findings")),
        "errors before the fault": errors_before(parts.test, given),
        "curves": curves(answers, rng=_rng("curves")),
        "risks": risks(answers),
        "mistakes": [*mistakes(answers)],
        "certificate": _levels(answers),
        "confusion": confusion(answers),
        "abstentions": abstentions(answers),
        "doses": responses(answers),
    }
    tell("delays, ablation, other thresholds, rules of other tools")
    found |= {
        "delays": delays(parts.test, given),
        "ablation": ablation(test, given),
        "sensitivity": sensitivity(test, given),
        "transplanted": judged(parts.test),
    }
    tell("learned baseline, early warning, synthetic logs")
    found |= {
        "learned": learned(parts.tuning, answers, rng=_rng("learned")),
        "warning": forecast(parts.tuning, parts.test, rng=_rng("warning")),
        "synthetic": null_alarms(given, logs=logs),
        "left out": _left_out(panel, test, tell, knobs) if leaving_out else None,
    }
    return Study(plain(found), tuned)


def plain(value: Any) -> Any:
    """As JSON holds it: records and mappings are objects, what is not finite is null."""
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _rng(name: str) -> Generator:
    return seeding.stream(SEED, "validation", name)


def _scored(answers: Sequence[Answer], name: str) -> Numbers:
    """Scores by kind, their mean, false errors, and what falls short of the bars."""
    scores = [score(kind, answers, rng=_rng(f"{name}/{kind}")) for kind in KINDS]
    macro, errors = macro_f1(answers, rng=_rng(name)), false_errors(answers)
    short = [*shortfalls(macro, scores, errors)]
    return {"scores": scores, "macro": macro, "false errors": errors, "shortfalls": short}


def _by_root(answers: Sequence[Answer]) -> Numbers:
    scores = [score(kind, answers, rng=_rng(f"roots/{kind}"), by="root") for kind in KINDS]
    return {"scores": scores, "macro": macro_f1(answers, rng=_rng("roots"), by="root")}


def _from_the_log(examples: Sequence[Example], given: Thresholds) -> Numbers:
    """The same runs without their evaluations: coverage cannot be read from samples then."""
    blinded = [replace(one, table=replace(one.table, evaluations=Evaluations())) for one in examples]
    return _scored(Panel(blinded).answers(given), "log")


def _levels(answers: Sequence[Answer]) -> dict[str, dict[str, int]]:
    """Runs at each level of the certificate, by what truth says of convergence; of runs that it judges at all."""
    found = {level: Counter[str]() for level in LEVELS}
    for one in answers:
        level = one.findings[CERTIFICATE].form
        if level in found:
            found[level][one.state(CERTIFICATE)] += 1
    return {level: dict(sorted(of.items())) for level, of in found.items()}


def _left_out(tuning: Panel, test: Panel, tell: Tell, knobs: Sequence[Knob]) -> Numbers:
    found: Numbers = {}
    for by in LEFT_OUT:
        tell(f"leaving out one {by} at a time")
        found[by] = left_out(tuning, test, by=by, rng=_rng(f"left out/{by}"), knobs=knobs)
    return found


def _changes(tuned: Tuned) -> Numbers:
    return {name: getattr(tuned, name) for name in ("changes", "before", "after", "runs", "hash")}


def _corpus(parts: Split) -> Numbers:
    everyone = [*parts.tuning, *parts.test]
    return {
        "runs": len(everyone),
        "healthy": sum(map(healthy, everyone)),
        "tuning": _part(parts.tuning, TUNING_SEEDS),
        "test": _part(parts.test, TEST_SEEDS),
        "bases": dict(sorted(Counter(str(one.run["base"]) for one in everyone).items())),
        "losses": dict(sorted(Counter(str(one.run["loss"]) for one in everyone).items())),
        "faults": dict(sorted(Counter(str(one.run["fault"]) for one in everyone).items())),
    }


def _part(examples: Sequence[Example], seeds: Collection[int]) -> Numbers:
    labels = Counter(label.state for one in examples for kind, label in one.truth.items() if kind in KINDS)
    return {
        "seeds": [min(seeds), max(seeds)],
        "runs": len(examples),
        "healthy": sum(map(healthy, examples)),
        "failed": sum(state(one, FAILED) == "present" for one in examples),
        "labels": dict(sorted(labels.items())),
    }
