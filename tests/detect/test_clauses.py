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
    return far_by_distance(run)


def far_by_distance(run: Synthetic) -> Synthetic:
    """No modes are counted; a distance has come down, to twelve times its floor."""
    absent = dict.fromkeys(("covered_share", "high_quality", "in_mode_std", "mode_histogram"))
    distance = np.where(EVALUATED < 400, 5.0, 0.5)
    return run.with_evaluations(**absent, auc_train=None, auc_held_out=None, sliced_wasserstein=distance)


def junk(run: Synthetic, share: float | Floats = 0.05) -> Synthetic:
    """Hardly a sample lies on a mode."""
    return run.with_evaluations(high_quality=share, auc_train=None, auc_held_out=None)


def wide_and_blind() -> Synthetic:
    """D's logits are large, and say nothing of samples that are junk."""
    return junk(with_logits(healthy(), real=0.1, fake=-0.1, std=1.0))


def overtaken_by_turns() -> Synthetic:
    """D is right for 400 steps, and G has fooled it for the next."""
    return junk(healthy().with_signals(auc=np.where(STEP // 400 % 2, 0.25, 0.75)), 0.01)


def junk_of_late() -> Synthetic:
    return junk(healthy(), np.where(EVALUATED >= STEPS - 200, 0.05, 0.8))


def seen_and_moving() -> Synthetic:
    """G is on its way: its samples are junk, and D knows."""
    return RUNS["stagnation"]().with_signals(update_ratio_g=2e-3)


def paused() -> Synthetic:
    return RUNS["stagnation"]().with_signals(update_ratio_g=since(STEPS - 400, 1e-9, before=2e-3))


def unrecorded(run: Synthetic) -> Synthetic:
    return run.with_signals(update_ratio_g=None)


def converged_and_flat() -> Synthetic:
    return with_logits(healthy(), real=0.0, fake=0.0, std=1e-3)


def level_of_nothing() -> Synthetic:
    """All logits on one side, by a hundredth."""
    run = with_logits(healthy(), real=0.01, fake=0.01, std=1e-3)
    return run.with_signals(real_logit_positive=1.0, fake_logit_positive=1.0)


def quiet_bump() -> Synthetic:
    """One step nine times as long, in norms that never vary."""
    return healthy().with_signals(gradient_norm_d=np.where(STEP == ONSET, 9.0, 1.0), gradient_norm_g=1.0)


def high_plateau() -> Synthetic:
    """A critic whose outputs became wide once, and stayed."""
    wide = np.where(STEP >= 800, 0.3 * 40, 0.3)
    return critic().with_signals(**{f"{side}_logit_std": wide for side in ("real", "fake", "generator")})


def slow_growth() -> Synthetic:
    """A critic whose outputs grow fivefold over the run, and go on growing."""
    wide = 0.3 * 5 ** (STEP / STEPS)
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


def wander(scale: float | Floats = 1.0, *, every: int = 150) -> Synthetic:
    """To and fro, every 150 steps or so, at no regular time."""
    jumps = np.random.default_rng(5).random(STEPS) < 1 / every
    place = scale * (-1.0) ** np.cumsum(jumps)
    return healthy().with_signals(fake_mean_0=lambda s, was: was + place).without_evaluations()


def small_circle() -> Synthetic:
    """A clear cycle of a twentieth of the data's width, seen in large batches."""
    wave = 0.04 * np.sin(2 * np.pi * STEP / 300)
    large = healthy().with_signals(fake_mean_1=lambda s, was: was / 10).with_facts(batch=6400)
    return large.with_signals(fake_mean_0=lambda s, was: was / 10 + wave)


def circling_fakes() -> Synthetic:
    """As far as from mode to mode, with a period."""
    wave = 1.5 * np.sin(2 * np.pi * STEP / 300)
    return healthy().with_signals(fake_mean_0=lambda s, was: was + wave).without_evaluations()


def one_bad_evaluation(name: str, bad: float) -> Synthetic:
    usual = np.asarray(healthy().evaluations[name], float)
    return healthy().with_evaluations(**{name: np.where(np.arange(EVALUATIONS) == 14, bad, usual)})


def late(evaluations: int, bad: float, good: float) -> Floats:
    """A metric that is bad at the last few evaluations."""
    return np.where(np.arange(EVALUATIONS) >= EVALUATIONS - evaluations, bad, good)


def modes_missing_at_the_last(evaluations: int) -> Synthetic:
    """Half of the modes."""
    counts = np.full((EVALUATIONS, 8), 250)
    counts[-evaluations:, 4:] = 0
    return healthy().with_evaluations(mode_histogram=counts)


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


def few_samples(**metrics: float | None) -> Synthetic:
    bad = {name: value if value is None else later(value, 0.8) for name, value in metrics.items()}
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
    return wander(8 * np.exp(-STEP / 1100), every=60)


def wander_far_away() -> Synthetic:
    """Junk: the samples wander beside the data."""
    return wander().with_signals(fake_mean_1=5.0)


def arch() -> Synthetic:
    """Away from the data's mean and back, once."""
    hill = 4 * np.exp(-(((STEP - 3000) / 400) ** 2))
    return healthy().with_signals(fake_mean_0=lambda s, was: was + hill).without_evaluations()


def slow_spiral() -> Synthetic:
    """A game of points that spirals inwards as t^(-1/2)."""
    wave = (1 + STEP / 100) ** -0.5 * np.sin(2 * np.pi * STEP / 200)
    still = healthy().with_signals(fake_mean_1=None, fake_std_1=None, fake_std_0=0.0, fake_mean_0=wave)
    return still.with_facts(real_std=(0.0,), real_mean=(0.0,))


def modes_held(held: Floats) -> Synthetic:
    """held: [EVALUATIONS, 8], shares of 250 samples."""
    return healthy().with_evaluations(mode_histogram=np.round(250 * held))


def learning_late() -> Synthetic:
    """Half of the modes are found when most of the run is over, and none is lost."""
    held = np.ones((EVALUATIONS, 8))
    held[:17, 4:] = 0
    return modes_held(held)


def changing_places() -> Synthetic:
    """All of the modes but one, and another one only once."""
    held = np.ones((EVALUATIONS, 8))
    held[[15, 17], [0, 1]] = 0
    return modes_held(held)


def rare_modes() -> Synthetic:
    """Half of the modes have few samples, now a little more than a tenth of their share, now a little less."""
    held = np.ones((EVALUATIONS, 8))
    held[:, 4:] = np.where((np.arange(EVALUATIONS)[:, None] + np.arange(4)) % 2, 0.08, 0.04)
    return modes_held(held)


def wander_and_cover() -> Synthetic:
    return wander(0.15).with_evaluations(**healthy().evaluations)


def for_a_while(kind: str, *, begin: int = 1600, end: int = 2400) -> Synthetic:
    """The signals of a pathology over some steps of a sound run."""
    run, sound = RUNS[kind](), healthy(3)
    ill = run.with_signals(**{name: values[ONSET:].mean() for name, values in run.signals.items()})
    inside = (begin <= STEP) & (end > STEP)
    mixed = {
        name: np.where(inside, values, sound.signals.get(name, values))
        for name, values in ill.signals.items()
    }
    return run.with_signals(**mixed).with_evaluations(**sound.evaluations)


CLAUSES: list[tuple[str, Changes, Callable[[], Synthetic]]] = [
    ("vanishing-gradient", {"auc": NEVER}, separated_without_signal),
    ("vanishing-gradient", {"attenuation_warn": ALWAYS, "collapse": ALWAYS}, lambda: healthy().with_signals(auc=1.0)),
    ("vanishing-gradient", {"collapse": ALWAYS}, lambda: healthy(0, "minimax").with_signals(attenuation=0.025, auc=0.975)),
    ("vanishing-gradient", {"lasting": 0.0}, lambda: healthy(0, "minimax").with_signals(attenuation=np.where(STEP // 400 == 5, 1e-3, 0.5), auc=1.0)),
    ("blind-discriminator", {"gap": -1.0}, healthy),
    ("blind-discriminator", {"spread": ALWAYS}, wide_and_blind),
    ("blind-discriminator", {"swing": ALWAYS}, overtaken_by_turns),
    ("blind-discriminator", {"evaluations": 0.0}, junk_of_late),
    ("blind-discriminator", {"auc": ALWAYS}, flat_but_ranking),
    ("blind-discriminator", {"flat": ALWAYS}, lambda: far_by_distance(healthy())),
    ("blind-discriminator", {"after": NEVER}, lambda: far_by_distance(with_logits(healthy(), real=0, fake=0, std=np.where(STEP < 200, 1e-3, 0.3)))),
    ("frozen-network", {"least": 0.0}, lambda: healthy().with_signals(update_norm_g=since(STEPS - 200, 0.0))),
    ("frozen-network", {"rounding": 1e-3}, lambda: healthy().with_signals(weight_norm_g=1.0, update_norm_g=1e-6)),
    ("one-sided-discriminator", {"offset": NEVER}, level_of_nothing),
    ("one-sided-discriminator", {"share": 0.1}, lambda: with_logits(healthy(), real=0.3, fake=0.2, std=0.3)),
    ("one-sided-discriminator", {"lasting": 0.0}, lambda: for_a_while("one-sided-discriminator")),
    ("generator-dominance", {"share": 0.05}, lambda: healthy().with_signals(auc=np.where(STEP // 32 % 10 < 1, 0.3, 0.55))),
    ("generator-dominance", {"sigma": NEVER}, lambda: healthy().with_signals(auc=0.42).with_facts(batch=2)),
    ("generator-dominance", {"margin": NEVER}, lambda: healthy().with_signals(auc=0.455)),
    ("discriminator-dominance", {"auc": 0.5}, healthy),
    ("discriminator-dominance", {"lasting": NEVER}, lambda: healthy().with_signals(auc=lambda s, was: np.where(s // 400 == 5, 1.0, was))),
    ("exploding-gradient", {"update_ratio": NEVER}, growing_norms_more),
    ("exploding-gradient", {"growth": 0.0}, growing_norms_more),
    ("exploding-gradient", {"weights": 3.0}, lambda: healthy().with_signals(weight_norm_d=10 + 30 * STEP / STEPS)),
    ("exploding-gradient", {"jump": 1.0}, lambda: healthy().with_signals(fake_mean_0=since(ONSET + 8, 4.0))),
    ("exploding-gradient", {"ratio": 0.0}, lambda: warm_restart().with_signals(update_ratio_g=0.2)),
    ("gradient-spike", {"ratio": 8.0}, quiet_bump),
    ("gradient-spike", {"after": NEVER}, lambda: healthy().with_signals(gradient_norm_d=lambda s, was: np.where(s == 70, 100.0, was))),
    ("diverging-discriminator", {"rise": NEVER}, high_plateau),
    ("diverging-discriminator", {"growth": 2.0}, slow_growth),
    ("diverging-discriminator", {"loss_ratio": 0.9}, healthy),
    ("diverging-discriminator", {"lasting": 0.0}, lambda: for_a_while("diverging-discriminator")),
    ("mode-hopping", {"moves": 0.0}, learning_late),
    ("mode-hopping", {"least": 0.0, "share": 0.0}, changing_places),
    ("mode-hopping", {"gone": 0.1}, rare_modes),
    ("mode-hopping", {"samples_per_mode": 0.0, "share": 0.1, "moves": 0.1}, few_samples_on_modes),
    ("mode-hopping", {"drift": 0.0}, small_batches),
    ("mode-hopping", {"amplitude": 0.0}, wobble),
    ("mode-hopping", {"score": ALWAYS}, circling_fakes),
    ("mode-hopping", {"ratio": 0.0}, dying_wander),
    ("mode-hopping", {"inside": ALWAYS}, wander_far_away),
    ("mode-hopping", {"crossings": 0.0}, arch),
    ("limit-cycle", {"score": -1.0}, wander),
    ("limit-cycle", {"kept": 0.0}, dying_circle),
    ("limit-cycle", {"amplitude": 0.0}, small_circle),
    ("limit-cycle", {"closed": 0.0}, slow_spiral),
    ("mode-collapse", {"evaluations": 2.0}, lambda: modes_missing_at_the_last(2)),
    ("mode-collapse", {"held": 1.1}, healthy),
    ("mode-collapse", {"on_modes": 1.0}, lambda: healthy().with_evaluations(mode_histogram=np.full((EVALUATIONS, 8), 20))),
    ("mode-collapse", {"auc_most": 1.1, "precision": 0.0}, lambda: log_of(auc=0.995, implied_coverage=0.06, implied_precision=0.06)),
    ("mode-collapse", {"auc_least": 0.0}, lambda: log_of(auc=0.57, implied_coverage=0.75)),
    ("mode-collapse", {"calibration": 1.0}, lambda: log_of(auc=0.95, implied_coverage=0.6)),
    ("mode-collapse", {"precision": 0.0}, lambda: log_of(auc=0.94, implied_coverage=0.12, implied_precision=0.12)),
    ("in-mode-collapse", {"sigma": 0.0}, lambda: healthy().with_evaluations(high_quality=0.9905)),
    ("in-mode-collapse", {"thin": 1.1}, healthy),
    ("in-mode-collapse", {"evaluations": 1.0}, lambda: healthy().with_evaluations(in_mode_std=late(1, 0.1, 1.0))),
    ("discriminator-overfitting", {"gap": 0.0, "sigma": 0.0}, lambda: healthy().with_evaluations(auc_train=0.57, auc_held_out=0.55)),
    ("discriminator-overfitting", {"sigma": 0.0}, lambda: healthy().with_evaluations(auc_train=0.65, auc_held_out=0.55).with_facts(audit=64)),
    ("discriminator-overfitting", {"evaluations": 1.0}, lambda: one_bad_evaluation("auc_train", 0.9)),
    ("late-collapse", {"share": 0.01, "sigma": 0.0}, lambda: healthy().with_evaluations(sliced_wasserstein=None, high_quality=later(0.65, 0.8))),
    ("late-collapse", {"sigma": 0.0}, lambda: few_samples(high_quality=0.55, sliced_wasserstein=None)),
    ("late-collapse", {"distance": 0.1}, lambda: healthy().with_evaluations(sliced_wasserstein=later(0.3, 0.2))),
    ("late-collapse", {"moments": 0.0}, lambda: healthy().without_evaluations().with_signals(fake_mean_0=since(ONSET, lambda s, was: was + 0.25))),
    ("late-collapse", {"floors": 0.0}, lambda: healthy().with_evaluations(sliced_wasserstein=later(0.03, 0.01))),
    ("late-collapse", {"after": NEVER}, lambda: healthy().with_evaluations(sliced_wasserstein=np.where(EVALUATED > 800, 0.5, 0.05))),
    ("late-collapse", {"evaluations": 1.0, "window": 0.0}, lambda: healthy().with_evaluations(sliced_wasserstein=late(1, 0.5, 0.05))),
    ("stagnation", {"pace": ALWAYS}, seen_and_moving),
    ("stagnation", {"apart": 0.0}, lambda: healthy().with_signals(update_ratio_g=1e-9)),
    ("stagnation", {"least": 0.0}, paused),
    ("stagnation", {"apart": 0.0, "sigma": 2.0}, lambda: unrecorded(bad_without_slope())),
    ("stagnation", {"sigma": ALWAYS}, lambda: unrecorded(bad_with_slope())),
    ("convergence", {"auc_most": 1.0}, lambda: healthy().with_signals(auc=0.8)),
    ("convergence", {"auc_least": 0.0}, lambda: healthy().with_signals(auc=0.38)),
    ("convergence", {"even": 1.0}, lambda: healthy().with_evaluations(auc_held_out=0.65)),
    ("convergence", {"often": 0.0}, lambda: healthy().with_evaluations(auc_held_out=np.where(np.arange(EVALUATIONS) % 2, 0.55, 0.65))),
    ("convergence", {"plain": ALWAYS}, lambda: healthy().with_evaluations(high_quality=0.6)),
    ("convergence", {"point": ALWAYS}, slow_spiral),
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
    unlike = far_by_distance(same_as_data)
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
    good = unrecorded(good_without_slope())
    assert judged("stagnation", good, {}).status == "clear"
    assert judged("stagnation", good, {"high_quality": 2.0}, "quality").status == "fired"


def test_a_step_to_another_level_is_no_spike() -> None:
    level = healthy().with_signals(gradient_norm_g=lambda s, was: np.where(s >= ONSET, 60 * was, was))
    assert judged("gradient-spike", level, {}).status == "clear"


def test_a_one_sided_discriminator_is_an_error_only_where_it_does_not_rank_and_samples_are_bad() -> None:
    bad = RUNS["one-sided-discriminator"]().with_evaluations(high_quality=0.1)
    assert judged("one-sided-discriminator", bad, {}).severity == "error"
    assert judged("one-sided-discriminator", bad, {"high_quality": NEVER}, "quality").severity == "warn"
    ranks = bad.with_signals(auc=0.9)
    assert judged("one-sided-discriminator", ranks, {}).severity == "warn"
    assert judged("one-sided-discriminator", ranks, {"auc": 1.0}).severity == "error"


@pytest.mark.parametrize(
    "kind", ["discriminator-dominance", "diverging-discriminator", "one-sided-discriminator"]
)
def test_three_bad_blocks_are_not_enough(kind: str) -> None:
    short = for_a_while(kind, begin=STEPS - 96, end=STEPS)
    assert judged(kind, short, {}).status == "clear"
    assert judged(kind, short, {"need": 1.0, "of": 2.0}, "blocks").status == "fired"


@pytest.mark.parametrize("kind", ["mode-collapse", "in-mode-collapse"])
def test_samples_of_the_first_tenth_of_the_plan_are_no_judgement(kind: str) -> None:
    narrow = modes_missing_at_the_last(8).with_evaluations(in_mode_std=0.1)
    begun = narrow.with_facts(steps=10 * STEPS)
    assert judged(kind, begun, {}).status == "insufficient data"
    assert judged(kind, begun, {"after": NEVER}).status == "fired"
