"""Truth of what G makes: which modes, how wide, how far from the data, and whether it was better before."""

from __future__ import annotations

import numpy as np

from ganbench.validation.bounds import (
    GONE,
    HELD,
    HOPPED,
    LEAST,
    MISSED,
    SURE,
    THIN,
    THIRD,
    WORSE,
    WORSE_BY,
)
from ganbench.validation.course import Bools, Course
from ganbench.validation.grading import both, graded, since
from ganbench.validation.label import Label


def _held(course: Course) -> Bools:
    """Whether each mode is held at each look, [T, K]; between held and gone it is what it was before."""
    share = course.look.counts / course.draws
    held = np.zeros(share.shape, bool)
    before = share[0] >= HELD * course.weights if len(share) else held
    for now, of in zip(held, share, strict=True):
        now[:] = (of >= HELD * course.weights) | (before & (of >= GONE * course.weights))
        before = now
    return held


def mode_collapse(course: Course) -> Label:
    """Modes with significantly less than 10 % of their weight, at the end and at the three looks before it."""
    from scipy.stats import binom

    measure = "share of the modes that 10,000 draws of G miss"
    if course.is_point:
        return Label("absent", measure="a point mass has one mode")
    if not len(course.weights) or len(course.step) < LEAST:
        return Label("unknown", measure=measure)
    level = HELD * course.weights
    missed = float(np.mean(binom.cdf(course.end.counts, course.end.draws, level) < SURE))
    unheld = float(np.mean(binom.sf(course.end.counts - 1, course.end.draws, level) >= SURE))
    held = _held(course)
    gone = 1 - held.mean(axis=1)
    before = MISSED.state(float(np.min(gone[-LEAST:])))
    state = MISSED.state(missed)
    if state == "absent" and MISSED.state(unheld) != "absent":
        state = "borderline"
    if state == "present" and before != "present":
        state = "borderline"
    return graded(course, state, missed, measure, gone >= MISSED.present)


def mode_hopping(course: Course) -> Label:
    """Modes that were held at some look of the last third, less those held at a time; and so many lost, and gained."""
    measure = "share of the modes held at times less that held at once"
    part = course.after(THIRD)
    if course.is_point:
        return Label("absent", measure="a point mass has one mode")
    if not len(course.weights) or len(part.step) < LEAST:
        return Label("unknown", measure=measure)
    held = _held(part)
    change = np.diff(held.astype(int), axis=0)
    shares = [
        held.any(axis=0).mean() - held.mean(),
        (change < 0).any(axis=0).mean(),
        (change > 0).any(axis=0).mean(),
    ]
    value = float(min(shares))
    return graded(course, HOPPED.state(value), value, measure)


def in_mode_collapse(course: Course) -> Label:
    """True deviation over that of samples within the modes, at the last looks."""
    if course.is_point:
        return Label("absent", measure="a point mass has no width")
    ratio = 1 / np.maximum(course.look.spread, 1e-6)
    value = float(np.median(ratio[-LEAST:])) if len(ratio) >= LEAST else np.nan
    holds = ratio >= THIN.borderline
    return graded(
        course, THIN.state(value), value, "true deviation within modes over that of the samples", holds
    )


def late_collapse(course: Course) -> Label:
    """Distance to the data at the end over its best, as medians over 15 % of the looks, lost after 30 % of the run."""
    measure = "sliced Wasserstein distance at the end over its best"
    distance = course.look.distance
    width = max(LEAST, round(0.15 * len(distance)))
    if len(distance) < 3 * width:
        return Label("unknown", measure=measure)
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(distance, width), axis=1)
    best, last = int(smooth.argmin()), float(smooth[-1])
    ratio = last / max(float(smooth[best]), 1e-9)
    state = both(WORSE.state(ratio), WORSE_BY.state(last - float(smooth[best])))
    lost = distance >= (smooth[best] + last) / 2
    onset = since(course, lost)
    if onset is not None and onset <= 0.3 * course.planned:
        state = "absent"
    return graded(course, state, ratio, measure, lost)
