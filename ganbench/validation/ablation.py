"""Does every clause earn its place: each one dropped in turn, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from ganbench.validation.answers import Panel, Thresholds, healthy
from ganbench.validation.scores import coded, f1

NEVER, ALWAYS = -np.inf, np.inf

Section = Mapping[str, float]

_PERSISTENCE: Final = {"blocks": {"need": 1.0, "of": 2.0}}
_ANY_QUALITY: Final = {
    "quality": {
        "covered_share": ALWAYS,
        "high_quality": ALWAYS,
        "stuck_ratio": NEVER,
        "distance_ratio": NEVER,
        "mean_gap": NEVER,
    }
}


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition of a detector, in words, and thresholds by section at which it holds always.

    Of a second way to fire, at which it holds never.
    """

    kind: str
    words: str
    dropped: Mapping[str, Section]


def _clause(kind: str, words: str, **own: float) -> Clause:
    return Clause(kind, words, {kind: own})


CLAUSES: Final = (
    _clause("non-finite", "early sign: logits still grow", rise=NEVER),
    _clause("non-finite", "early sign, as a second way", logit=ALWAYS, growth=ALWAYS),
    _clause("vanishing-gradient", "D separates", auc=NEVER),
    _clause("vanishing-gradient", "attenuation", attenuation_warn=ALWAYS, collapse=ALWAYS),
    _clause("vanishing-gradient", "less than a collapse leaves", collapse=ALWAYS),
    _clause("vanishing-gradient", "not over, or long", lasting=NEVER),
    Clause("vanishing-gradient", "G has moved when the signal reached it", {"stagnation": {"pace": NEVER}}),
    _clause("vanishing-gradient", "G stands still (for an error)", update_floor=ALWAYS),
    _clause("vanishing-gradient", "attenuation far below (for an error)", attenuation_error=ALWAYS),
    Clause("vanishing-gradient", "four of five blocks", _PERSISTENCE),
    _clause("blind-discriminator", "more is told without D", gap=NEVER, neighbour_gap=NEVER),
    _clause("blind-discriminator", "neighbours tell nearly all", told=NEVER),
    _clause("blind-discriminator", "neighbours, as a second way", neighbour_gap=ALWAYS),
    _clause(
        "blind-discriminator",
        "outputs are narrow",
        **dict.fromkeys(("spread", "neighbour_spread", "flat", "relative_spread"), ALWAYS),
    ),
    _clause("blind-discriminator", "D does not swing", swing=ALWAYS),
    _clause("blind-discriminator", "over three evaluations", evaluations=NEVER),
    _clause("blind-discriminator", "flat outputs, as a third way", flat=NEVER, auc=NEVER),
    _clause("blind-discriminator", "not at the start", after=NEVER),
    Clause("blind-discriminator", "four of five blocks", _PERSISTENCE),
    _clause("exploding-gradient", "norm over its baseline", ratio=NEVER),
    _clause("exploding-gradient", "updates or outputs agree", update_ratio=NEVER),
    _clause("exploding-gradient", "norm far beyond, as a second way", z=ALWAYS),
    _clause("exploding-gradient", "wild outputs, as a second way", wild_spread=ALWAYS),
    _clause("exploding-gradient", "grown weights, as a second way", weights=ALWAYS),
    _clause("exploding-gradient", "thrown samples, as a second way", jump=ALWAYS),
    _clause("exploding-gradient", "not at the start", after=NEVER),
    Clause("exploding-gradient", "four of five blocks", _PERSISTENCE),
    _clause("mode-collapse", "modes are missing", partial=ALWAYS),
    _clause("mode-collapse", "three evaluations in a row", evaluations=1.0),
    _clause("mode-collapse", "a mode with few samples is missing", held=NEVER),
    _clause("mode-collapse", "a few samples on modes hold none", on_modes=NEVER),
    _clause("mode-collapse", "not at the start", after=NEVER),
    _clause("mode-hopping", "modes visited beyond those held", least=NEVER, share=NEVER),
    _clause("mode-hopping", "modes are lost and gained", moves=NEVER),
    _clause("mode-hopping", "a rare mode is not lost by chance", gone=ALWAYS),
    _clause("mode-hopping", "samples lie on modes", samples_per_mode=NEVER),
    _clause("mode-hopping", "wandering, as a second way", amplitude=ALWAYS),
    _clause("mode-hopping", "wandering: far in the data's unit", amplitude=NEVER),
    _clause("mode-hopping", "wandering: beyond the noise", drift=NEVER),
    _clause("mode-hopping", "wandering: without a period", score=ALWAYS),
    _clause("mode-hopping", "wandering: does not die out", ratio=NEVER),
    _clause("mode-hopping", "wandering: among the data", inside=ALWAYS),
    _clause("mode-hopping", "wandering: there and back", crossings=NEVER),
    _clause("mode-hopping", "not at the start", after=NEVER),
    _clause("limit-cycle", "amplitude", amplitude=NEVER, still=NEVER),
    _clause("limit-cycle", "cycle score", score=NEVER),
    _clause("limit-cycle", "the amplitude is kept", kept=NEVER, closed=NEVER),
    _clause("limit-cycle", "fast cycles in bursts, as a second way", bursts=ALWAYS),
    _clause("limit-cycle", "shows in the samples (for an error)", swing=NEVER),
    _clause("limit-cycle", "not at the start", after=NEVER),
    _clause("discriminator-dominance", "AUC", auc=NEVER),
    _clause("discriminator-dominance", "no improvement (for an error)", improvement=ALWAYS),
    Clause("discriminator-dominance", "bad samples (for an error)", _ANY_QUALITY),
    _clause("discriminator-dominance", "a lead that is over was long", lasting=NEVER),
    _clause("discriminator-dominance", "not at the start", after=NEVER),
    Clause("discriminator-dominance", "four of five blocks", _PERSISTENCE),
)


@dataclass(frozen=True, slots=True)
class Ablation:
    """F1 of the kind with all clauses and without this one, None where it is present in no run; and healthy runs with
    an error of this kind.
    """

    kind: str
    clause: str
    f1: float | None
    without: float | None
    errors: int
    errors_without: int


def ablation(panel: Panel, given: Thresholds) -> list[Ablation]:
    """Each clause alone is dropped; nothing is tuned again."""
    return [_ablated(panel, given, clause) for clause in CLAUSES]


def dropped(given: Thresholds, clause: Clause) -> Thresholds:
    """The thresholds without one clause."""
    return {section: {**values, **clause.dropped.get(section, {})} for section, values in given.items()}


def _ablated(panel: Panel, given: Thresholds, clause: Clause) -> Ablation:
    whole, errors = _judged(panel, given, clause.kind)
    without, errors_without = _judged(panel, dropped(given, clause), clause.kind)
    return Ablation(clause.kind, clause.words, whole, without, errors, errors_without)


def _judged(panel: Panel, given: Thresholds, kind: str) -> tuple[float | None, int]:
    column = panel.ask(kind, given)
    value = float(f1(coded(kind, panel.examples, column.fired)))
    sound = [healthy(example) for example in panel.examples]
    return (None if np.isnan(value) else value), int((column.grave & np.array(sound, bool)).sum())
