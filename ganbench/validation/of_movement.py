"""Truth of how the players move: too far, in circles, not at all, or to where they belong."""

from __future__ import annotations

import numpy as np

from ganbench.validation.bounds import (
    AT_DATA,
    AT_REST,
    BAD,
    BALANCED,
    EVEN,
    FROZEN,
    GROWTH,
    JUMP,
    KEPT,
    LATE,
    LEAST,
    LEVEL,
    ORBIT,
    PLATEAU,
    RADIUS,
    RETURNED,
    STILL,
    THIRD,
    TURNS,
    WIDE,
)
from ganbench.validation.course import Course
from ganbench.validation.grading import both, either, graded
from ganbench.validation.label import Label


def exploding_gradient(course: Course) -> Label:
    """What one more step does to G's samples, at some look; or how far weights have grown."""
    measure = "standard deviations of the data that G moves in one step"
    if not len(course.step):
        return Label("unknown", measure=measure)
    jump, growth = np.nan_to_num(course.look.jump, nan=np.inf, posinf=np.inf), course.look.size
    at = jump >= JUMP.present if jump.max() >= JUMP.present else growth >= GROWTH.present
    state = either(JUMP.state(float(jump.max())), GROWTH.state(float(growth.max())))
    onset = int(course.step[at.argmax()]) if state == "present" else None
    return Label(state, onset, float(jump.max()), measure)


def limit_cycle(course: Course) -> Label:
    """Whether the last steps return to where they were, as far out as before."""
    end = course.end
    if end.orbit is not None:
        turns = TURNS.state(end.orbit.turns)
        state = both(ORBIT.state(end.orbit.kept), RADIUS.state(end.orbit.radius), turns)
        if state == "present" and end.radius < 1 - 1e-6:
            state = "borderline"  # the step contracts near the equilibrium, which is far
        return graded(course, state, end.orbit.kept, "radius of the orbit late over early")
    measure = "share of the largest displacement of G that a period takes back"
    found = end.recurrence
    if found is None:
        return Label("unknown", measure=measure)
    if found.amplitude < WIDE:
        return Label("absent", None, 0.0, measure)
    returned = 1 - found.left
    return graded(course, both(RETURNED.state(returned), KEPT.state(found.kept)), returned, measure)


def stagnation(course: Course) -> Label:
    """How little G's samples move over the last 30 %, while a fresh D tells them from the data."""
    measure = "displacement of G over the last 30 %, standard deviations of the data"
    late = course.after(PLATEAU)
    if len(late.step) < LEAST:
        return Label("unknown", measure=measure)
    moved = np.sqrt(np.square(course.look.sample - course.look.sample[-1]).mean(axis=1))
    value = float(moved[course.step > PLATEAU * course.step[-1]].max())
    bad = BAD.state(course.end.probe_area)
    state = both(STILL.state(1 / max(value, 1e-9)), bad)
    return graded(course, state, value, measure, moved <= 1 / STILL.borderline)


def frozen_network(course: Course) -> Label:
    """Weights of a player that are the same bit for bit, at every look of the last third."""
    part = course.at(np.append(True, np.diff(course.step) > 0)) if len(course.step) else course
    late = part.step > THIRD * part.step[-1] if len(part.step) else np.zeros(0, bool)
    if late.sum() < LEAST:
        return Label("unknown", measure="looks at which weights had not changed")
    same = max(part.look.same_g, part.look.same_d, key=lambda of_player: of_player[late].mean())
    value = float(same[late].mean())
    # What is the same at a look has not changed since the one before.
    still = np.append(same[1:], same[-1])
    measure = "share of late looks at which weights had not changed"
    return graded(part, FROZEN.state(value), value, measure, still)


def convergence(course: Course) -> Label:
    """A fresh D tells hardly anything, every mode has its weight within a half, and the run's own D is at rest."""
    end, late = course.end, course.after(LATE)
    measure = "rank AUC of a fresh discriminator"
    if end.orbit is not None:
        state = AT_DATA.state(1 / max(end.orbit.radius, 1e-12))
        return graded(course, state, end.orbit.radius, "radius of the orbit")
    if course.is_point or len(late.step) < LEAST:
        return Label("unknown", measure=measure)
    at_rest = AT_REST.state(float(np.mean(np.abs(late.look.area - 0.5) <= BALANCED)))
    share = end.counts / max(end.counts.sum(), 1)
    off = np.abs(share / course.weights - 1).max(initial=0)
    state = both(LEVEL.state(1 - end.probe_area), at_rest, EVEN.state(1 - off))
    return graded(course, state, end.probe_area, measure)


def non_finite(course: Course) -> Label:
    """Weights or samples that are not finite, or a run that left for a loss or gradient that was not."""
    bad = ~course.look.finite
    steps = [int(course.step[bad.argmax()])] if bad.any() else []
    steps += [] if course.diverged_at is None else [course.diverged_at]
    measure = "steps with a weight, sample, loss or gradient that is not finite"
    return Label("present", min(steps), 1.0, measure) if steps else Label("absent", None, 0.0, measure)
