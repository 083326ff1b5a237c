"""Truth of what D tells, beside what a fresh one can tell, and of what G learns from it."""

from __future__ import annotations

import numpy as np

from ganbench.validation.bounds import (
    BLIND,
    COSTLY,
    CREEPS,
    FLAT,
    FOOLED,
    FOOLED_OFTEN,
    GROWN,
    HALF,
    KNOWN,
    LATE,
    LEADS,
    LEAN,
    LEAST,
    MOVES,
    NEW,
    ONE_SIDED,
    SEPARATES,
    STEADY,
    THIRD,
    VANISHED,
)
from ganbench.validation.course import Course
from ganbench.validation.grading import both, graded, mean
from ganbench.validation.label import Label, State
from ganbench.validation.ranking import informative


def vanishing_gradient(course: Course) -> Label:
    """Against a D that separates and stands still G hardly moves, and would under the non-saturating loss."""
    end = course.end
    # A move without bounds is of a G that left; how far it would have got under another loss says nothing.
    ratio = end.other_move / max(end.own_move, 1e-12) if np.isfinite(end.own_move) else np.nan
    creeps = CREEPS.state(1 / max(end.own_move, 1e-12))
    can: State = "present" if end.other_move >= MOVES else "absent"
    state = both(VANISHED.state(ratio), creeps, SEPARATES.state(end.probe_area), can)
    measure = "moves of G under the non-saturating loss over those under its own"
    return graded(course, state, ratio, measure, course.look.area >= LEADS)


def discriminator_dominance(course: Course) -> Label:
    """A fresh D tells all samples from the data, so does the run's own, and G does not come nearer."""
    part = course.after(LATE)
    half = len(part.step) // 2
    if half < 2:
        return Label("unknown", measure="rank AUC of a fresh discriminator")
    first, last = (np.median(part.look.distance[chosen]) for chosen in (slice(None, half), slice(half, None)))
    leads: State = "present" if mean(part.look.area) >= LEADS else "absent"
    stuck: State = "present" if last > (1 - NEW) * first else "borderline"
    state = both(SEPARATES.state(course.end.probe_area), leads, stuck)
    return graded(
        course, state, course.end.probe_area, "rank AUC of a fresh discriminator", course.look.area >= LEADS
    )


def blind_discriminator(course: Course) -> Label:
    """A fresh D tells much more than the run's own, whichever way round, whose logits hardly differ, at all late looks."""
    part, end = course.after(LATE), course.end
    gap = end.probe_area - mean(informative(part.look.area))
    flat = end.probe_spread / max(mean(part.look.logit_spread), 1e-12)
    steady = 1 / max(float(np.std(part.look.area)), 1e-9) if len(part.step) else np.nan
    state = both(BLIND.state(gap), FLAT.state(flat), STEADY.state(steady))
    told = course.look.logit_spread <= end.probe_spread / FLAT.borderline
    return graded(course, state, gap, "rank AUC of a fresh discriminator less that of its own", told)


def one_sided_discriminator(course: Course) -> Label:
    """Confusion matrix of D on as many fresh real draws as draws of G, and how far its logits lean."""
    measure = "share of real and of generated samples that D puts on the same side"
    look = course.look
    if len(course.step) < LEAST or np.isnan(look.lean).all():
        state: State = "absent" if len(course.step) >= LEAST else "unknown"
        return Label(state, measure=measure)
    same = np.maximum(
        np.minimum(look.real_side, look.fake_side), 1 - np.maximum(look.real_side, look.fake_side)
    )
    late = course.step > LATE * course.step[-1]
    value = float(np.median(same[late]))
    state = both(ONE_SIDED.state(value), LEAN.state(float(np.median(np.abs(look.lean[late])))))
    return graded(
        course, state, value, measure, (same >= ONE_SIDED.borderline) & (np.abs(look.lean) >= LEAN.borderline)
    )


def generator_dominance(course: Course) -> Label:
    """How often D ranks G's samples above fresh real ones."""
    part = course.after(HALF)
    value = mean((part.look.area < FOOLED).astype(float))
    measure = "share of looks at which D ranks G's samples above fresh real ones"
    return graded(course, FOOLED_OFTEN.state(value), value, measure)


def diverging_discriminator(course: Course) -> Label:
    """D's loss over that of a blind one, where that is a level; else how far its logits have grown since 10 %."""
    part = course.after(THIRD)
    if len(part.step) < LEAST:
        return Label("unknown", measure="loss of D over that of a blind one")
    if np.isfinite(course.look.excess).any():
        value = float(np.median(np.nan_to_num(part.look.excess, nan=np.inf)))
        worse = course.look.excess >= COSTLY.borderline
        return graded(course, COSTLY.state(value), value, "loss of D over that of a blind one", worse)
    scale = course.look.logit_scale
    early = (
        scale[np.searchsorted(course.step, 0.1 * course.planned)]
        if course.step[-1] > 0.1 * course.planned
        else np.nan
    )
    grown = scale / max(early, 1e-12)
    value = float(np.median(grown[-LEAST:]))
    return graded(
        course, GROWN.state(value), value, "growth of D's logits on fixed points", grown >= GROWN.borderline
    )


def discriminator_overfitting(course: Course) -> Label:
    """Area on the real samples that D was shown last, less that on fresh ones."""
    gap = course.look.area_known - course.look.area
    value = mean(gap[course.step > LATE * course.step[-1]]) if len(course.step) else np.nan
    measure = "rank AUC of D on its last real batches less that on fresh real draws"
    return graded(course, KNOWN.state(value), value, measure, gap >= KNOWN.borderline)
