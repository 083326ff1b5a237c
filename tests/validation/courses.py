"""Courses of runs made up for tests: healthy but for what a test says."""

from __future__ import annotations

from typing import Any

import numpy as np

from ganbench.validation.course import Course, End, Look
from ganbench.validation.recurrence import Recurrence

LOOKS, MODES, DRAWS, END_DRAWS = 41, 8, 2500, 10_000
STEPS = 4000
AT_REST = Recurrence(0.05, 0.95, 1.0, 0)
EVEN = np.full(MODES, 1 / MODES)


def over_time(value: Any) -> np.ndarray:
    """A number for every look, or one for each."""
    value = np.asarray(value)
    return np.full(LOOKS, value) if value.ndim == 0 else value


def since(share: float, before: float, after: float) -> np.ndarray:
    """`before` up to that share of the looks, then `after`."""
    return np.where(np.arange(LOOKS) < share * LOOKS, before, after)


def counts(held: np.ndarray, *, draws: int = DRAWS) -> np.ndarray:
    """[..., K] shares of the weight of each mode -> counts."""
    return np.round(held * EVEN * draws).astype(int)


def course(*, held: Any = 1.0, end: dict[str, Any] | None = None, **looks: Any) -> Course:
    """held: share of its weight that each mode has, of all, [K] or [T, K]; at the end what it has at the last look."""
    held = np.broadcast_to(np.asarray(held, float), (LOOKS, MODES))
    of_course = {name: looks.pop(name) for name in ("is_point", "diverged_at", "weights") if name in looks}
    rng = np.random.default_rng(0)
    healthy = {
        "finite": True,
        "spread": 1.0,
        "distance": 0.03 + 0.001 * rng.standard_normal(LOOKS),
        "jump": 0.01,
        "size": 1.2,
        "same_g": False,
        "same_d": False,
        "area": 0.55 + 0.01 * rng.standard_normal(LOOKS),
        "area_known": 0.55,
        "real_side": 0.55,
        "fake_side": 0.45,
        "lean": 0.0,
        "excess": 1.0,
        "logit_scale": 0.5,
        "logit_spread": 0.2,
    }
    sample = looks.pop("sample", rng.standard_normal((LOOKS, 6)))
    values = {name: over_time(value) for name, value in (healthy | looks).items()}
    known = {
        "counts": counts(held[-1], draws=END_DRAWS),
        "draws": END_DRAWS,
        "probe_area": 0.58,
        "probe_spread": 0.3,
        "own_move": 0.2,
        "other_move": 0.2,
        "recurrence": AT_REST,
    }
    return Course(
        planned=STEPS,
        step=np.linspace(0, STEPS, LOOKS).astype(int),
        look=Look(counts=counts(held), sample=sample, **values),
        end=End(**known | (end or {})),
        draws=DRAWS,
        **{"weights": EVEN, **of_course},
    )
