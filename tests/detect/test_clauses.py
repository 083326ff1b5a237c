"""Every clause earns its place: a run that is clear, and is called bad once the clause is taken out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from ganbench.detect.diagnose import detector
from ganbench.detect.thresholds import limits
from ganbench.records import Finding
from tests.detect.pathologies import EVALUATED, ONSET, RUNS, STEP, later
from tests.detect.runs import EVALUATIONS, STEPS, Floats, Synthetic, critic, healthy, since, with_logits
from tests.detect.test_hard_negatives import (
    big_and_good,
    few_samples_on_modes,
    growing_norms,
    slow_but_fine,
    warm_restart,
)

NEVER, ALWAYS = -np.inf, np.inf
Changes = Mapping[str, float]


def judged(
    kind: str, run: Synthetic, changes: Changes, section: str | None = None, window: int = 16
) -> Finding:
    changed = limits()
    changed[section or kind] |= changes
    return detector(kind)(run.table(window=window), changed)


def separated_without_signal() -> Synthetic:
    """G's signal is weak because D calls all fake, but D does not separate."""
    return healthy(0, "minimax").with_signals(attenuation=0.005)


def flat_but_ranking() -> Synthetic:
    """D's outputs are within a hundredth, and in the right order."""
    run = with_logits(healthy(), real=0.004, fake=-0.004, std=0.002).with_signals(auc=0.99)
    return run.with_evaluations(high_quality=0.1)


def converged_and_flat() -> Synthetic:
    return with_logits(healthy(), real=0.0, fake=0.0, std=1e-3)


def level_of_nothing() -> Synthetic:
    """All logits on one side, by a hundredth."""
    run = with_logits(healthy(), real=0.01, fake=0.01, std=1e-3)
    return run.with_signals(real_logit_positive=1.0, fake_logit_positive=1.0)


def noisy_norms() -> Synthetic:
    """Norms over decades in every window: a factor of ten is nothing special."""
    wild = 10 ** (0.6 * np.random.default_rng(3).standard_normal(STEPS))
    return healthy().with_signals(gradient_norm_d=wild)


def quiet_bump() -> Synthetic:
    """One step nine times as long, in norms that never vary."""
    return healthy().with_signals(gradient_norm_d=np.where(STEP == ONSET, 9.0, 1.0), gradient_norm_g=1.0)


def high_plateau() -> Synthetic:
    """A critic whose outputs became wide once, and stayed."""
    wide = np.where(STEP >= 800, 0.3 * 40, 0.3)
    return critic().with_signals(**{f"{side}_logit_std": wide for side in ("real", "fake", "generator")})


def slow_growth() -> Synthetic:
    """A critic whose outputs grow tenfold over the run, and go on growing."""
    wide = 0.3 * 10 ** (STEP / STEPS)
    return critic().with_signals(**{f"{side}_logit_std": wide for side in ("real", "fake", "generator")})


def small_batches() -> Synthetic:
    """Single samples, whose noise is twice that of the data."""
    rng = np.random.default_rng(1)
    means = {f"fake_mean_{k}": 2.0 * rng.standard_normal(STEPS) for k in range(2)}
    widths = {f"fake_std_{k}": 0.0 for k in range(2)}
    return healthy().with_signals(**means, **widths).with_facts(batch=1).without_evaluations()


def wobble() -> Synthetic:
    """A slow random wobble of a tenth of the data's width."""
    rng = np.random.default_rng(2)
    steps = np.cumsum(rng.standard_normal(STEPS))
    slow = 0.15 * (steps - steps.mean()) / steps.std()
    return (
        healthy()
        .with_signals(fake_mean_0=lambda s, was: was / 10 + slow)
        .with_facts(batch=6400)
        .without_evaluations()
    )


def wander(scale: float | Floats = 1.0) -> Synthetic:
    """To and fro, every 150 steps or so, at no regular time."""
    jumps = np.random.default_rng(5).random(STEPS) < 1 / 150
    place = scale * (-1.0) ** np.cumsum(jumps)
    return healthy().with_signals(fake_mean_0=lambda s, was: was + place).without_evaluations()


def small_circle() -> Synthetic:
    """A clear cycle of a twentieth of the data's width, seen in large batches."""
    wave = 0.04 * np.sin(2 * np.pi * STEP / 300)
    return healthy().with_signals(fake_mean_0=lambda s, was: was / 10 + wave).with_facts(batch=6400)


def circling_fakes() -> Synthetic:
    """As far as from mode to mode, with a period."""
    wave = 1.5 * np.sin(2 * np.pi * STEP / 300)
    return healthy().with_signals(fake_mean_0=lambda s, was: was + wave).without_evaluations()


def one_bad_evaluation(name: str, bad: float) -> Synthetic:
    usual = np.asarray(healthy().evaluations[name], float)
    return healthy().with_evaluations(**{name: np.where(np.arange(EVALUATIONS) == 14, bad, usual)})


def early_gap(name: str, bad: float, until: int) -> Synthetic:
    usual = np.asarray(healthy().evaluations[name], float)
    return healthy().with_evaluations(**{name: np.where(until >= EVALUATED, bad, usual)})


def log_of(**signals: float) -> Synthetic:
    """A log alone: no evaluations, no distances in the batch."""
    return healthy().with_signals(**signals, pairwise_distance=None).without_evaluations()


def sure_and_bad() -> Synthetic:
    """D separates, the samples are bad, and they improve."""
    better = np.linspace(0.01, 0.25, EVALUATIONS)
    return healthy().with_signals(auc=0.995).with_evaluations(high_quality=better)


def bad_without_slope() -> Synthetic:
    return healthy().with_evaluations(high_quality=0.1, sliced_wasserstein=0.5).with_signals(auc=0.7)


def bad_with_slope() -> Synthetic:
    noise = 0.002 * np.random.default_rng(0).standard_normal(EVALUATIONS)
    return (
        healthy()
        .with_evaluations(high_quality=np.linspace(0.05, 0.2, EVALUATIONS) + noise)
        .with_signals(auc=0.95)
    )


def good_without_slope() -> Synthetic:
    return healthy().with_evaluations(high_quality=0.8, sliced_wasserstein=0.05).with_signals(auc=0.95)


def few_samples(**metrics: float) -> Synthetic:
    bad = {name: later(value, 0.8) for name, value in metrics.items()}
    return healthy().with_facts(samples=24).with_evaluations(**bad)


def large_logits() -> Synthetic:
    """D works with large logits, and they do not grow."""
    return with_logits(healthy(), real=60.0, fake=-60.0, std=1.0)


def growing_norms_more() -> Synthetic:
    """Thirtyfold at the end."""
    return growing_norms().with_signals(gradient_norm_g=lambda s, was: was * (1 + 2 * s / STEPS))


def dying_circle() -> Synthetic:
    wave = 9 * np.exp(-STEP / 700) * np.sin(2 * np.pi * STEP / 200)
    return healthy().with_signals(fake_mean_0=lambda s, was: was / 10 + wave)


def dying_wander() -> Synthetic:
    """Jumps that get smaller and smaller."""
    return wander(60 * np.exp(-STEP / 500))


def slower_updates() -> Synthetic:
    """Updates fall to a tenth."""
    rate = np.where(STEP > ONSET, 0.1, 1.0)
    return healthy().with_signals(**{f"update_ratio_{p}": lambda s, was: was * rate for p in "dg"})


def wander_and_cover() -> Synthetic:
    return wander().with_evaluations(**healthy().evaluations)


CLAUSES: list[tuple[str, Changes, Callable[[], Synthetic]]] = [
    ("vanishing-gradient", {"auc": NEVER}, separated_without_signal),
    ("vanishing-gradient", {"attenuation_warn": ALWAYS}, lambda: healthy().with_signals(auc=1.0)),
    ("blind-discriminator", {"auc": ALWAYS}, flat_but_ranking),
    ("blind-discriminator", {"spread": ALWAYS}, lambda: healthy().with_evaluations(high_quality=0.1)),
    ("blind-discriminator", {"after": NEVER}, lambda: with_logits(healthy(), real=0, fake=0, std=np.where(STEP < 150, 1e-3, 0.3)).with_evaluations(high_quality=0.1)),
    ("one-sided-discriminator", {"offset": NEVER}, level_of_nothing),
    ("one-sided-discriminator", {"share": 0.1}, lambda: with_logits(healthy(), real=0.3, fake=0.2, std=0.3)),
    ("generator-dominance", {"share": 0.0}, healthy),
    ("generator-dominance", {"sigma": -2.0}, healthy),
    ("generator-dominance", {"after": NEVER}, lambda: healthy().with_signals(auc_low=lambda s, was: np.where(s < 190, 1.0, was))),
    ("discriminator-dominance", {"auc": 0.5}, healthy),
    ("discriminator-dominance", {"after": NEVER}, lambda: healthy().with_signals(auc=lambda s, was: np.where(s < 190, 1.0, was))),
    ("exploding-gradient", {"update_ratio": NEVER}, growing_norms_more),
    ("exploding-gradient", {"growth": 0.0}, growing_norms_more),
    ("exploding-gradient", {"ratio": 0.0}, lambda: warm_restart().with_signals(update_ratio_g=0.2)),
    ("gradient-spike", {"z": NEVER}, noisy_norms),
    ("gradient-spike", {"ratio": 8.0}, quiet_bump),
    ("gradient-spike", {"after": NEVER}, lambda: healthy().with_signals(gradient_norm_d=lambda s, was: np.where(s == 70, 100.0, was))),
    ("diverging-discriminator", {"rise": NEVER}, high_plateau),
    ("diverging-discriminator", {"growth": 2.0}, slow_growth),
    ("diverging-discriminator", {"loss_ratio": 0.9}, healthy),
    ("mode-hopping", {"moves": 0.0}, slow_but_fine),
    ("mode-hopping", {"samples_per_mode": 0.0, "least": 1.0, "share": 0.1}, few_samples_on_modes),
    ("mode-hopping", {"drift": 0.0}, small_batches),
    ("mode-hopping", {"amplitude": 0.0}, wobble),
    ("mode-hopping", {"score": ALWAYS}, circling_fakes),
    ("mode-hopping", {"ratio": 0.0}, dying_wander),
    ("limit-cycle", {"score": -1.0}, wander),
    ("limit-cycle", {"kept": 0.0}, dying_circle),
    ("limit-cycle", {"amplitude": 0.0}, small_circle),
    ("mode-collapse", {"evaluations": 1.0, "lasting": 0.0}, lambda: one_bad_evaluation("covered_share", 0.5)),
    ("mode-collapse", {"after": NEVER, "lasting": 0.0}, lambda: early_gap("covered_share", 0.5, 800)),
    ("mode-collapse", {"lasting": 0.0}, lambda: early_gap("covered_share", 0.5, 1200)),
    ("mode-collapse", {"samples_per_mode": 0.0}, few_samples_on_modes),
    ("mode-collapse", {"auc_most": 1.1, "precision": 0.0}, lambda: log_of(auc=0.995, implied_coverage=0.06, implied_precision=0.06)),
    ("mode-collapse", {"auc_least": 0.0}, lambda: log_of(auc=0.57, implied_coverage=0.75)),
    ("mode-collapse", {"calibration": 1.0}, lambda: log_of(auc=0.95, implied_coverage=0.6)),
    ("mode-collapse", {"precision": 0.0}, lambda: log_of(auc=0.94, implied_coverage=0.12, implied_precision=0.12)),
    ("in-mode-collapse", {"sigma": 0.0}, lambda: healthy().with_evaluations(high_quality=0.9905)),
    ("in-mode-collapse", {"evaluations": 1.0}, lambda: one_bad_evaluation("in_mode_std", 0.1)),
    ("in-mode-collapse", {"after": NEVER}, lambda: early_gap("in_mode_std", 0.1, 600).with_facts(steps=8000)),
    ("discriminator-overfitting", {"gap": 0.0, "sigma": 0.0}, lambda: healthy().with_evaluations(auc_train=0.57, auc_held_out=0.55)),
    ("discriminator-overfitting", {"sigma": 0.0}, lambda: healthy().with_evaluations(auc_train=0.65, auc_held_out=0.55).with_facts(audit=64)),
    ("discriminator-overfitting", {"evaluations": 1.0}, lambda: one_bad_evaluation("auc_train", 0.9)),
    ("late-collapse", {"share": 0.01, "sigma": 0.0}, lambda: healthy().with_evaluations(high_quality=later(0.65, 0.8))),
    ("late-collapse", {"sigma": 0.0}, lambda: few_samples(high_quality=0.55)),
    ("late-collapse", {"evaluations": 1.0}, lambda: one_bad_evaluation("high_quality", 0.1)),
    ("stagnation", {"auc": 0.0}, bad_without_slope),
    ("stagnation", {"sigma": ALWAYS}, bad_with_slope),
    ("stagnation", {"update_drop": 1.0}, slower_updates),
    ("convergence", {"auc_most": 1.0}, lambda: healthy().with_signals(auc=0.8)),
    ("convergence", {"auc_least": 0.0}, lambda: healthy().with_signals(auc=0.38)),
    ("convergence", {"low_share": 1.1}, lambda: healthy().with_signals(auc_low=STEP % 20 == 0)),
    ("convergence", {"drift": ALWAYS}, wander_and_cover),
    ("convergence", {"amplitude": ALWAYS}, wander_and_cover),
    ("non-finite", {"rise": 0.0}, large_logits),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "taken_out", "run"), CLAUSES, ids=[f"{kind}-{'-'.join(out)}" for kind, out, _ in CLAUSES]
)
def test_without_the_clause_a_sound_run_would_be_called_bad(
    kind: str, taken_out: Changes, run: Callable[[], Synthetic]
) -> None:
    assert judged(kind, run(), {}).status == "clear"
    assert judged(kind, run(), taken_out).status == "fired"


def test_samples_that_are_like_the_data_make_a_flat_discriminator_an_equilibrium() -> None:
    same_as_data = converged_and_flat()
    assert judged("blind-discriminator", same_as_data, {}).status == "clear"
    unlike = same_as_data.with_evaluations(sliced_wasserstein=0.5)
    assert judged("blind-discriminator", unlike, {}).severity == "error"
    assert judged("blind-discriminator", unlike, {"distance_ratio": ALWAYS}, "quality").status == "clear"
    unknown = same_as_data.without_evaluations().with_facts(real_mean=())
    assert judged("blind-discriminator", unknown, {}).severity == "warn"


def test_a_vanishing_gradient_is_an_error_only_where_the_generator_stands_still() -> None:
    moves_on = RUNS["vanishing-gradient"]().with_signals(update_ratio_g=4.6e-3)
    assert judged("vanishing-gradient", moves_on, {}).severity == "warn"
    assert judged("vanishing-gradient", moves_on, {"update_floor": 1.0}).severity == "error"
    mild = RUNS["vanishing-gradient"]().with_signals(attenuation=since(ONSET, 5e-3))
    assert judged("vanishing-gradient", mild, {}).severity == "warn"
    assert judged("vanishing-gradient", mild, {"attenuation_error": 1.0}).severity == "error"


def test_dominance_is_an_error_only_where_samples_are_bad_and_do_not_improve() -> None:
    fine = big_and_good().with_signals(auc=0.995)
    assert judged("discriminator-dominance", fine, {}).severity == "warn"
    assert judged("discriminator-dominance", fine, {"high_quality": 2.0}, "quality").severity == "error"
    assert judged("discriminator-dominance", sure_and_bad(), {}).severity == "warn"
    assert judged("discriminator-dominance", sure_and_bad(), {"improvement": ALWAYS}).severity == "error"


def test_good_samples_do_not_stagnate() -> None:
    assert judged("stagnation", good_without_slope(), {}).status == "clear"
    assert judged("stagnation", good_without_slope(), {"high_quality": 2.0}, "quality").status == "fired"


def test_a_step_to_another_level_is_no_spike() -> None:
    level = healthy().with_signals(gradient_norm_g=lambda s, was: np.where(s >= ONSET, 60 * was, was))
    assert judged("gradient-spike", level, {}).status == "clear"


def test_a_one_sided_discriminator_that_ranks_well_is_a_warning() -> None:
    ranks = RUNS["one-sided-discriminator"]().with_signals(auc=0.9)
    assert judged("one-sided-discriminator", ranks, {}).severity == "warn"
    assert judged("one-sided-discriminator", ranks, {"auc": 1.0}).severity == "error"


@pytest.mark.parametrize(
    "kind", ["discriminator-dominance", "diverging-discriminator", "one-sided-discriminator"]
)
def test_three_bad_blocks_are_not_enough(kind: str) -> None:
    run, sound = RUNS[kind](), healthy(3)
    short = run.with_signals(
        **{
            name: np.where((STEP >= 2400) & (STEP < 2496), values, sound.signals.get(name, values))
            for name, values in run.signals.items()
        }
    ).with_evaluations(**sound.evaluations)
    assert judged(kind, short, {}).status == "clear"
    assert judged(kind, short, {"need": 1.0, "of": 2.0}, "blocks").status == "fired"
