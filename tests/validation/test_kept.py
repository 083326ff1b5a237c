"""The kept runs of the test part, asked again: the floors hold, and a broken detector misses its own.

Until runs are kept in tests/validation/kept, made-up ones stand in for them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ganbench.detect.thresholds import limits
from ganbench.validation.answers import Panel
from ganbench.validation.examples import cases, read
from tests.validation.floors import FLOORS, short
from tests.validation.made_up import corpus

KEPT = Path(__file__).parent / "kept"
NEVER: dict[str, dict[str, dict[str, float]]] = {
    "vanishing-gradient": {"vanishing-gradient": {"auc": np.inf}},
    "blind-discriminator": {"blind-discriminator": {"spread": -np.inf, "relative_spread": -np.inf}},
    "exploding-gradient": {"exploding-gradient": {"ratio": np.inf, "wild_spread": np.inf}},
    "mode-collapse": {
        "mode-collapse": {"partial": -np.inf, "distance_warn": -np.inf, "coverage_warn": -np.inf}
    },
    "mode-hopping": {"mode-hopping": {"least": np.inf, "amplitude": np.inf}},
    "limit-cycle": {"limit-cycle": {"score": np.inf}},
    "discriminator-dominance": {"discriminator-dominance": {"auc": np.inf}},
}
ALWAYS: dict[str, dict[str, dict[str, float]]] = {
    "non-finite": {"non-finite": {"growth": 0.0, "rise": 0.0}},
    "vanishing-gradient": {"vanishing-gradient": {"auc": -np.inf, "attenuation_warn": np.inf}},
    "blind-discriminator": {
        "blind-discriminator": {"auc": np.inf, "spread": np.inf, "relative_spread": np.inf},
        "quality": {"covered_share": np.inf, "high_quality": np.inf, "distance_ratio": 0.0, "mean_gap": -1.0},
    },
    "exploding-gradient": {"exploding-gradient": {"ratio": 0.0, "update_ratio": 0.0}},
    "mode-collapse": {"mode-collapse": {"partial": np.inf, "lasting": 0.0}},
    "mode-hopping": {"mode-hopping": {"amplitude": 0.0, "drift": 0.0, "score": np.inf, "ratio": 0.0}},
    "limit-cycle": {"limit-cycle": {"score": -1.0, "amplitude": 0.0, "still": 0.0, "kept": 0.0}},
    "discriminator-dominance": {"discriminator-dominance": {"auc": 0.0}},
}


@pytest.fixture(scope="module")
def panel() -> Panel:
    return Panel(read(KEPT) if cases(KEPT) else corpus(FLOORS, seeds=[4, 5, 6]))


def given(changes: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    return {section: values | changes.get(section, {}) for section, values in limits().items()}


def test_the_floors_hold(panel: Panel) -> None:
    assert [*short(panel.answers(limits()))] == []


@pytest.mark.parametrize("kind", NEVER)
def test_a_detector_that_never_fires_falls_below_its_floor(panel: Panel, kind: str) -> None:
    found = [*short(panel.answers(given(NEVER[kind])))]
    assert any(one.startswith(f"{kind}: recall") for one in found)


@pytest.mark.parametrize("kind", ALWAYS)
def test_a_detector_that_always_fires_falls_below_its_floor(panel: Panel, kind: str) -> None:
    found = [*short(panel.answers(given(ALWAYS[kind])))]
    assert any(one.startswith((f"{kind}: precision", "false errors")) for one in found)
