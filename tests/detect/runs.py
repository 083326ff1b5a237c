"""Synthetic runs: what a healthy run records, step by step, and the same with something wrong in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganbench.detect import Facts, Table, facts_of_loss, from_steps
from ganbench.detect.diagnose import detector
from ganbench.detect.nulls import auc_std
from ganbench.records import Finding

Floats = NDArray[np.float64]

STEPS = 4000
EVALUATIONS = 20
MODES = 8
SAMPLES = 2500
BATCH = 64
LOG4 = 2 * np.log(2)


@dataclass(frozen=True)
class Synthetic:
    """Signals [STEPS] by name, evaluations [EVALUATIONS] by name, and facts. `table` reads it as a log."""

    signals: dict[str, Floats]
    evaluations: dict[str, Any]
    facts: Facts

    def table(self, *, window: int = 16, stride: int = 1) -> Table:
        rows = slice(None, None, stride)
        step = np.arange(STEPS)[rows]
        found = {name: values[rows] for name, values in self.signals.items()}
        most = STEPS // window
        return from_steps(step, found, facts=self.facts, evaluations=self.evaluations, most=most)

    def with_signals(self, **changed: Any) -> Synthetic:
        """Signals replaced; None removes one. A function gets the step [STEPS] and the signal as it was."""
        signals = dict(self.signals)
        for name, value in changed.items():
            before = signals.pop(name, np.full(STEPS, np.nan))
            if value is not None:
                given = value(np.arange(STEPS), before) if callable(value) else value
                signals[name] = np.broadcast_to(np.asarray(given, float), STEPS).copy()
        return replace(self, signals=signals)

    def with_evaluations(self, **changed: Any) -> Synthetic:
        """Metrics replaced; None removes one."""
        values = {name: found for name, found in (self.evaluations | changed).items() if found is not None}
        wide = {
            name: found if name == "mode_histogram" else np.broadcast_to(found, EVALUATIONS).copy()
            for name, found in values.items()
        }
        return replace(self, evaluations=wide)

    def with_facts(self, **changed: Any) -> Synthetic:
        return replace(self, facts=replace(self.facts, **changed))

    def without_evaluations(self) -> Synthetic:
        return replace(self, evaluations={})

    def find(self, kind: str, **options: int) -> Finding:
        return detector(kind)(self.table(**options))


def healthy(seed: int = 0, loss: str = "non-saturating") -> Synthetic:
    """A run near equilibrium: noise of the right size everywhere, and nothing else."""
    rng = np.random.default_rng(seed)
    level = {"least-squares": 0.5}.get(loss, 0.0)
    auc = 0.55 + auc_std(BATCH, BATCH) * rng.standard_normal(STEPS)
    signals = {
        "auc": auc,
        "auc_low": (auc < 0.5 - 4 * auc_std(BATCH, BATCH)).astype(float),
        "nonfinite": np.zeros(STEPS),
        "attenuation": np.full(STEPS, 0.5),
        "implied_coverage": 1 + 0.02 * rng.standard_normal(STEPS),
        "implied_precision": 1 + 0.02 * rng.standard_normal(STEPS),
        "saturation": np.zeros(STEPS),
        "pairwise_distance": 1.5 + 0.05 * rng.standard_normal(STEPS),
        "duplicate_rate": np.full(STEPS, 0.01),
        "penalised": np.zeros(STEPS),
        "real_logit_positive": np.full(STEPS, 0.55),
        "fake_logit_positive": np.full(STEPS, 0.45),
    }
    for player in "dg":
        signals[f"gradient_norm_{player}"] = 0.3 * 10 ** (0.1 * rng.standard_normal(STEPS))
        signals[f"update_ratio_{player}"] = 2e-3 * 10 ** (0.1 * rng.standard_normal(STEPS))
        signals[f"update_norm_{player}"] = 10 * signals[f"update_ratio_{player}"]
    for k in range(2):
        signals[f"fake_mean_{k}"] = rng.standard_normal(STEPS) / np.sqrt(BATCH)
        signals[f"fake_std_{k}"] = np.ones(STEPS)
    signals |= logits(rng, real=level + 0.1, fake=level - 0.1, std=0.3) | {"loss_d": np.zeros(STEPS)}
    facts = Facts(
        **facts_of_loss(loss),
        batch=BATCH,
        modes=MODES,
        samples=SAMPLES,
        audit=1024,
        steps=STEPS,
        real_std=(1.0, 1.0),
        real_mean=(0.0, 0.0),
        real_pairwise=1.5,
        floors={"high_quality": 1 - np.exp(-4.5), "sliced_wasserstein": 0.04},
    )
    return Synthetic(signals, evaluations(rng), facts).with_signals(**losses(signals, facts))


def logits(rng: np.random.Generator, *, real: Any, fake: Any, std: Any) -> dict[str, Floats]:
    """Moments of the logits of a batch about these levels."""
    noise = std / np.sqrt(BATCH)
    means = {"real": real, "fake": fake, "generator": fake}
    found = {f"{name}_logit_mean": m + noise * rng.standard_normal(STEPS) for name, m in means.items()}
    return found | {f"{name}_logit_std": np.broadcast_to(std, STEPS).astype(float) for name in means}


def losses(signals: Mapping[str, Floats], facts: Facts) -> dict[str, Floats]:
    """Losses of both players, of Gaussian logits with these moments, by quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(24)
    weights = weights / weights.sum()

    def expected(of: Callable[[Floats], Floats], name: str) -> Floats:
        m, s = signals[f"{name}_mean"], signals[f"{name}_std"]
        return np.asarray(of(m[:, None] + s[:, None] * nodes) @ weights)

    def softplus(x: Floats) -> Floats:
        return np.logaddexp(0, x)

    real, fake, generator = "real_logit", "fake_logit", "generator_logit"
    cross_entropy = expected(lambda x: softplus(-x), real) + expected(softplus, fake)
    pairs = {
        "minimax": lambda: (cross_entropy, -expected(softplus, generator)),
        "non-saturating": lambda: (cross_entropy, expected(lambda x: softplus(-x), generator)),
        "hinge": lambda: (
            expected(lambda x: np.maximum(0, 1 - x), real) + expected(lambda x: np.maximum(0, 1 + x), fake),
            -expected(lambda x: x, generator),
        ),
        "wasserstein": lambda: (
            expected(lambda x: x, fake) - expected(lambda x: x, real),
            -expected(lambda x: x, generator),
        ),
        "least-squares": lambda: (
            expected(lambda x: (x - 1) ** 2 / 2, real) + expected(lambda x: x**2 / 2, fake),
            expected(lambda x: (x - 1) ** 2 / 2, generator),
        ),
        "relativistic-pairing": lambda: (np.full(STEPS, np.log(2)), np.full(STEPS, np.log(2))),
    }
    loss_d, loss_g = pairs[facts.loss or "non-saturating"]()
    return {"loss_d": loss_d, "loss_g": loss_g}


def with_logits(run: Synthetic, *, real: Any, fake: Any, std: Any, seed: int = 1) -> Synthetic:
    """The run with other logits, and the losses that go with them."""
    moments = logits(np.random.default_rng(seed), real=real, fake=fake, std=std)
    changed = run.with_signals(**moments)
    return changed.with_signals(**losses(changed.signals, run.facts))


def evaluations(rng: np.random.Generator) -> dict[str, Any]:
    """Of a generator that covers everything evenly."""
    share = 0.8
    counts = rng.multinomial(int(share * SAMPLES), np.full(MODES, 1 / MODES), size=EVALUATIONS)
    return {
        "step": np.arange(1, EVALUATIONS + 1) * (STEPS // EVALUATIONS),
        "covered_share": np.ones(EVALUATIONS),
        "high_quality": share + 0.01 * rng.standard_normal(EVALUATIONS),
        "in_mode_std": 1 + 0.02 * rng.standard_normal(EVALUATIONS),
        "sliced_wasserstein": 0.05 + 0.003 * rng.standard_normal(EVALUATIONS),
        "auc_train": 0.55 + 0.01 * rng.standard_normal(EVALUATIONS),
        "auc_held_out": 0.55 + 0.01 * rng.standard_normal(EVALUATIONS),
        "mode_histogram": counts,
    }


def critic(seed: int = 0, loss: str = "wasserstein") -> Synthetic:
    """A healthy run of a loss without a reading of its logits: no density ratio, no attenuation, no decision."""
    absent = ("implied_coverage", "implied_precision", "saturation", "attenuation")
    sided = ("real_logit_positive", "fake_logit_positive") if loss == "wasserstein" else ()
    return healthy(seed, loss).with_signals(**dict.fromkeys((*absent, *sided)))


def since(onset: int, value: Any, before: Any = None) -> Callable[[Floats, Floats], Floats]:
    """A signal that takes a value (or that of a function of the step) from `onset` on."""

    def changed(step: Floats, was: Floats) -> Floats:
        then = value(step, was) if callable(value) else value
        return np.where(step >= onset, then, was if before is None else before)

    return changed
