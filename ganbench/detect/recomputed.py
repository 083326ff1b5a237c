"""Losses recomputed from the mean m and the standard deviation s of their logits, on raw steps.

Exact where the loss is linear or square in the logit. For softplus, Jensen's inequality and its second
derivative, at most 1/4, give softplus(m) <= E softplus(l) <= softplus(m) + s^2 / 8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from ganbench.detect.blocks import Blocks
from ganbench.detect.signals import Floats, Ints, Table

Bounds = tuple[Floats, Floats]
Moments = tuple[Floats, Floats]

ROUNDING: Final = 1e-3  # of max(1, |loss|): float32, and moments that were rounded on their way into a log


def softplus(x: Floats) -> Floats:
    """ln(1 + e^x), elementwise."""
    return np.logaddexp(0.0, x)


def e_softplus(m: Floats, s: Floats) -> Bounds:
    """Between what E softplus(l) lies."""
    low = softplus(m)
    return low, low + s**2 / 8


def _exact(value: Floats) -> Bounds:
    return value, value


def _square(m: Floats, s: Floats, *, target: float) -> Floats:
    """1/2 E (l - target)^2."""
    return np.asarray(((m - target) ** 2 + s**2) / 2)


def _negated(bounds: Bounds) -> Bounds:
    return -bounds[1], -bounds[0]


def _sum(one: Bounds, other: Bounds) -> Bounds:
    return one[0] + other[0], one[1] + other[1]


def _cross_entropy(real: Moments, fake: Moments) -> Bounds:
    return _sum(e_softplus(-real[0], real[1]), e_softplus(*fake))


GENERATOR: Final[Mapping[str, Callable[[Floats, Floats], Bounds]]] = {
    "minimax": lambda m, s: _negated(e_softplus(m, s)),
    "non-saturating": lambda m, s: e_softplus(-m, s),
    "wasserstein": lambda m, s: _exact(-m),  # noqa: ARG005  # the shared signature
    "hinge": lambda m, s: _exact(-m),  # noqa: ARG005  # the shared signature
    "least-squares": lambda m, s: _exact(_square(m, s, target=1.0)),
}
DISCRIMINATOR: Final[Mapping[str, Callable[[Moments, Moments], Bounds]]] = {
    "minimax": _cross_entropy,
    "non-saturating": _cross_entropy,
    "wasserstein": lambda real, fake: _exact(fake[0] - real[0]),
    "least-squares": lambda real, fake: _exact(_square(*real, target=1.0) + _square(*fake, target=0.0)),
}


LEAST: Final[Mapping[str, Callable[[Floats, Floats], Floats]]] = {
    "minimax": lambda real, fake: softplus(-real) + softplus(fake),
    "non-saturating": lambda real, fake: softplus(-real) + softplus(fake),
    "hinge": lambda real, fake: np.maximum(0, 1 - real) + np.maximum(0, 1 + fake),
    "least-squares": lambda real, fake: ((real - 1) ** 2 + fake**2) / 2,
}


def least_loss(blocks: Blocks) -> Floats | None:
    """[N], the least loss that D can have with its mean logits m_r, m_f: E l(x) >= l(E x), as the losses are convex.

    None where the loss, or its logits, are not known, or tricks may change it.
    """
    table, names = blocks.table, ("real_logit_mean", "fake_logit_mean")
    least = LEAST.get(table.facts.loss or "")
    if least is None or table.facts.tricks or not all(name in table.signals for name in names):
        return None
    return least(*(blocks.mean(name) for name in names))


def first_loss(table: Table) -> tuple[float, float] | None:
    """Between what D's mean loss of the first window lies, by its logits there; None where the loss is not known.

    table: with rows, and with the moments of the logits of both sorts. A mean and a deviation that change from step to
    step within the window widen the logits by as much.
    """
    bounds = DISCRIMINATOR.get(table.facts.loss or "")
    if bounds is None:
        return None
    low, high = bounds(*(_of_first_window(table, name) for name in ("real_logit", "fake_logit")))
    return float(low), float(high)


def _of_first_window(table: Table, name: str) -> Moments:
    mean, std = (table.signals[f"{name}_{of}"] for of in ("mean", "std"))
    return mean.mean[0], np.sqrt(std.mean[0] ** 2 + np.nansum([mean.sd[0] ** 2, std.sd[0] ** 2]))


def is_half(table: Table) -> bool:
    """Whether D's loss on record is half of that of its logits: a mean of two terms, where the sum is meant."""
    doubled = [
        {name: 2 * x if name == "loss_d" else x for name, x in burst.values.items() if name != "loss_g"}
        for burst in table.bursts
    ]
    found = np.concatenate([np.zeros(0), *(_of_burst(values, table.facts.loss) for values in doubled)])
    return bool(len(found) and np.median(found) <= ROUNDING)


def disagreement(table: Table) -> tuple[Floats, Ints]:
    """([n], [n]): of each raw step, how far a loss is outside its bounds, over max(1, |loss|), and the step.

    The worse of the two players' losses; empty where the loss, or what it takes, is not on record.
    """
    found = [
        (one, burst.step) for burst in table.bursts if len(one := _of_burst(burst.values, table.facts.loss))
    ]
    if not found:
        return np.zeros(0), np.zeros(0, np.int64)
    worst, step = (np.concatenate([pair[k] for pair in found]) for k in (0, 1))
    finite = np.isfinite(worst)
    return np.asarray(worst[finite]), np.asarray(step[finite], np.int64)


def _of_burst(values: Mapping[str, Floats], loss: str | None) -> Floats:
    outside: list[Floats] = []
    if loss is None:
        return np.zeros(0)
    generator = _moments(values, "generator_logit")
    if loss in GENERATOR and generator is not None and "loss_g" in values:
        outside.append(_outside(values["loss_g"], GENERATOR[loss](*generator)))
    real, fake = _moments(values, "real_logit"), _moments(values, "fake_logit")
    if loss in DISCRIMINATOR and real is not None and fake is not None and "loss_d" in values:
        outside.append(_outside(values["loss_d"], DISCRIMINATOR[loss](real, fake)))
    return np.max(outside, axis=0) if outside else np.zeros(0)


def _moments(values: Mapping[str, Floats], name: str) -> Moments | None:
    if f"{name}_mean" not in values or f"{name}_std" not in values:
        return None
    return values[f"{name}_mean"], values[f"{name}_std"]


def _outside(loss: Floats, bounds: Bounds) -> Floats:
    low, high = bounds
    return np.asarray(np.maximum(0, np.maximum(low - loss, loss - high)) / np.maximum(1, np.abs(loss)))
