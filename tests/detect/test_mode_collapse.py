"""mode-collapse on oracle generators over m of K modes, judged by an optimal discriminator."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganbench.detect import Facts, facts_of_loss, from_steps
from ganbench.detect.diagnose import detector
from ganbench.gan.losses import loss_of, options_of
from ganbench.probes.outputs import output_signals
from ganbench.records import Finding
from tests.detect.runs import EVALUATIONS, SAMPLES, Synthetic, healthy
from tests.detect.runs import STEPS as PLAN

STEPS, BATCH, MODES = 1000, 64, 8
EVERY = PLAN // EVALUATIONS  # steps between two evaluations
FAR = 12.0  # the logit of what only one of the laws can draw


def signals(m: int, *, junk: float = 0.0, seed: int = 0) -> dict[str, np.ndarray]:
    """Signals of D* where G draws from m of 8 equal modes, and a share `junk` from nowhere."""
    rng = np.random.default_rng(seed)
    inside = np.log(m / MODES / (1 - junk))
    real = np.where(rng.integers(MODES, size=(STEPS, 1, BATCH)) < m, inside, FAR)
    fake = np.where(rng.random((2, STEPS, 1, BATCH)) < junk, -FAR, inside)
    loss = loss_of(options_of({"name": "non-saturating"}))
    found = output_signals(*(torch.from_numpy(x) for x in (real, fake[0], fake[1])), loss=loss)
    return {name: values[:, 0].numpy() for name, values in found.items()}


def judged(m: int, *, junk: float = 0.0) -> Finding:
    """From the log alone."""
    facts = Facts(**facts_of_loss("non-saturating"), batch=BATCH, steps=STEPS)
    return detector("mode-collapse")(from_steps(np.arange(STEPS), signals(m, junk=junk), facts=facts))


@pytest.mark.parametrize("m", [1, 2, 4, 6])
def test_the_coverage_that_an_optimal_discriminator_implies_is_m_of_k(m: int) -> None:
    found = judged(m)
    assert found.status == "fired"
    assert found.value == pytest.approx(m / MODES, abs=0.01)


@pytest.mark.parametrize("m", [7, 8])
def test_all_modes_or_nearly_all_are_no_collapse(m: int) -> None:
    found = judged(m)
    assert (found.status, found.value) == ("clear", pytest.approx(m / MODES, abs=0.01))


@pytest.mark.parametrize("junk", [0.5, 0.9])
def test_junk_beside_the_data_is_no_collapse(junk: float) -> None:
    assert judged(MODES, junk=junk).status == "clear"


def test_two_families_that_agree_are_an_error_and_one_is_a_warning() -> None:
    run = healthy().without_evaluations().with_signals(auc=0.94, implied_coverage=0.125)
    both = run.with_signals(pairwise_distance=1.0)
    assert run.find("mode-collapse").severity == "warn"
    assert both.find("mode-collapse").severity == "error"
    assert len(both.find("mode-collapse").evidence) == 3


@pytest.mark.parametrize(("ratio", "severity"), [(0.2, "error"), (0.6, "warn"), (0.9, None)])
def test_samples_too_close_to_each_other_by_half_are_an_error(ratio: float, severity: str | None) -> None:
    run = healthy().without_evaluations().with_signals(implied_coverage=None, pairwise_distance=1.5 * ratio)
    assert run.find("mode-collapse").severity == severity


def counted(*rows: np.ndarray | list[int]) -> Synthetic:
    """Histograms of twenty evaluations: the rows in turn, the last of them to the end."""
    table = np.array([rows[min(i, len(rows) - 1)] for i in range(EVALUATIONS)])
    quality = table.sum(axis=1) / SAMPLES
    return healthy().with_evaluations(mode_histogram=table, high_quality=quality)


def on(m: int, *, each: int = 250) -> np.ndarray:
    """So many samples on each of m of 8 modes."""
    return np.where(np.arange(MODES) < m, each, 0)


@pytest.mark.parametrize(("m", "form"), [(0, "total"), (1, "total"), (2, "partial"), (7, "partial")])
def test_counted_modes_say_how_much_is_missing(m: int, form: str) -> None:
    found = counted(on(m)).find("mode-collapse")
    assert (found.status, found.form, found.severity) == ("fired", form, "error")
    assert found.value == pytest.approx(m / MODES)


@pytest.mark.parametrize("share", [1 / 8, 7 / 8])
def test_covered_modes_stand_in_where_no_histogram_is_on_record(share: float) -> None:
    found = healthy().with_evaluations(mode_histogram=None, covered_share=share).find("mode-collapse")
    assert (found.status, found.value) == ("fired", pytest.approx(share))


def test_a_mode_in_twenty_five_may_be_missing() -> None:
    assert counted(np.where(np.arange(25) < 24, 80, 0)).find("mode-collapse").status == "clear"


def test_a_mode_with_a_tenth_of_an_even_share_is_held_and_one_with_less_is_missing() -> None:
    """n of N samples on modes against N / 80: of 700 + n, 9 are more and 8 are less."""
    enough, few = (counted([*on(7, each=100)[:7], n]) for n in (9, 8))
    assert enough.find("mode-collapse").status == "clear"
    assert few.find("mode-collapse").status == "fired"


@given(st.integers(4, 300))
def test_how_many_samples_lie_beside_the_modes_changes_nothing(each: int) -> None:
    """Coverage is counted among the samples on modes: bad samples of all modes are bad, not collapsed."""
    assert counted(on(8, each=each)).find("mode-collapse").status == "clear"
    assert counted(on(4, each=each)).find("mode-collapse").status == "fired"


def test_a_few_samples_that_hit_modes_by_chance_hold_none() -> None:
    """Three of 2,500 on each of eight modes: less than a tenth of what a tenth of the samples would bring there."""
    assert 3 < 0.1 * 0.1 * SAMPLES / MODES < 4
    found = counted(on(8, each=3)).find("mode-collapse")
    assert (found.status, found.form) == ("fired", "total")


def test_no_sample_on_any_mode_is_a_total_collapse_wherever_they_lie() -> None:
    found = counted(on(8), on(0)).find("mode-collapse")
    assert (found.status, found.form, found.onset) == ("fired", "total", EVERY * 2)


def test_a_gap_that_has_closed_is_no_collapse() -> None:
    assert counted(*[on(4)] * 18, on(8)).find("mode-collapse").status == "clear"


def test_a_partial_collapse_is_a_warning_until_it_has_lasted_twice_as_long_as_it_has_to() -> None:
    young, old = (counted(*[on(8)] * (EVALUATIONS - n), on(6)).find("mode-collapse") for n in (5, 6))
    assert (young.severity, old.severity) == ("warn", "error")
    assert (young.onset, old.onset) == (EVERY * 16, EVERY * 15)


def test_two_evaluations_are_not_enough() -> None:
    assert counted(*[on(8)] * 18, on(2)).find("mode-collapse").status == "clear"


def test_a_run_that_still_finds_modes_is_slow_and_one_that_has_stopped_is_collapsed() -> None:
    finding, stopped = ([on(1)] * n + [on(2)] for n in (EVALUATIONS - 1, EVALUATIONS - 3))
    assert counted(*finding).find("mode-collapse").status == "clear"
    assert counted(*stopped).find("mode-collapse").status == "clear"
    assert counted(*stopped[1:]).find("mode-collapse").status == "fired"


def test_the_last_evaluations_that_counted_anything_decide() -> None:
    """A run that was not finite any more at the end had collapsed before."""
    table = np.array([on(8)] * 8 + [on(1)] * 8 + [np.full(MODES, np.nan)] * 4)
    assert healthy().with_evaluations(mode_histogram=table).find("mode-collapse").status == "fired"


def test_what_has_passed_in_the_log_is_no_collapse() -> None:
    """Any run begins with samples that lie close together."""
    log = healthy().without_evaluations().with_signals(implied_coverage=None)
    early = np.where(np.arange(4000) < 1500, 0.3, 1.5)
    assert log.with_signals(pairwise_distance=early).find("mode-collapse").status == "clear"
    assert log.with_signals(pairwise_distance=early[::-1]).find("mode-collapse").severity == "error"
