"""Does a series move, and does it come back: drift against sampling noise, and the cycle score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganbench.detect.signals import Floats

LEAST = 24  # points: eight for each of three periods


@dataclass(frozen=True, slots=True)
class Motion:
    """How a path of n points in F dimensions moves, all dimensions together: turning the axes changes nothing.

    drift: its deviation from a straight line over that of the noise; 1 for noise alone. amplitude: what of it is
    beyond the noise, root mean square over the dimensions; 0 for noise alone. score: of a cycle, 0 to 1.
    period: in points, 0 without a score. ratio: deviation of the second half over that of the first.
    """

    drift: float
    amplitude: float
    score: float
    period: float
    ratio: float


def detrended(x: Floats) -> Floats:
    """x [..., n] less its least-squares line."""
    t = np.arange(x.shape[-1]) - (x.shape[-1] - 1) / 2
    slope = x @ t / max(float(t @ t), 1.0)
    return np.asarray(x - x.mean(axis=-1, keepdims=True) - slope[..., None] * t)


def autocorrelation(x: Floats) -> Floats:
    """[n] of a path x [n] or [F, n], sum_t <x_t, x_(t+k)> / sum_t |x_t|^2 about its mean; zeros for a point that rests.

    Biased: divided by the same sum at every lag.
    """
    n = x.shape[-1]
    centred = np.atleast_2d(x - x.mean(axis=-1, keepdims=True))
    spectrum = np.fft.rfft(centred, 2 * n)
    products = np.fft.irfft((spectrum * spectrum.conj()).sum(axis=0))[:n]
    return np.asarray(products / products[0] if products[0] > 0 else np.zeros(n))


def cycle(x: Floats) -> tuple[float, float]:
    """(score, period in points): the greatest autocorrelation beyond its first zero, up to a third of x [n] or [F, n].

    A sine has about 1 - period / n; red noise, AR(1) up to the random walk, exceeds .5 in at most .5 % of
    series (`tests/detect/test_cycles.py` measures it). (0, 0) where there is none.
    """
    r = autocorrelation(x)
    crossed = np.flatnonzero(r < 0)
    stop = len(r) // 3 + 1
    if len(crossed) == 0 or crossed[0] >= stop:
        return 0.0, 0.0
    lag = int(crossed[0] + np.argmax(r[crossed[0] : stop]))
    return max(0.0, float(r[lag])), float(lag)


def motion(x: Floats, *, noise: Floats) -> Motion:
    """Of a path of means x [F, n], with standard deviations `noise` [F, n] of sampling alone, in the same unit.

    Where noise is 0 any movement is infinitely beyond it.
    """
    moved = detrended(x)
    spread, expected = _size(moved), float(np.sqrt(np.mean(noise**2)))
    drift = spread / expected if expected > 0 else (np.inf if spread > 0 else 1.0)
    beyond = float(np.sqrt(max(0.0, spread**2 - expected**2)))
    score, period = cycle(moved)
    half = x.shape[-1] // 2
    early, late = _size(detrended(x[:, :half])), _size(detrended(x[:, half:]))
    ratio = late / early if early > 0 else (np.inf if late > 0 else 1.0)
    return Motion(drift, beyond, score, period, ratio)


def crossings(x: Floats) -> int:
    """How often a path x [F, n] passes from one side of its line to the other, along the axis on which it moves most.

    Sides begin half a standard deviation from the line. 2 for an arch, 3 for an S: what comes and goes has more.
    """
    moved = detrended(x)
    axes, _, _ = np.linalg.svd(moved, full_matrices=False)
    along = axes[:, 0] @ moved
    sides = np.sign(along)[np.abs(along) > along.std() / 2]
    return int(np.count_nonzero(np.diff(sides)))


def _size(x: Floats) -> float:
    """Root mean square of x [F, n]."""
    return float(np.sqrt(np.mean(x**2)))
