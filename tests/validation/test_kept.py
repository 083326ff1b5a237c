"""The kept runs of the test part, and made-up ones, asked again: the floors hold, and a broken detector misses its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from ganbench.detect.thresholds import limits
from ganbench.validation.answers import Panel
from ganbench.validation.examples import read
from tests.validation.floors import (
    FLOORS,
    KEPT_FLOORS,
    KEPT_MOST_FALSE_ERRORS,
    MOST_FALSE_ERRORS,
    Floor,
    short,
)
from tests.validation.made_up import corpus

KEPT = Path(__file__).parent / "kept"
Changes = dict[str, dict[str, float]]

NEVER: dict[str, Changes] = {
    "vanishing-gradient": {"vanishing-gradient": {"auc": np.inf}},
    "blind-discriminator": {
        "blind-discriminator": dict.fromkeys(
            ("spread", "neighbour_spread", "flat", "relative_spread"), -np.inf
        )
    },
    "exploding-gradient": {
        "exploding-gradient": dict.fromkeys(("ratio", "weights", "jump", "wild_spread"), np.inf)
    },
    "mode-collapse": {"mode-collapse": {"partial": -np.inf}},
    "mode-hopping": {"mode-hopping": {"least": np.inf, "amplitude": np.inf}},
    "limit-cycle": {"limit-cycle": {"score": np.inf}},
    "discriminator-dominance": {"discriminator-dominance": {"auc": np.inf}},
}
ALWAYS: dict[str, Changes] = {
    "non-finite": {"non-finite": {"growth": 0.0, "rise": 0.0}},
    "vanishing-gradient": {
        "vanishing-gradient": {"auc": -np.inf, "attenuation_warn": np.inf, "collapse": np.inf}
    },
    "blind-discriminator": {
        "blind-discriminator": {
            "gap": -np.inf,
            "evaluations": 0.0,
            **dict.fromkeys(("swing", "spread", "relative_spread"), np.inf),
        }
    },
    "exploding-gradient": {"exploding-gradient": {"ratio": 0.0, "update_ratio": 0.0}},
    "mode-collapse": {"mode-collapse": {"partial": np.inf}},
    "mode-hopping": {
        "mode-hopping": {
            "held": 1.0,
            "gone": 1.0,
            "samples_per_mode": 0.0,
            "amplitude": 0.0,
            "drift": 0.0,
            "score": np.inf,
            "ratio": 0.0,
            "inside": np.inf,
            "crossings": 0.0,
        }
    },
    "limit-cycle": {"limit-cycle": {"score": -1.0, "amplitude": 0.0, "still": 0.0, "kept": 0.0}},
    "discriminator-dominance": {"discriminator-dominance": {"auc": 0.0}},
}


@dataclass(frozen=True)
class Corpus:
    """Runs, and what the detectors have to reach on them."""

    panel: Panel
    floors: Mapping[str, Floor]
    most_false_errors: float

    def short(self, changes: Changes) -> list[str]:
        """What falls short under changed thresholds."""
        given = {section: values | changes.get(section, {}) for section, values in limits().items()}
        answers = self.panel.answers(given)
        return [*short(answers, self.floors, most_false_errors=self.most_false_errors)]


@pytest.fixture(scope="module", params=["kept", "made up"])
def runs(request: pytest.FixtureRequest) -> Corpus:
    if request.param == "kept":
        return Corpus(Panel(read(KEPT)), KEPT_FLOORS, KEPT_MOST_FALSE_ERRORS)
    return Corpus(Panel(corpus(FLOORS, seeds=[4, 5, 6])), FLOORS, MOST_FALSE_ERRORS)


def test_the_floors_hold(runs: Corpus) -> None:
    assert runs.short({}) == []


@pytest.mark.parametrize("kind", NEVER)
def test_a_detector_that_never_fires_falls_below_its_floor(runs: Corpus, kind: str) -> None:
    assert any(one.startswith(f"{kind}: recall") for one in runs.short(NEVER[kind]))


@pytest.mark.parametrize("kind", ALWAYS)
def test_a_detector_that_always_fires_falls_below_its_floor(runs: Corpus, kind: str) -> None:
    assert any(one.startswith((f"{kind}: precision", "false errors")) for one in runs.short(ALWAYS[kind]))
