"""Settings that end healthy: what faults are put into, and what no detector may complain of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from ganbench.suite.schema import Setting

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Base:
    """content: of a Setting, as `Setting.content` gives it. healthy: why it is a hard negative, else empty."""

    name: str
    content: Content
    healthy: str = ""


LOOKS: Final = 40
"""Evaluations of a run."""

MLP: Final = {"name": "mlp", "width": 64, "depth": 2}
LEAKY: Final = MLP | {"activation": "leaky-relu"}
CONV: Final = {"name": "conv-generator", "width": 16, "norm": "none", "init": "default"}
CONV_D: Final = {
    "name": "conv-discriminator",
    "width": 16,
    "norm": "batch",
    "activation": "leaky-relu",
    "init": "default",
}
TANH: Final = MLP | {"output": "tanh"}

RING: Final = {"name": "ring", "modes": 8, "radius": 2.0, "std": 0.1}
GRID: Final = {"name": "grid", "side": 4, "spacing": 1.0, "std": 0.1}
SPIRAL: Final = {"name": "spiral", "modes": 12, "turns": 1.5, "radius": 2.0, "std": 0.08}
MOONS: Final = {"name": "moons", "std": 0.05}

MIXTURE: Final = (
    {"metric": "covered_share", "below": 0.9, "for": 3, "after": 0.75},
    {"metric": "high_quality", "below": 0.3, "for": 3, "after": 0.75},
)
CLASSES: Final = (
    {"metric": "covered_share", "below": 0.95, "for": 3, "after": 0.75},
    {"metric": "high_quality", "below": 0.5, "for": 3, "after": 0.75},
)
POINT: Final = ({"metric": "distance", "above": 0.05, "for": 3, "after": 0.75},)


def _adam(rate: float, beta2: float = 0.999) -> dict[str, Any]:
    return {"name": "adam", "lr": rate, "beta1": 0.5, "beta2": beta2}


def _sgd(rate: float) -> dict[str, Any]:
    return {"name": "sgd", "lr": rate}


def _both(optimizer: Content, other: Content | None = None) -> dict[str, Any]:
    """Optimisers of G and of D; one for both."""
    return {"optimizers": {"generator": optimizer, "discriminator": other or optimizer}}


def _r1(gamma: float = 0.1, every: int = 1) -> dict[str, Any]:
    return {"penalties": [{"name": "r1", "gamma": gamma, "every": every}]}


def _plane(data: Content, loss: Any, **changes: Any) -> dict[str, Any]:
    """Samples in the plane."""
    steps = changes.get("steps", 2500)
    return {
        "data": data,
        "generator": MLP,
        "discriminator": MLP,
        "loss": loss,
        "latent": {"dim": 2},
        **_both(_adam(1e-3)),
        "batch": 64,
        "steps": steps,
        "evaluation": {"every": steps // LOOKS, "samples": 1000},
        "probes": {"windows": 250, "bursts": 5, "burst_steps": 256},
        "failure": MIXTURE,
        **changes,
    }


def _critic(data: Content, **changes: Any) -> dict[str, Any]:
    """Wasserstein with five D steps, as its sources have it."""
    return _plane(data, "wasserstein", **{"steps": 2000, "schedule": {"d_steps": 5}, **changes})


def _gradient_penalty(data: Content, **changes: Any) -> dict[str, Any]:
    return _critic(
        data, **{"penalties": [{"name": "wgan-gp", "weight": 0.1}], **_both(_adam(5e-4, 0.9)), **changes}
    )


def _clipped(data: Content) -> dict[str, Any]:
    clipping = {"name": "weight-clipping", "limit": 0.1}
    return _critic(data, penalties=[clipping], steps=3000, **_both({"name": "rmsprop", "lr": 5e-4}))


def _digits(loss: Any, **changes: Any) -> dict[str, Any]:
    image = {"generator": TANH, "discriminator": LEAKY, "latent": {"dim": 16}, "failure": CLASSES}
    return _plane({"name": "digits"}, loss, **{**image, **_r1(1.0), **changes})


def _convolved() -> dict[str, Any]:
    """Batch norm alone holds D; the rates fall to 0, as samples do not come to rest otherwise."""
    decay = {"name": "learning-rate-decay", "start": 0.5}
    changes = {"batch": 32, "steps": 2400, "penalties": [], "tricks": [decay], **_both(_adam(2e-3))}
    return _digits("non-saturating", discriminator=CONV_D, **changes)


def _dirac(loss: Any, **changes: Any) -> dict[str, Any]:
    """The Dirac-GAN, in float64. It draws nothing; the corpus starts each seed elsewhere."""
    steps = 1000
    game = {
        "generator": "dirac-generator",
        "discriminator": "dirac-discriminator",
        "latent": {"dim": 1},
        "batch": 1,
        "steps": steps,
        "precision": "float64",
        "evaluation": {"every": steps // LOOKS, "samples": 2},
        "failure": POINT,
        **_both(_sgd(0.2)),
    }
    return _plane({"name": "dirac"}, loss, **{**game, **_r1(1.0), **changes})


def _candidates() -> dict[str, tuple[str, Content]]:
    """By name: why it is a hard negative, and its content."""
    noisy = {"name": "instance-noise", "std": 0.1}
    return {
        "ring/non-saturating+r1": ("", _plane(RING, "non-saturating", **_r1())),
        "ring/minimax+r1": ("", _plane(RING, "minimax", **_r1())),
        "ring/minimax": ("no penalty", _plane(RING, "minimax")),
        "ring/least-squares+r1": ("", _plane(RING, "least-squares", **_r1())),
        "ring/hinge+r1": ("zero hinge loss", _plane(RING, "hinge", **_r1())),
        "ring/relativistic-pairing+r1": ("", _plane(RING, "relativistic-pairing", **_r1())),
        "ring/wgan-gp": ("drifting critic offset", _gradient_penalty(RING)),
        "ring/lazy": ("lazy R1", _plane(RING, "non-saturating", **_r1(0.1, 16))),
        "ring/smooth": (
            "label smoothing",
            _plane(RING, "non-saturating", **_r1(), tricks=[{"name": "label-smoothing", "real": 0.9}]),
        ),
        "ring/batch-16": ("small batches", _plane(RING, "non-saturating", **_r1(), batch=16)),
        "ring/imbalanced": (
            "imbalanced modes",
            _plane(RING | {"weights": [1, 1, 1, 1, 2, 2, 3, 3]}, "non-saturating", **_r1()),
        ),
        "ring/slow": ("slow but fine", _plane(RING, "minimax", **_r1(), **_both(_adam(4e-4)), steps=4000)),
        "ring/five-steps": (
            "five D steps",
            _plane(RING, "non-saturating", **_r1(), schedule={"d_steps": 5}, steps=2000),
        ),
        "ring/two-rates": (
            "two time scales",
            _plane(RING, "hinge", **_r1(), **_both(_adam(1e-3), _adam(4e-3))),
        ),
        "ring/gradient-clipping": (
            "clipped gradients",
            _plane(RING, "non-saturating", **_r1(), tricks=[{"name": "gradient-clipping"}]),
        ),
        "ring/decay": (
            "rates that fall to 0",
            _plane(RING, "non-saturating", **_r1(), tricks=[{"name": "learning-rate-decay"}]),
        ),
        "ring/warm-restarts": (
            "rates that jump up",
            _plane(RING, "least-squares", **_r1(), tricks=[{"name": "warm-restarts"}]),
        ),
        "ring/bfloat16": (
            "bfloat16",
            _plane(RING, "least-squares", **_r1(), precision="bfloat16"),
        ),
        "ring/instance-noise": ("noise before D", _plane(RING, "non-saturating", **_r1(), tricks=[noisy])),
        "ring/spectral": (
            "spectral norm",
            _plane(
                RING, "hinge", discriminator=MLP | {"norm": "spectral"}, **_both(_adam(1e-3), _adam(4e-3))
            ),
        ),
        "ring/sgd": (
            "plain gradient steps of G",
            _plane(RING, "minimax", **_r1(), **_both(_sgd(0.1), _adam(1e-3))),
        ),
        "grid/minimax": ("no penalty", _plane(GRID, "minimax")),
        "grid/non-saturating+r1": ("", _plane(GRID, "non-saturating", **_r1())),
        "grid/relativistic-pairing+r1": ("", _plane(GRID, "relativistic-pairing", **_r1())),
        "grid/least-squares+r1": ("", _plane(GRID, "least-squares", **_r1())),
        "grid/wgan-gp": ("drifting critic offset", _gradient_penalty(GRID)),
        "spiral/non-saturating+r1": ("", _plane(SPIRAL, "non-saturating", **_r1())),
        "spiral/minimax+r1": ("", _plane(SPIRAL, "minimax", **_r1())),
        "spiral/relativistic-pairing+r1": ("", _plane(SPIRAL, "relativistic-pairing", **_r1())),
        "spiral/wgan-gp": ("drifting critic offset", _gradient_penalty(SPIRAL)),
        "moons/non-saturating+r1": ("", _plane(MOONS, "non-saturating", **_r1())),
        "moons/minimax": ("no penalty", _plane(MOONS, "minimax")),
        "moons/least-squares+r1": ("", _plane(MOONS, "least-squares", **_r1())),
        "moons/relativistic-pairing+r1": ("", _plane(MOONS, "relativistic-pairing", **_r1())),
        "moons/wgan-gp": ("drifting critic offset", _gradient_penalty(MOONS)),
        "moons/wgan-clip": ("clipped weights", _clipped(MOONS)),
        "digits/non-saturating+r1": ("", _digits("non-saturating")),
        "digits/least-squares+r1": ("", _digits("least-squares")),
        "digits/hinge+r1": ("zero hinge loss", _digits("hinge")),
        "digits/relativistic-pairing+r1": ("", _digits("relativistic-pairing")),
        "digits/conv": (
            "convolutions",
            _digits("non-saturating", generator=CONV, steps=2000),
        ),
        "digits/conv-discriminator": ("convolutions and batch norm in D, no penalty", _convolved()),
        "dirac/minimax+r1": ("", _dirac("minimax")),
        "dirac/non-saturating+r1": ("", _dirac("non-saturating")),
        "dirac/hinge+r1": ("zero hinge loss", _dirac("hinge")),
        "dirac/relativistic-pairing+r1": ("", _dirac("relativistic-pairing")),
        "dirac/bilinear+r1": ("", _dirac("wasserstein")),
        "dirac/bilinear-optimistic": (
            "a cycle that closes in by optimism alone",
            _dirac("wasserstein", penalties=[], **_both({"name": "optimistic-sgd", "lr": 0.2})),
        ),
    }


@cache
def bases() -> Mapping[str, Base]:
    """By name."""
    return {
        name: Base(name, Setting.model_validate(content).content(), why)
        for name, (why, content) in _candidates().items()
    }
