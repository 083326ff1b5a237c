"""One run of each kind of finding, with the step at which it begins. Names are those of the kinds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.detect.runs import (
    EVALUATIONS,
    MODES,
    SAMPLES,
    STEPS,
    Floats,
    Synthetic,
    critic,
    healthy,
    since,
    with_logits,
)

ONSET = STEPS // 2
STEP = np.arange(STEPS)
EVALUATED = np.arange(1, EVALUATIONS + 1) * (STEPS // EVALUATIONS)


def later(bad: float, good: float) -> Floats:
    """A metric that turns from good to bad at the onset."""
    return np.where(EVALUATED > ONSET, bad, good)


def cycle(period: float, amplitude: float = 0.5, *, phase: float = 0.0) -> Callable[[Floats, Floats], Floats]:
    return lambda step, was: was + amplitude * np.sin(2 * np.pi * step / period + phase)


def non_finite() -> Synthetic:
    return healthy().with_signals(nonfinite=since(STEPS - 40, 1.0)).with_facts(diverged_at=STEPS - 40)


def wiring() -> Synthetic:
    """Double sigmoid: G's loss is that of other logits than those on record."""
    return healthy().with_signals(loss_g=0.31)


def exploding_gradient() -> Synthetic:
    return healthy().with_signals(
        gradient_norm_g=since(ONSET, lambda step, was: 40 * was), update_ratio_g=since(ONSET, 0.3)
    )


def gradient_spike() -> Synthetic:
    return healthy().with_signals(gradient_norm_d=lambda step, was: np.where(step == ONSET, 100.0, was))


def diverging_discriminator() -> Synthetic:
    return with_logits(healthy(), real=0.0, fake=0.0, std=np.where(STEP >= ONSET, 5.0, 0.3))


def blind_discriminator() -> Synthetic:
    run = with_logits(healthy(), real=0.0, fake=0.0, std=np.where(STEP >= ONSET, 1e-3, 0.3))
    return run.with_evaluations(covered_share=later(0.25, 1.0), high_quality=later(0.1, 0.8))


def one_sided_discriminator() -> Synthetic:
    return with_logits(
        healthy(), real=np.where(STEP >= ONSET, 2.0, 0.1), fake=np.where(STEP >= ONSET, 2.0, -0.1), std=0.3
    ).with_signals(real_logit_positive=since(ONSET, 1.0), fake_logit_positive=since(ONSET, 1.0))


def frozen_network() -> Synthetic:
    return healthy().with_signals(update_norm_g=since(ONSET, 0.0), update_ratio_g=since(ONSET, 0.0))


def vanishing_gradient() -> Synthetic:
    run = with_logits(
        healthy(0, "minimax"),
        real=np.where(STEP >= ONSET, 14.0, 0.1),
        fake=np.where(STEP >= ONSET, -14.0, -0.1),
        std=0.3,
    )
    run = run.with_signals(
        auc=since(ONSET, 1.0), attenuation=since(ONSET, 8e-7), update_ratio_g=since(ONSET, 1e-8)
    )
    return run.with_signals(implied_coverage=since(ONSET, 0.05), implied_precision=since(ONSET, 0.05))


def generator_dominance() -> Synthetic:
    return healthy().with_signals(auc=since(ONSET, 0.3), auc_low=since(ONSET, 0.8))


def mode_hopping() -> Synthetic:
    """Two modes at a time, other ones at every evaluation."""
    share = np.where(EVALUATED > ONSET, 2 / MODES, 1.0)
    counts = np.full((EVALUATIONS, MODES), SAMPLES // 10)
    for row in np.flatnonzero(EVALUATED > ONSET):
        counts[row] = 0
        counts[row, [row % MODES, (3 * row + 1) % MODES]] = 900
    swinging = with_logits(healthy(), real=0.1, fake=-0.1, std=np.where(STEP >= ONSET, 1.5, 0.3))
    return swinging.with_evaluations(covered_share=share, mode_histogram=counts)


def limit_cycle() -> Synthetic:
    return healthy().with_signals(fake_mean_0=cycle(400), fake_mean_1=cycle(400, phase=np.pi / 2))


def mode_collapse() -> Synthetic:
    """One of eight modes, with the discriminator near its optimum: AUC 1 - c/2, E e^l = c, precision 1."""
    run = healthy().with_signals(
        auc=since(ONSET, 1 - 1 / 16),
        implied_coverage=since(ONSET, 1 / 8),
        implied_precision=since(ONSET, 1.0),
        pairwise_distance=since(ONSET, 0.2),
    )
    counts = np.full((EVALUATIONS, MODES), SAMPLES // 10)
    counts[EVALUATED > ONSET] = [2000, *[0] * (MODES - 1)]
    seen = dict.fromkeys(("auc_train", "auc_held_out"), later(1 - 1 / 16, 0.55))
    return run.with_evaluations(covered_share=later(1 / 8, 1.0), mode_histogram=counts, **seen)


def in_mode_collapse() -> Synthetic:
    return healthy().with_evaluations(in_mode_std=later(0.2, 1.0), high_quality=later(1.0, 0.8))


def discriminator_dominance() -> Synthetic:
    run = healthy().with_signals(auc=since(ONSET, 0.998), implied_coverage=since(ONSET, 0.06))
    return run.with_evaluations(high_quality=later(0.05, 0.8), covered_share=1.0)


def discriminator_overfitting() -> Synthetic:
    return healthy().with_evaluations(auc_train=later(0.8, 0.55), auc_held_out=0.55)


def late_collapse() -> Synthetic:
    return healthy().with_evaluations(high_quality=later(0.35, 0.8), sliced_wasserstein=later(0.4, 0.05))


def stagnation() -> Synthetic:
    """G stops on its way: its samples are junk, and D knows."""
    run = with_logits(healthy(), real=1.0, fake=-1.0, std=1.0).with_signals(auc=0.93)
    stopped = run.with_signals(update_ratio_g=since(ONSET, 1e-9))
    return stopped.with_evaluations(high_quality=0.05, auc_train=0.93, auc_held_out=0.93)


def convergence() -> Synthetic:
    return with_logits(healthy(), real=0.02, fake=-0.02, std=0.1)


RUNS: dict[str, Callable[[], Synthetic]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        non_finite,
        wiring,
        exploding_gradient,
        gradient_spike,
        diverging_discriminator,
        blind_discriminator,
        one_sided_discriminator,
        frozen_network,
        vanishing_gradient,
        generator_dominance,
        mode_hopping,
        limit_cycle,
        mode_collapse,
        in_mode_collapse,
        discriminator_dominance,
        discriminator_overfitting,
        late_collapse,
        stagnation,
        convergence,
    )
}
HEALTHY = {
    "non-saturating": healthy,
    "minimax": lambda: healthy(0, "minimax"),
    "least-squares": lambda: critic(0, "least-squares"),
    "hinge": lambda: critic(0, "hinge"),
    "wasserstein": critic,
}
