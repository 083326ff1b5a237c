"""blind-discriminator: what D misses against what is told without it, and flat outputs."""

from __future__ import annotations

import numpy as np
import pytest

from tests.detect.pathologies import EVALUATED, ONSET, STEP, later
from tests.detect.runs import STEPS, Synthetic, critic, healthy, since, with_logits

KIND = "blind-discriminator"
UNKNOWN = dict.fromkeys(("auc_train", "auc_held_out"))


def collapsed(run: Synthetic, c: float) -> Synthetic:
    """Onto a share c of the modes: an optimal D has AUC 1 - c/2."""
    return run.with_evaluations(covered_share=later(c, 1.0), high_quality=0.98, **UNKNOWN)


def test_a_narrow_discriminator_that_misses_half_of_the_modes_is_blind() -> None:
    found = collapsed(healthy(), 0.5).find(KIND)
    assert (found.status, found.form, found.severity) == ("fired", "by comparison", "warn")
    assert found.value == pytest.approx(0.75 - 0.55, abs=0.02)
    assert found.null == 0.0


def test_it_is_an_error_where_most_of_what_can_be_told_is_missed() -> None:
    assert collapsed(healthy(), 0.1).find(KIND).severity == "error"


@pytest.mark.parametrize("auc", [0.75, 0.25])
def test_a_discriminator_level_with_what_is_told_without_it_is_not_either_way_round(auc: float) -> None:
    assert collapsed(healthy().with_signals(auc=auc), 0.5).find(KIND).status == "clear"


def test_what_it_knows_by_heart_is_no_knowledge_of_the_data() -> None:
    run = collapsed(healthy().with_signals(auc=0.95), 0.1)
    assert run.find(KIND).status == "clear"
    assert run.with_evaluations(auc_held_out=0.55).find(KIND).status == "fired"


def test_wide_outputs_are_not_blind_in_any_loss_with_a_unit_and_relative_ones_decide_for_critics() -> None:
    assert collapsed(with_logits(healthy(), real=0.1, fake=-0.1, std=1.0), 0.1).find(KIND).status == "clear"
    narrow = {f"{side}_logit_std": since(ONSET, 1e-4) for side in ("real", "fake", "generator")}
    means = {f"{side}_logit_mean": 0.0 for side in ("real", "fake", "generator")}
    assert collapsed(critic(), 0.1).find(KIND).status == "clear"
    assert collapsed(critic().with_signals(**narrow, **means), 0.1).find(KIND).status == "fired"


def test_the_logits_of_pairs_have_a_unit_their_difference() -> None:
    run = collapsed(healthy(0, "relativistic-pairing"), 0.1)
    assert run.find(KIND).form == "by comparison"


def test_from_the_log_alone_moments_tell() -> None:
    run = healthy().without_evaluations().with_signals(fake_mean_0=since(ONSET, 2.0))
    found = run.find(KIND)
    assert (found.status, found.form) == ("fired", "by comparison")
    assert ONSET - 40 <= (found.onset or 0) <= ONSET + 40
    assert run.with_signals(fake_mean_0=0.0).find(KIND).status == "clear"


def test_what_has_passed_is_found_only_where_outputs_were_flat() -> None:
    early = np.where(EVALUATED < 1800, 0.05, 0.8)
    lagged = healthy().with_evaluations(high_quality=early, **UNKNOWN)
    assert lagged.find(KIND).status == "clear"
    flat = with_logits(lagged, real=0.0, fake=0.0, std=np.where(STEP < 1800, 1e-3, 0.3))
    found = flat.find(KIND)
    assert (found.status, found.form, found.severity) == ("fired", "by spread", "warn")
    assert (found.last or STEPS) < 1900


def test_where_neighbours_tell_nearly_every_sample_a_narrow_discriminator_that_ranks_a_little_is_blind() -> (
    None
):
    """Images: all classes are there, the samples are near them, and D has an AUC of .65 where .98 is to be had."""
    run = healthy().with_signals(auc=0.65).with_evaluations(neighbour_auc=0.98, **UNKNOWN)
    found = run.find(KIND)
    assert (found.status, found.form, found.severity) == ("fired", "by neighbours", "warn")
    assert found.value == pytest.approx(0.33, abs=0.01)
    assert run.with_signals(auc=0.55).find(KIND).severity == "error"


@pytest.mark.parametrize("auc", [0.78, 0.22])
def test_a_discriminator_that_sees_most_of_what_neighbours_see_is_not(auc: float) -> None:
    run = healthy().with_signals(auc=auc).with_evaluations(neighbour_auc=0.98, **UNKNOWN)
    assert run.find(KIND).status == "clear"


def test_neighbours_that_tell_more_than_d_without_telling_nearly_all_say_nothing() -> None:
    """As in sound runs of the ring: .85 beside .55."""
    assert healthy().with_evaluations(neighbour_auc=0.85, **UNKNOWN).find(KIND).status == "clear"


def test_neighbours_of_few_samples_tell_by_chance_and_are_not_asked() -> None:
    run = healthy().with_signals(auc=0.65).with_evaluations(neighbour_auc=1.0, **UNKNOWN)
    assert run.with_facts(samples=99).find(KIND).status == "clear"
    assert run.with_facts(samples=100).find(KIND).status == "fired"


def test_without_any_check_but_d_nothing_can_be_said_unless_its_outputs_are_flat() -> None:
    alone = healthy().without_evaluations().with_facts(real_mean=(), real_std=())
    found = alone.find(KIND)
    assert (found.status, "no check without D" in found.reason) == ("insufficient data", True)
    assert with_logits(alone, real=0.0, fake=0.0, std=1e-3).find(KIND).severity == "warn"


def test_what_is_clear_says_how_near_it_is() -> None:
    run = healthy().with_signals(auc=0.78).with_evaluations(neighbour_auc=0.98, **UNKNOWN)
    found = run.find(KIND)
    assert (found.status, found.statistic, found.threshold) == (
        "clear",
        "AUC of checks without D less that of D",
        0.25,
    )
    assert found.value == pytest.approx(0.2, abs=0.01)
    assert found.reason == "D sees most of what is seen without it"


def test_the_reason_gives_both_areas() -> None:
    run = healthy().with_signals(auc=0.65).with_evaluations(neighbour_auc=0.98, **UNKNOWN)
    assert run.find(KIND).reason == "without D samples are told from data with an AUC of 0.98, by D with 0.65"


def test_wide_outputs_are_not_blind_beside_neighbours_either() -> None:
    run = healthy().with_signals(auc=0.65).with_evaluations(neighbour_auc=0.98, **UNKNOWN)
    found = with_logits(run, real=0.1, fake=-0.1, std=1.0).find(KIND)
    assert (found.status, "outputs are wide" in found.reason) == ("clear", True)


def test_the_evidence_shows_both_areas() -> None:
    series = {one.series: one.value for one in collapsed(healthy(), 0.1).find(KIND).evidence}
    assert series["auc without D"] == pytest.approx(0.95, abs=0.01)
    assert series["auc of D, either way"] == pytest.approx(0.55, abs=0.02)


def test_a_log_that_stops_recording_areas_is_judged_by_the_evaluations() -> None:
    run = healthy().with_signals(auc=since(ONSET, np.nan)).with_evaluations(high_quality=later(0.05, 0.8))
    found = run.find(KIND)
    assert found.status == "fired"
    assert ONSET - 40 <= (found.onset or 0) <= ONSET + 240
