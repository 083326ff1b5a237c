"""What is known of the data of a run, where they lie in the plane."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

DRAWN: Final = 256  # real samples of a law without centres

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Truth:
    """means: centres of the modes [K, 2]; radii: along each axis, within which a sample is of high quality [K, 2].

    points: real samples [n, 2], of data whose modes have no centre, such as arcs.
    """

    means: Floats
    radii: Floats
    points: Floats


def truth_of(row: Mapping[str, Any]) -> Truth | None:
    """By a row of the runs table; None where the data do not lie in the plane, or cannot be loaded here."""
    from ganbench import registry
    from ganbench.errors import GanbenchError

    content = dict(json.loads(row["content"]).get("data", {}))
    try:
        options = registry.entry("dataset", content["name"]).options
        law: Any = registry.load("dataset", options(**content))(options(**content))
    except (GanbenchError, KeyError, ValueError):  # a user's own data set may not be here
        return None
    if law.shape != (2,):
        return None
    none = np.zeros((0, 2))
    if hasattr(law, "means"):
        return Truth(law.means, law.radius * law.std, none)
    return Truth(none, none, law.held_out(np.random.default_rng(0), DRAWN).x)
