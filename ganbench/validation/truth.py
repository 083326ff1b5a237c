"""What truly happened in each run of a corpus, by other data, other functions and other bounds than any detector's.

Nothing here, nor what it imports, knows the detectors. The bounds stand in `bounds`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from ganbench.errors import UsageError
from ganbench.train.faults import FAULTS
from ganbench.train.training import Training
from ganbench.validation import of_discriminators, of_movement, of_samples
from ganbench.validation.bounds import FAR, HALF, JUNK, LEAST, PATH, RADIUS
from ganbench.validation.course import Course, End, Look, stacked
from ganbench.validation.ends import Walked, ends, walked
from ganbench.validation.grading import either
from ganbench.validation.label import Label, State
from ganbench.validation.observer import DRAWS, Observer
from ganbench.validation.target import Target
from ganbench.validation.twin import twin

Rule = Callable[[Course], Label]

RULES: Final[Mapping[str, Rule]] = {
    "exploding-gradient": of_movement.exploding_gradient,
    "diverging-discriminator": of_discriminators.diverging_discriminator,
    "blind-discriminator": of_discriminators.blind_discriminator,
    "one-sided-discriminator": of_discriminators.one_sided_discriminator,
    "frozen-network": of_movement.frozen_network,
    "vanishing-gradient": of_discriminators.vanishing_gradient,
    "generator-dominance": of_discriminators.generator_dominance,
    "mode-hopping": of_samples.mode_hopping,
    "limit-cycle": of_movement.limit_cycle,
    "mode-collapse": of_samples.mode_collapse,
    "in-mode-collapse": of_samples.in_mode_collapse,
    "discriminator-dominance": of_discriminators.discriminator_dominance,
    "discriminator-overfitting": of_discriminators.discriminator_overfitting,
    "late-collapse": of_samples.late_collapse,
    "stagnation": of_movement.stagnation,
    "convergence": of_movement.convergence,
}
BY_CONSTRUCTION: Final = ("wiring", "gradient-spike")
ROUND_THE_CIRCLE: Final = ("generator-dominance", "late-collapse")
"""On a circle D is overtaken half of the time, and G comes near the data and leaves them again."""
FAILED: Final = "failed"
UNDATED: Final = ("convergence", FAILED)
KINDS: Final = ("non-finite", *BY_CONSTRUCTION, *RULES, FAILED)
"""What every run has a label of."""


class Witness:
    """Looks at a training now and then, and says in the end what happened in each of its runs.

    To be made at step 0, before any fault is switched on. `look` is to be called at about 40 steps over the run, some of
    them in its last 512 iterations, and at the last step. Draws come from streams of `seed` of its own; nothing in
    the training changes, and no label depends on the neighbours of a run. Raises UsageError for runs with labels or
    packing.
    """

    def __init__(self, training: Training, *, seed: int) -> None:
        if training.game.conditioning.count or training.game.tricks.pack > 1:
            raise UsageError(
                "truth knows discriminators of single samples without labels",
                where="validation",
                hint="leave conditional and packing out of the corpus",
            )
        self.training = training
        self.targets = _targets(training, seed)
        self._observer = Observer(training, self.targets, seed=seed)
        self._steps: list[int] = []
        self._looks: list[Look] = []
        self._last: Walked | None = None

    def look(self) -> None:
        """Measure every run where it stands."""
        self._steps.append(self.training.step)
        self._looks.append(self._observer.look())
        left = (self.training.steps - self.training.step) // self.training.loop.schedule.g_steps
        if self._last is None and self.training.step > HALF * self.training.steps and left <= PATH:
            self._last = walked(self._observer, twin(self.training), iterations=left)

    def labels(self, *, onset: int | None, fault: str) -> list[dict[str, Label]]:
        """A label of each of `KINDS` for every run, after the last step.

        onset: the generator step at which `fault` was switched on, None for none; fault: its name, "none" for none.
        """
        courses = self.courses()
        return [judged(course, onset=onset, fault=fault) for course in courses]

    def courses(self) -> list[Course]:
        """What was measured of each run."""
        found = ends(self._observer, self._last)
        diverged_at = self.training.diverged_at()
        return [self._course(replica, found[replica], left) for replica, left in enumerate(diverged_at)]

    def _course(self, replica: int, end: End, diverged_at: int | None) -> Course:
        target = self.targets[replica]
        modes = target.modes
        weights = modes.weights if modes else np.zeros(0)
        look = stacked(self._looks, replica)
        return Course(
            planned=self.training.steps,
            step=np.array(self._steps),
            look=look._replace(counts=look.counts[:, : len(weights)]),
            end=end,
            draws=DRAWS,
            weights=weights,
            is_point=target.is_point,
            diverged_at=diverged_at,
        )


def judged(course: Course, *, onset: int | None, fault: str) -> dict[str, Label]:
    """A label of each of `KINDS`."""
    found = {"non-finite": of_movement.non_finite(course)}
    if found["non-finite"].state == "present":
        found |= _cut_short(course.alive())
    else:
        found |= {kind: rule(course) for kind, rule in RULES.items()}
        found |= {kind: _beside_a_cycle(found[kind], found["limit-cycle"]) for kind in ROUND_THE_CIRCLE}
        found[FAILED] = failed(course, found)
    meant = FAULTS[fault].meant if fault in FAULTS else ()
    found |= {kind: _constructed(kind in meant, onset, fault) for kind in BY_CONSTRUCTION}
    return {kind: found[kind] if kind in UNDATED else _dated(found[kind], onset) for kind in KINDS}


def failed(course: Course, found: Mapping[str, Label]) -> Label:
    """Whether the last generator misses modes, or makes samples that are far from the data."""
    measure = "sliced Wasserstein distance to fresh real draws, standard deviations of the data"
    if len(course.step) < LEAST:
        return Label("unknown", measure=measure)
    distance = float(np.median(course.look.distance[-LEAST:]))
    states = [found["mode-collapse"].state, FAR.state(distance)]
    if len(course.weights):
        states.append(JUNK.state(1 - course.end.counts.sum() / course.end.draws))
    if course.end.orbit is not None:
        states = [RADIUS.state(course.end.orbit.radius)]
    return Label(either(*states), None, distance, measure)


def _cut_short(course: Course) -> dict[str, Label]:
    """Of a run that was not finite any more: what it would have become, nobody knows."""
    exploded = RULES["exploding-gradient"](course)
    found = dict.fromkeys(RULES, Label("unknown", measure="the run was not finite to its end"))
    if exploded.state == "present":
        found["exploding-gradient"] = exploded
    found["convergence"] = Label("absent", measure="the run was not finite to its end")
    found[FAILED] = Label("present", None, 1.0, "the run was not finite to its end")
    return found


def _beside_a_cycle(label: Label, cycle: Label) -> Label:
    """What comes and goes on a circle is neither wrong nor right to say."""
    if label.state == "present" and cycle.state in ("present", "borderline"):
        return replace(label, state="borderline", onset=None)
    return label


def _constructed(so: bool, onset: int | None, fault: str) -> Label:  # noqa: FBT001  # the one thing it says
    state: State = "present" if so else "absent"
    return Label(state, onset if so else None, None, f"by construction: the fault '{fault}'")


def _dated(label: Label, onset: int | None) -> Label:
    """Nothing sets in before its fault, and with it what nothing else dates."""
    if label.state != "present" or onset is None:
        return label
    return replace(label, onset=max(label.onset or 0, onset))


def _targets(training: Training, seed: int) -> list[Target]:
    """One for each replica; replicas with the same data share theirs."""
    made = {id(dataset): Target(dataset, seed) for dataset in training.datasets}
    return [made[id(dataset)] for dataset in training.datasets]
