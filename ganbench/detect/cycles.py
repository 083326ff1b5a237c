"""Does a series move, and does it come back: drift against sampling noise, and the cycle score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganbench.detect.signals import Floats

LEAST = 24  # points: eight for each of three periods


@dataclass(frozen=True, slots=True)
class Motion:
    """How a series of n points moves.

    drift: its standard deviation over that of the noise; 1 for noise alone. amplitude: the standard
    deviation beyond the noise, in the unit of `scale`; 0 for noise alone. score: of a cycle, 0 to 1.
    period: in points, 0 without a score. ratio: standard deviation of the second half over the first.
    """

    drift: float
    amplitude: float
    score: float
    period: float
    ratio: float


def detrended(x: Floats) -> Floats:
    """x [n] less its least-squares line."""
    t = np.arange(len(x)) - (len(x) - 1) / 2
    slope = float(t @ x) / max(float(t @ t), 1.0)
    return np.asarray(x - x.mean() - slope * t)


def autocorrelation(x: Floats) -> Floats:
    """[n] at lags 0 to n - 1, biased (divided by n at every lag); zeros for a constant series."""
    n = len(x)
    spectrum = np.fft.rfft(x - x.mean(), 2 * n)
    products = np.fft.irfft(spectrum * spectrum.conj())[:n]
    return np.asarray(products / products[0] if products[0] > 0 else np.zeros(n))


def cycle(x: Floats) -> tuple[float, float]:
    """(score, period in points): the greatest autocorrelation beyond its first zero, up to a third of x [n].

    A sine has about 1 - period / n; red noise, AR(1) up to the random walk, exceeds .5 in at most .5 % of
    series (`tests/detect/test_cycles.py` measures it). (0, 0) where there is none.
    """
    r = autocorrelation(x)
    crossed = np.flatnonzero(r < 0)
    stop = len(x) // 3 + 1
    if len(crossed) == 0 or crossed[0] >= stop:
        return 0.0, 0.0
    lag = int(crossed[0] + np.argmax(r[crossed[0] : stop]))
    return max(0.0, float(r[lag])), float(lag)


def motion(x: Floats, *, noise: Floats, scale: float) -> Motion:
    """Of x [n], a series of means, with standard deviations `noise` [n] of sampling alone.

    scale: the unit of the amplitude. Where noise is 0 any movement is infinitely beyond it.
    """
    moved = detrended(x)
    spread = float(moved.std())
    expected = float(np.sqrt(np.mean(noise**2)))
    drift = spread / expected if expected > 0 else (np.inf if spread > 0 else 1.0)
    beyond = np.sqrt(max(0.0, spread**2 - expected**2))
    score, period = cycle(moved)
    half = len(x) // 2
    early, late = float(detrended(x[:half]).std()), float(detrended(x[half:]).std())
    ratio = late / early if early > 0 else (np.inf if late > 0 else 1.0)
    return Motion(drift, float(beyond / scale) if scale > 0 else np.inf, score, period, ratio)
