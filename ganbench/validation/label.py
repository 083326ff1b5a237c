"""What truth says of one run about one kind of finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["present", "absent", "borderline", "unknown"]


@dataclass(frozen=True, slots=True)
class Label:
    """state: borderline where the measurement is between both thresholds, unknown where there is none.

    onset: the generator step since when it is present, None where it is not or where nothing tells. value: what was
    measured, None for nothing; measure: of what, in words.
    """

    state: State
    onset: int | None = None
    value: float | None = None
    measure: str = ""
