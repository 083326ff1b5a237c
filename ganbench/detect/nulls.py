"""What a statistic is where nothing is wrong, and where D is optimal: closed forms."""

from __future__ import annotations

import math

import numpy as np

from ganbench.detect.signals import Floats


def auc_std(n: int, m: int) -> float:
    """Standard deviation of the rank AUC of n real and m fake samples of one law: sqrt((n + m + 1) / (12 n m))."""
    return math.sqrt((n + m + 1) / (12 * n * m))


def collapsed_auc(c: Floats) -> Floats:
    """AUC* = 1 - c/2: of the optimal D, where the samples are the data restricted to a share c of its mass.

    Real samples outside win every comparison, those inside tie.
    """
    return np.asarray(1 - c / 2)


def collapsed_value(c: float) -> float:
    """V* = c ln(c') + ln(1 - c') with c' = c / (1 + c): V(D*, G) of the same collapse; -ln 4 at c = 1.

    D* = p_data / (p_data + p_model) is c / (1 + c) on the samples' support, 1 on the rest of the data.
    """
    inside = c / (1 + c)
    return c * math.log(inside) + math.log(1 - inside)


def collapsed_attenuation(c: Floats) -> Floats:
    """c / (1 + c) = m / (m + K): D* on the samples of m of K equal modes, the minimax loss's share of D's signal."""
    return np.asarray(c / (1 + c))


def counted_auc(covered: Floats, quality: Floats, *, floor: float) -> Floats:
    """[E], AUC of who sees only whether a sample lies on a mode, and on which one: 1/2 for samples like the data.

    covered: share of the modes that have samples; quality: share of the samples that lie on modes, floor: that of the
    data. Real samples on missing modes win every comparison; the rest is ranked by the ratio of its shares, and ties.
    Of perfect quality it is 1 - c/2, as `collapsed_auc`; an uneven generator is told apart better than that.
    """
    missing, held, beside = floor * (1 - covered), floor * covered, 1 - floor
    rest = held * quality / 2 + beside * (1 - quality) / 2
    return np.asarray(missing + rest + np.maximum(held * (1 - quality), beside * quality))


def apart_by_mean(gap: Floats, std: Floats, other: float) -> Floats:
    """Phi(|gap| / sqrt(s^2 + t^2)): AUC of a value of two normal laws of these deviations, whose means are `gap` apart."""
    d = np.abs(gap) / np.maximum(np.hypot(std, other), 1e-300)
    return np.asarray([(1 + math.erf(one / math.sqrt(2))) / 2 for one in d])


def apart_by_width(std: Floats, other: float) -> Floats:
    """1 - 2/pi arctan(s/t), s < t: AUC of |x| of two normal laws about 0 of these deviations."""
    return np.asarray(1 - 2 / math.pi * np.arctan2(np.minimum(std, other), np.maximum(std, other)))


def total_variation(counts: Floats, others: Floats) -> Floats:
    """1/2 sum_k |p_k - q_k| of the shares of two histograms [..., K]; NaN where one is empty."""
    totals = [found.sum(axis=-1, keepdims=True) for found in (counts, others)]
    with np.errstate(invalid="ignore", divide="ignore"):
        p, q = counts / totals[0], others / totals[1]
    return np.asarray(np.abs(p - q).sum(axis=-1) / 2)


def total_variation_null(p: Floats, n: float) -> float:
    """Expected total variation of two samples of n from one law p [K]: about sum_k sqrt(p_k (1 - p_k) / (pi n)).

    Each difference of shares is about N(0, 2 p (1 - p) / n), and E|N(0, s^2)| = s sqrt(2 / pi).
    """
    return float(np.sqrt(p * (1 - p) / (math.pi * n)).sum())
