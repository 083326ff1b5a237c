"""Logs without a GAN behind them: red noise, which looks like drifts, levels and cycles, and is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator

from ganbench import seeding
from ganbench.detect import Facts, Table, diagnose_table, from_steps
from ganbench.detect.detector import GRAVE
from ganbench.detect.diagnose import CERTIFICATE
from ganbench.detect.signals import Floats
from ganbench.validation.answers import Thresholds
from ganbench.validation.share import Share

PHIS: Final = (0.9, 0.97, 1.0)
LOGS: Final = 200  # of each phi
STEPS: Final = 3000
BATCH: Final = 64
WIDTH: Final = (
    0.2  # standard deviation of the means of fakes over a log, in that of the data: less than a mode away
)
ROLE: Final = "synthetic-log"


@dataclass(frozen=True, slots=True)
class NullAlarms:
    """Logs of one phi in which something fired, and in which it was an error. kinds: how often each fired."""

    phi: float
    fired: Share
    errors: Share
    kinds: Mapping[str, int]


def null_alarms(given: Thresholds, *, logs: int = LOGS, phis: tuple[float, ...] = PHIS) -> list[NullAlarms]:
    """What the detectors say of red noise; the certificate of convergence is no alarm."""
    return [_alarms(phi, given, logs) for phi in phis]


def red_noise(n: int, phi: float, *, rng: Generator) -> Floats:
    """x_t = phi x_(t-1) + e_t, from its stationary law; phi = 1 is the random walk from 0. Scaled to mean 0, std 1."""
    from scipy.signal import lfilter

    start = rng.standard_normal() / np.sqrt(1 - phi**2) if phi < 1 else 0.0
    x, _ = lfilter([1.0], [1.0, -phi], rng.standard_normal(n), zi=[phi * start])
    return np.asarray((x - x.mean()) / x.std())


def log(phi: float, *, rng: Generator) -> Table:
    """Losses, ranks, norms, update ratios and moments of fakes, each red noise of its own about a sound level.

    No loss is named and no logits are on record: nothing in it is a game. No samples were evaluated.
    """

    def noise() -> Floats:
        return red_noise(STEPS, phi, rng=rng)

    signals = {
        "loss_d": 1.38 + 0.05 * noise(),
        "loss_g": 0.7 + 0.05 * noise(),
        "auc": np.clip(0.55 + 0.03 * noise(), 0, 1),
        "nonfinite": np.zeros(STEPS),
        "pairwise_distance": 1.5 * np.exp(0.03 * noise()),
    }
    signals |= {f"gradient_norm_{player}": 0.3 * 10 ** (0.15 * noise()) for player in "dg"}
    signals |= {f"update_ratio_{player}": 2e-3 * 10 ** (0.15 * noise()) for player in "dg"}
    signals |= {f"update_norm_{player}": 10 * signals[f"update_ratio_{player}"] for player in "dg"}
    signals |= {f"fake_mean_{k}": WIDTH * noise() for k in range(2)}
    signals |= {f"fake_std_{k}": np.ones(STEPS) for k in range(2)}
    facts = Facts(batch=BATCH, steps=STEPS, real_std=(1.0, 1.0), real_mean=(0.0, 0.0), real_pairwise=1.5)
    return from_steps(np.arange(STEPS), signals, facts=facts)


def _alarms(phi: float, given: Thresholds, logs: int) -> NullAlarms:
    found = [*_findings(phi, given, logs)]
    kinds = Counter(kind for fired, _ in found for kind in fired)
    return NullAlarms(
        phi,
        Share.of(fired for fired, _ in found),
        Share.of(grave for _, grave in found),
        dict(kinds.most_common()),
    )


def _findings(phi: float, given: Thresholds, logs: int) -> Iterator[tuple[list[str], bool]]:
    """Of each log, the kinds that fired and whether one of them is an error."""
    for number in range(logs):
        table = log(phi, rng=seeding.stream(number, ROLE, str(phi)))
        fired = [one for one in diagnose_table(table, given=given) if one.status == "fired"]
        alarms = [one for one in fired if one.kind != CERTIFICATE]
        yield [one.kind for one in alarms], any(one.severity in GRAVE for one in alarms)
