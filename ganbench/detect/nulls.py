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


def collapsed_attenuation(c: float) -> float:
    """c / (1 + c) = m / (m + K): D* on the samples of m of K equal modes, the minimax loss's share of D's signal."""
    return c / (1 + c)


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
