"""Runs that look bad to a naive rule and are sound."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.detect import KINDS, diagnose_table
from tests.detect.runs import STEPS, Synthetic, critic, healthy, logits, losses

STEP = np.arange(STEPS)
EVENTS = [kind for kind in KINDS if kind != "convergence"]
RNG = np.random.default_rng(7)


def hinge_with_zero_loss() -> Synthetic:
    """All margins are met: D's loss is 0 and D gets no gradient, while the samples are fine."""
    run = critic(0, "hinge")
    moments = logits(np.random.default_rng(1), real=3.0, fake=-3.0, std=0.4)
    wide = run.with_signals(**moments, auc=0.97, gradient_norm_d=lambda step, was: was * 0.05)
    return wide.with_signals(
        **losses(wide.signals, run.facts), real_logit_positive=1.0, fake_logit_positive=0.0
    )


def wasserstein_with_a_drifting_offset() -> Synthetic:
    run = critic()
    drift = 0.05 * STEP
    moved = {
        f"{side}_logit_mean": run.signals[f"{side}_logit_mean"] + drift
        for side in ("real", "fake", "generator")
    }
    return run.with_signals(**moved, loss_g=run.signals["loss_g"] - drift)


def lazy_penalty() -> Synthetic:
    """Every sixteenth step has a gradient thirty times as long."""
    due = STEP % 16 == 0
    return (
        healthy()
        .with_signals(penalised=due, gradient_norm_d=lambda step, was: np.where(due, 30 * was, was))
        .with_facts(periods=(16.0,), penalties=("r1",))
    )


def warm_restart() -> Synthetic:
    """The learning rate jumps back every 1,000 steps; updates follow, and nothing else does."""
    rate = 0.05 + 0.475 * (1 + np.cos(np.pi * (STEP % 1000) / 1000)) * 2
    return healthy().with_signals(
        **{f"update_ratio_{p}": lambda step, was: was * rate for p in "dg"},
        **{f"update_norm_{p}": lambda step, was: was * rate for p in "dg"},
    )


def slow_but_fine() -> Synthetic:
    """A mode more at every third evaluation, until all are there; quality and distance follow."""
    held = 1 + 7 * np.arange(20) // 19
    counts = np.array([[250] * n + [0] * (8 - n) for n in held])
    rising = np.linspace(0.1, 0.8, 20)
    return healthy().with_evaluations(
        covered_share=held / 8, mode_histogram=counts, high_quality=rising, sliced_wasserstein=1.0 - rising
    )


def label_smoothing() -> Synthetic:
    """One-sided, .9: D* = .9 / 1.9 at equilibrium."""
    run = healthy().with_facts(tricks=("label-smoothing",))
    level = np.log(0.9)
    moments = logits(np.random.default_rng(1), real=level + 0.1, fake=level - 0.1, std=0.3)
    return run.with_signals(**moments, real_logit_positive=0.52, fake_logit_positive=0.24, loss_d=1.376)


def big_and_good() -> Synthetic:
    """D is right nearly always, its loss is near 0, and the samples are good."""
    run = healthy()
    moments = logits(np.random.default_rng(1), real=6.0, fake=-6.0, std=1.0)
    sure = run.with_signals(**moments, auc=0.985, implied_coverage=0.06, implied_precision=0.06)
    return sure.with_signals(**losses(sure.signals, run.facts))


def adaptive_augmentation() -> Synthetic:
    """E sign(D(x)) = .6 by design: four of five real samples are called real."""
    return healthy().with_signals(real_logit_positive=0.8, fake_logit_positive=0.3, auc=0.75)


def tiny_batch() -> Synthetic:
    rng = np.random.default_rng(2)
    auc = 0.5 + 0.204 * rng.standard_normal(STEPS)  # batch 8
    means = {f"fake_mean_{k}": rng.standard_normal(STEPS) / np.sqrt(8) for k in range(2)}
    return healthy().with_signals(auc=auc, auc_low=0.0, **means).with_facts(batch=8)


def imbalanced_modes() -> Synthetic:
    counts = np.random.default_rng(3).multinomial(2000, [0.65, *[0.05] * 7], size=20)
    return healthy().with_evaluations(mode_histogram=counts)


def clipped_gradients() -> Synthetic:
    return healthy().with_signals(gradient_norm_d=lambda s, was: np.minimum(was, 0.3), gradient_norm_g=0.3)


def growing_norms() -> Synthetic:
    """Norms grow tenfold over a run that stays sound: neither updates nor outputs follow."""
    growth = 10 ** (1.02 * STEP / STEPS)
    return healthy().with_signals(**{f"gradient_norm_{p}": lambda step, was: was * growth for p in "dg"})


def annealed() -> Synthetic:
    """A learning rate that ends at 0."""
    rate = np.maximum(1 - STEP / (0.7 * STEPS), 1e-9)
    return (
        healthy()
        .with_signals(**{f"update_ratio_{p}": lambda step, was: was * rate for p in "dg"})
        .with_facts(annealed=True)
    )


def balanced_players() -> Synthetic:
    """D stands still for long, because it was told to."""
    waits = STEP > 1000
    return (
        healthy()
        .with_signals(update_norm_d=np.where(waits, 0.0, 1e-2))
        .with_facts(tricks=("loss-balancing",))
    )


def epochs() -> Synthetic:
    """Batches in a fixed order: the mean of a batch has the period of an epoch."""
    wave = 0.4 * np.sin(2 * np.pi * STEP / 400)
    return healthy().with_signals(fake_mean_0=lambda step, was: was + wave).with_facts(periods=(400.0,))


def mixed_precision() -> Synthetic:
    """Loss scaling probes for overflow: one step in a thousand is skipped."""
    return healthy().with_signals(nonfinite=STEP % 1000 == 999).with_facts(loss_scaling=True)


def damped_spiral() -> Synthetic:
    wave = 2.0 * np.exp(-STEP / 500) * np.sin(2 * np.pi * STEP / 300)
    return healthy().with_signals(fake_mean_0=lambda step, was: was + wave)


def early_hopping() -> Synthetic:
    """Modes come and go in the first fifth, as in any run."""
    counts = np.full((20, 8), 250)
    for row in range(4):
        counts[row] = np.where(np.arange(8) % 4 == row, 1000, 0)
    return healthy().with_evaluations(mode_histogram=counts)


def few_samples_on_modes() -> Synthetic:
    """A critic's samples are spread over everything: which modes its few good ones hit is chance."""
    rng = np.random.default_rng(4)
    counts = rng.multinomial(12, np.full(8, 1 / 8), size=20)
    return critic().with_evaluations(
        mode_histogram=counts,
        covered_share=(counts > 0).mean(axis=1),
        high_quality=counts.sum(axis=1) / 2500,
        in_mode_std=None,
    )


def noisy_distance() -> Synthetic:
    """Only a noisy distance is measured: its best value is a lucky one."""
    noisy = 0.05 * np.exp(0.3 * np.random.default_rng(5).standard_normal(20))
    absent = dict.fromkeys(("covered_share", "high_quality", "in_mode_std", "mode_histogram"))
    return healthy().with_evaluations(sliced_wasserstein=noisy, **absent)


NEGATIVES = [
    hinge_with_zero_loss,
    wasserstein_with_a_drifting_offset,
    lazy_penalty,
    warm_restart,
    slow_but_fine,
    label_smoothing,
    big_and_good,
    adaptive_augmentation,
    tiny_batch,
    imbalanced_modes,
    clipped_gradients,
    growing_norms,
    annealed,
    balanced_players,
    epochs,
    mixed_precision,
    damped_spiral,
    early_hopping,
    noisy_distance,
]


@pytest.mark.parametrize("run", NEGATIVES, ids=lambda run: run.__name__)
def test_a_sound_run_raises_nothing(run) -> None:
    assert [
        (one.kind, one.reason) for one in diagnose_table(run().table(), kinds=EVENTS) if one.status == "fired"
    ] == []


def test_of_samples_beside_the_data_the_few_on_modes_say_that_modes_are_missing_and_nothing_more() -> None:
    found = diagnose_table(few_samples_on_modes().table(), kinds=EVENTS)
    assert [(one.kind, one.form) for one in found if one.status == "fired"] == [("mode-collapse", "total")]


@pytest.mark.parametrize("phi", [0.0, 0.9, 0.99, 1.0])
def test_logs_of_red_noise_raise_no_cycle(phi: float) -> None:
    """Fake means that wander as AR(1): they move, and have no period."""
    cycles, sound = 0, healthy()
    for seed in range(50):
        shocks = np.random.default_rng(seed).standard_normal((2, STEPS)) / 8
        x = shocks.copy()
        for t in range(1, STEPS):
            x[:, t] += phi * x[:, t - 1]
        run = sound.with_signals(fake_mean_0=x[0], fake_mean_1=x[1])
        cycles += run.find("limit-cycle").status == "fired"
    assert cycles <= 1


def test_each_of_these_is_told_apart_by_one_fact_or_column() -> None:
    """Without what tells it apart, the same run is called bad: the guards are in use."""
    assert balanced_players().with_facts(tricks=()).find("frozen-network").status == "fired"
    assert epochs().with_facts(periods=()).find("limit-cycle").status == "fired"
    assert mixed_precision().with_facts(loss_scaling=False).find("non-finite").status == "fired"
    at_rest = annealed().with_evaluations(high_quality=0.05)
    assert at_rest.find("stagnation").status == "clear"
    assert at_rest.with_facts(annealed=False).find("stagnation").status == "fired"
    spiked = lazy_penalty().with_signals(gradient_norm_d=lambda s, was: np.where(s == 2006, 12.0, was))
    assert spiked.find("gradient-spike", window=4).status == "fired"
    hidden = spiked.with_signals(penalised=None).find("gradient-spike", window=4)
    assert hidden.status == "clear"
