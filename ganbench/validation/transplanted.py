"""Rules of other tools, written anew and put on the same runs: what they say of healthy ones, and what they find.

None of them was made for GANs; the numbers say how far they carry, not how good they are where they come from.
Step by step they read the bursts, which hold every step of a stretch; otherwise the windows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ganbench.detect.signals import Floats, Table
from ganbench.validation.answers import healthy
from ganbench.validation.examples import Example
from ganbench.validation.share import Share

ACCURACIES: Final = 50  # an accuracy each, as an epoch's, of so many equal stretches of a run


@dataclass(frozen=True, slots=True)
class Rule:
    """fires: whether anything in a run sets it off; None where the run has not what it reads."""

    name: str
    words: str
    source: str
    fires: Callable[[Table], bool | None]


@dataclass(frozen=True, slots=True)
class Judged:
    """false_alarms: of the healthy runs it applies to. recall: of those in which anything is wrong."""

    name: str
    words: str
    source: str
    false_alarms: Share
    recall: Share


def judged(examples: Sequence[Example]) -> list[Judged]:
    """Every rule on every run, a run counted once however often a rule fires in it."""
    return [_judged(rule, examples) for rule in RULES]


def _judged(rule: Rule, examples: Sequence[Example]) -> Judged:
    with np.errstate(all="ignore"):  # runs that diverge are among them
        said = [(healthy(one), rule.fires(one.table)) for one in examples]
    shares = [
        Share.of(fired for sound, fired in said if sound is wanted and fired is not None)
        for wanted in (True, False)
    ]
    return Judged(rule.name, rule.words, rule.source, *shares)


def spike(x: Floats, *, window: int = 10, ratio: float = 2.0) -> bool:
    """x exceeds the mean of the last `window` values, itself among them, by `ratio` times that mean, or is not finite."""
    if len(x) < 2 or not np.isfinite(x).all():
        return len(x) >= 2
    sums = np.convolve(x, np.ones(window))[: len(x)]
    mean = sums / np.minimum(np.arange(len(x)) + 1, window)
    over = x - mean
    return bool(((over > 0) & (over >= np.abs(ratio * mean)))[1:].any())


def beyond_start(first: Floats, rest: Floats, *, factor: float = 10.0) -> bool:
    """Some later magnitude is beyond `factor` times the greatest at the start."""
    start, later = (float(np.nanmax(np.abs(x), initial=0.0)) for x in (first, rest))
    return bool(len(first)) and later > factor * start


def outlier(x: Floats, *, window: int = 30, sigma: float = 3.0) -> bool:
    """A value is more than `sigma` standard deviations from the mean of the `window` before it."""
    if len(x) <= window:
        return False
    before = sliding_window_view(x[:-1], window)
    return bool((np.abs(x[window:] - before.mean(axis=1)) > sigma * before.std(axis=1)).any())


def oscillates(accuracy: Floats, *, swing: float = 0.03, rate: float = 0.2) -> bool:
    """Of the k-th local maximum and the k-th local minimum, so many pairs differ by `swing`: `rate` of the length."""
    if len(accuracy) < 3:
        return False
    here, before, after = accuracy[1:-1], accuracy[:-2], accuracy[2:]
    tops = here[(here >= before) & (here >= after)]
    bottoms = here[(here <= before) & (here <= after)]
    pairs = min(len(tops), len(bottoms))
    return bool((tops[:pairs] - bottoms[:pairs] >= swing).sum() >= rate * len(accuracy))


def accuracy(table: Table) -> Floats | None:
    """[W], of D at its decision value, real and fake samples in equal parts; None for critics."""
    if not {"real_logit_positive", "fake_logit_positive"} <= set(table.signals):
        return None
    real, fake = (table.signals[f"{kind}_logit_positive"].mean for kind in ("real", "fake"))
    found = (real + 1 - fake) / 2
    finite = found[np.isfinite(found)]
    return finite if len(finite) else None


def _raw(table: Table, name: str) -> Iterator[Floats]:
    return (burst.values[name] for burst in table.bursts if name in burst.values)


def _step_by_step(name: str, rule: Callable[[Floats], bool]) -> Callable[[Table], bool | None]:
    def fires(table: Table) -> bool | None:
        found = [rule(values) for values in _raw(table, name)]
        return any(found) if found else None

    return fires


def _beyond_start(*names: str) -> Callable[[Table], bool | None]:
    """Greatest magnitudes of windows; the start is the first hundred steps."""

    def fires(table: Table) -> bool | None:
        early = table.last < table.start + 100
        sizes = [
            np.fmax(np.abs(series.low), np.abs(series.high))
            for name in names
            if (series := table.signals.get(name)) is not None
        ]
        return any(beyond_start(size[early], size[~early]) for size in sizes) if sizes else None

    return fires


def _oscillates(table: Table) -> bool | None:
    found = accuracy(table)
    if found is None:
        return None
    parts = np.array_split(found, min(ACCURACIES, len(found)))
    return oscillates(np.array([part.mean() for part in parts]))


def _out_of_range(table: Table) -> bool | None:
    found = accuracy(table)
    return None if found is None else not 0.7 <= float(found[len(found) // 2 :].mean()) <= 0.8


def _extreme(name: str, beyond: Callable[[Floats, Floats], bool]) -> Callable[[Table], bool | None]:
    def fires(table: Table) -> bool | None:
        series = table.signals.get(name)
        there = series is not None and bool(np.isfinite(series.mean).any())
        return beyond(series.mean, series.high) if series is not None and there else None

    return fires


def _either(*rules: Callable[[Table], bool | None]) -> Callable[[Table], bool | None]:
    def fires(table: Table) -> bool | None:
        known = [said for rule in rules if (said := rule(table)) is not None]
        return any(known) if known else None

    return fires


NORMS: Final = ("gradient_norm_g", "gradient_norm_d")

RULES: Final = (
    Rule(
        "spike of the G loss",
        "above the mean of 10 steps by twice that mean",
        "Lightning, SpikeDetection",
        _step_by_step("loss_g", spike),
    ),
    Rule(
        "spike of the D loss",
        "above the mean of 10 steps by twice that mean",
        "Lightning, SpikeDetection",
        _step_by_step("loss_d", spike),
    ),
    Rule(
        "unexpectedly large loss",
        "10 times the greatest of the first 100 steps, either loss",
        "Megatron-LM, rerun state machine",
        _beyond_start("loss_d", "loss_g"),
    ),
    Rule(
        "unexpectedly large gradient",
        "10 times the greatest norm of the first 100 steps, either player",
        "Megatron-LM, rerun state machine",
        _beyond_start(*NORMS),
    ),
    Rule(
        "z-score",
        "3 standard deviations of the 30 steps before, either loss or G's gradient norm",
        "common practice",
        _either(*(_step_by_step(name, outlier) for name in ("loss_d", "loss_g", "gradient_norm_g"))),
    ),
    Rule(
        "oscillating accuracy of D",
        "maxima and minima .03 apart at a fifth of 50 stretches",
        "AutoTrainer, ol_judge",
        _oscillates,
    ),
    Rule(
        "accuracy of D out of 70 to 80 %",
        "mean over the last half",
        "Machine Learning Mastery, GAN failure modes",
        _out_of_range,
    ),
    Rule(
        "gradient norm above 100",
        "either player, any step",
        "Chintala et al. 2016, ganhacks",
        _either(*(_extreme(name, lambda _, high: bool((high > 100).any())) for name in NORMS)),
    ),
    Rule(
        "D loss near 0",
        "a window's mean between -.01 and .01",
        "Chintala et al. 2016, ganhacks",
        _extreme("loss_d", lambda mean, _: bool((np.abs(mean) < 0.01).any())),
    ),
    Rule(
        "vanishing gradient",
        "norm of G below 1e-7 in a window; the rule itself takes the mean size of a gradient's entries",
        "SageMaker Debugger, VanishingGradient",
        _extreme("gradient_norm_g", lambda _, high: bool((high < 1e-7).any())),
    ),
    Rule("always", "fires in every run", "the null", lambda _: True),
)
