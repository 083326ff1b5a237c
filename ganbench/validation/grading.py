"""From measurements to a label: states joined, and since when something holds."""

from __future__ import annotations

from typing import Final

import numpy as np

from ganbench.validation.bounds import LEAST
from ganbench.validation.course import Bools, Course, Floats
from ganbench.validation.label import Label, State

STATES: Final[tuple[State, ...]] = ("absent", "borderline", "present")


def both(*states: State) -> State:
    """The least of them; unknown where one is, unless another rules it out."""
    if "absent" in states:
        return "absent"
    if "unknown" in states:
        return "unknown"
    return STATES[min(STATES.index(state) for state in states)]


def either(*states: State) -> State:
    """The most of them; unknown where one is, unless another is present."""
    if "unknown" in states and "present" not in states:
        return "unknown"
    return STATES[max(STATES.index(state) for state in states if state != "unknown")]


def since(course: Course, holds: Bools) -> int | None:
    """The step since when it holds at every look, None where it does not at the last."""
    if not len(holds) or not holds[-1]:
        return None
    return int(course.step[len(holds) - int(np.argmin([*holds[::-1], False]))])


def graded(course: Course, state: State, value: float, measure: str, holds: Bools | None = None) -> Label:
    """With the onset where it is present and `holds` at each look, [T], tells it."""
    onset = since(course, holds) if state == "present" and holds is not None else None
    return Label(state, onset, None if np.isnan(value) else float(value), measure)


def mean(values: Floats) -> float:
    return float(np.mean(values)) if len(values) >= LEAST else np.nan
