"""The rules of truth on courses with known answers."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from ganbench.detect.catalogue import KINDS as FOUND
from ganbench.train.faults import FAULTS
from ganbench.validation.recurrence import Orbit, Recurrence
from ganbench.validation.truth import KINDS, judged
from tests.validation.courses import LOOKS, MODES, STEPS, course, since


def labels(made, *, onset=None, fault="none"):
    return judged(made, onset=onset, fault=fault)


def present(made, **injected):
    """Kinds that are present."""
    return {kind for kind, label in labels(made, **injected).items() if label.state == "present"}


def states(kind, **changed):
    return labels(course(**changed))[kind].state


def steps(share):
    """The step of the first look after that share of them."""
    return int(np.linspace(0, STEPS, LOOKS)[int(np.ceil(share * LOOKS))])


def test_truth_does_not_reach_the_detectors():
    script = (
        "import sys, ganbench.validation.truth; print([m for m in sys.modules if 'ganbench.detect' in m])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_kind_of_finding_has_a_label():
    assert set(labels(course())) == set(KINDS) == {*FOUND, "failed"}


def test_a_healthy_run_has_nothing_but_converged():
    found = labels(course())
    assert present(course()) == {"convergence"}
    assert {label.state for label in found.values()} == {"present", "absent"}


@pytest.mark.parametrize("gone", range(MODES + 1))
def test_an_oracle_over_m_of_k_modes_misses_the_rest(gone):
    held = np.where(np.arange(MODES) < gone, 0.0, MODES / max(MODES - gone, 1))
    found = labels(course(held=held))
    assert found["mode-collapse"].value == gone / MODES
    assert found["mode-collapse"].state == found["failed"].state == ("present" if gone else "absent")


def test_modes_with_a_third_of_their_weight_are_not_missed():
    assert states("mode-collapse", held=[0.33] * 4 + [1.67] * 4) == "absent"


def test_a_mode_of_a_tenth_of_its_weight_is_on_the_border():
    assert states("mode-collapse", held=[0.1] + [1.1] * 7) == "borderline"


def test_a_mode_that_is_missed_at_the_last_look_alone_is_on_the_border():
    held = np.ones((LOOKS, MODES))
    held[-1, 0] = 0
    assert states("mode-collapse", held=held) == "borderline"


def test_modes_that_are_lost_on_the_way_are_missed_since_then():
    held = np.ones((LOOKS, MODES))
    held[20:, :4] = 0
    assert labels(course(held=held))["mode-collapse"].onset == 2000


def test_what_sets_in_after_its_fault_is_dated_then():
    found = labels(course(spread=since(0.5, 1.0, 0.3)), onset=1000, fault="narrow")
    assert found["in-mode-collapse"].onset == steps(0.5)


def test_nothing_sets_in_before_its_fault():
    found = labels(course(held=[0.0] * 4 + [2.0] * 4), onset=1000, fault="modes")
    assert found["mode-collapse"].onset == 1000
    assert labels(course(held=[0.0] * 4 + [2.0] * 4))["mode-collapse"].onset == 0


def test_what_nothing_dates_sets_in_with_its_fault():
    assert labels(course(held=rotating(1)))["mode-hopping"].onset is None
    found = labels(course(held=rotating(1)), onset=1000, fault="momentum")
    assert found["mode-hopping"].onset == 1000
    assert found["convergence"].onset is None


def rotating(turn):
    """G holds two modes at a time, others at every `turn`-th look."""
    held = np.zeros((LOOKS, MODES))
    for look in range(LOOKS):
        held[look, [(2 * (look // turn)) % MODES, (2 * (look // turn) + 1) % MODES]] = 4
    return held


def test_a_generator_that_goes_round_the_modes_hops():
    found = labels(course(held=rotating(1)))
    assert found["mode-hopping"].state == "present"
    assert found["mode-hopping"].value == pytest.approx(1 - 2 / 8)


def test_modes_that_are_gained_for_good_are_no_hops():
    held = np.ones((LOOKS, MODES))
    held[:35, :4] = 0
    assert states("mode-hopping", held=held) == "absent"


def test_modes_that_are_lost_for_good_are_no_hops():
    held = np.ones((LOOKS, MODES))
    held[35:, :4] = 0
    assert states("mode-hopping", held=held) == "absent"


def test_a_mode_that_flickers_about_the_bound_does_not_hop():
    held = np.ones((LOOKS, MODES))
    held[:, :4] = np.where(np.arange(LOOKS) % 2, 0.08, 0.12)[:, None]
    assert states("mode-hopping", held=held) == "absent"


@pytest.mark.parametrize(
    ("spread", "state"), [(0.45, "present"), (0.55, "borderline"), (0.8, "absent"), (1.5, "absent")]
)
def test_narrow_modes_are_in_mode_collapse(spread, state):
    assert states("in-mode-collapse", spread=since(0.5, 1.0, spread)) == state


def test_narrow_modes_are_narrow_since_they_became_so():
    found = labels(course(spread=since(0.5, 1.0, 0.3)))["in-mode-collapse"]
    assert found.onset == steps(0.5)


def test_a_run_that_was_good_and_is_not_collapsed_late():
    found = labels(course(distance=since(0.6, 0.05, 0.4)))
    assert found["late-collapse"].state == "present"
    assert found["late-collapse"].onset == steps(0.6)
    assert found["late-collapse"].value == pytest.approx(8)
    assert found["failed"].state == "present"


def test_a_run_that_never_was_good_did_not_collapse_late():
    assert states("late-collapse", distance=0.5) == "absent"
    assert states("late-collapse", distance=since(0.2, 0.05, 0.5)) == "absent"


def test_a_small_distance_that_doubles_is_no_collapse():
    assert states("late-collapse", distance=since(0.6, 0.02, 0.05)) == "absent"


@pytest.mark.parametrize(
    ("jump", "state"), [(1.0, "borderline"), (3.0, "present"), (np.inf, "present"), (np.nan, "present")]
)
def test_a_single_step_that_moves_the_samples_far_is_an_explosion(jump, state):
    jumps = np.full(LOOKS, 0.01)
    jumps[17] = jump
    found = labels(course(jump=jumps))["exploding-gradient"]
    assert found.state == state
    assert found.onset == (1700 if state == "present" else None)


def test_weights_that_grow_tenfold_are_an_explosion():
    assert states("exploding-gradient", size=np.linspace(1, 12, LOOKS)) == "present"
    assert states("exploding-gradient", size=np.linspace(1, 4, LOOKS)) == "absent"


LOST = {"area": 1.0, "distance": 3.0, "end": {"probe_area": 1.0, "probe_spread": 10.0}}


def test_where_another_loss_would_move_g_its_gradient_vanishes():
    end = {**LOST["end"], "own_move": 1e-4, "other_move": 2.0}
    found = present(course(**LOST | {"end": end}, sample=np.ones((LOOKS, 6))))
    assert found >= {"vanishing-gradient", "discriminator-dominance", "stagnation", "failed"}


@pytest.mark.parametrize(
    "end",
    [
        {"own_move": 1e-4, "other_move": 2.0, "probe_area": 0.6},  # nothing to learn
        {"own_move": 1e-4, "other_move": 2e-4},  # D has no slope, or G no rate
        {"own_move": 1.0, "other_move": 20.0},  # it moves
        {"own_move": 0.04, "other_move": 0.08},  # nearly as far
        {"own_move": 0.0, "other_move": 0.0},
    ],
)
def test_other_standstills_are_no_vanishing_gradient(end):
    assert states("vanishing-gradient", **LOST | {"end": LOST["end"] | end}) == "absent"


def test_a_d_that_wins_dominates_unless_g_comes_nearer():
    assert "discriminator-dominance" in present(course(**LOST))
    nearer = LOST | {"distance": np.linspace(10, 0.5, LOOKS)}
    assert states("discriminator-dominance", **nearer) == "borderline"
    assert states("discriminator-dominance", **LOST | {"area": 0.6}) == "absent"


BAD = {"distance": 0.5, "end": {"probe_area": 0.98, "probe_spread": 8.0}}


def test_a_constant_d_is_blind():
    found = labels(course(**BAD, area=0.5, logit_spread=1e-3))
    assert found["blind-discriminator"].state == "present"
    assert found["blind-discriminator"].value == pytest.approx(0.48)


def test_a_d_that_ranks_the_wrong_way_round_is_not_blind():
    assert "blind-discriminator" not in present(course(**BAD, area=0.05, logit_spread=1e-3))
    assert "generator-dominance" in present(course(**BAD, area=0.05))


def test_a_d_that_is_overtaken_again_and_again_is_not_blind():
    area = np.where(np.arange(LOOKS) % 2, 0.35, 0.7)
    assert states("blind-discriminator", **BAD, area=area, logit_spread=1e-3) == "absent"


def test_a_d_that_has_nothing_to_tell_is_not_blind():
    assert states("blind-discriminator", area=0.5, logit_spread=1e-3) == "absent"


@pytest.mark.parametrize(("real", "fake"), [(0.99, 0.98), (0.01, 0.0)])
def test_a_d_that_puts_all_on_one_side_is_one_sided(real, fake):
    assert (
        states("one-sided-discriminator", real_side=real, fake_side=fake, lean=np.sign(real - 0.5))
        == "present"
    )


def test_an_undecided_d_a_sure_one_and_one_without_sides_are_not():
    assert states("one-sided-discriminator", real_side=1.0, fake_side=1.0, lean=1e-3) == "absent"
    assert states("one-sided-discriminator", real_side=1.0, fake_side=0.0, lean=1.0) == "absent"
    assert states("one-sided-discriminator", real_side=np.nan, fake_side=np.nan, lean=np.nan) == "absent"


def test_a_d_that_is_fooled_at_a_third_of_the_looks_is_dominated():
    area = np.where(np.arange(LOOKS) % 3, 0.6, 0.2)
    assert states("generator-dominance", area=area) == "present"
    assert states("generator-dominance", area=since(0.5, 0.2, 0.55)) == "absent"


def test_a_d_worse_than_a_blind_one_diverges():
    found = labels(course(excess=since(0.5, 1.0, 3.0)))["diverging-discriminator"]
    assert (found.state, found.value, found.onset) == ("present", 3.0, steps(0.5))
    assert states("diverging-discriminator", excess=1.1) == "absent"


def test_a_critic_diverges_when_its_logits_run_away():
    growing = np.geomspace(1, 1e4, LOOKS)
    assert states("diverging-discriminator", excess=np.nan, logit_scale=growing) == "present"
    assert (
        states("diverging-discriminator", excess=np.nan, logit_scale=np.linspace(0.1, 3, LOOKS)) == "absent"
    )


def test_a_d_that_knows_its_data_by_heart_overfits():
    found = labels(course(area=0.6, area_known=since(0.25, 0.6, 0.75)))["discriminator-overfitting"]
    assert (found.state, found.onset) == ("present", steps(0.25))
    assert found.value == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("returned", "state"),
    [
        (Recurrence(1.0, 0.2, 1.0, 60), "present"),
        (Recurrence(1.0, 0.2, 0.4, 60), "absent"),  # damped
        (Recurrence(0.05, 0.2, 1.0, 60), "absent"),  # small
        (Recurrence(1.0, 0.9, 1.0, 60), "absent"),  # no return
        (Recurrence(1.0, 0.6, 1.0, 60), "borderline"),
        (None, "unknown"),
    ],
)
def test_last_steps_that_return_are_a_cycle(returned, state):
    assert states("limit-cycle", end={"recurrence": returned}) == state


@pytest.mark.parametrize(
    ("found", "radius", "state"),
    [
        (Orbit(1.4, 1.0, 4.0), 1.0, "present"),
        (Orbit(1.4, 1.0, 4.0), np.nan, "present"),
        (Orbit(1.4, 1.0, 0.5), 1.0, "borderline"),
        (Orbit(1.4, 1.0, 0.0), 1.0, "absent"),
        (Orbit(0.01, 1.0, 4.0), 1.0, "absent"),
        (Orbit(0.5, 0.6, 4.0), 1.0, "absent"),
        (Orbit(0.5, 0.87, 4.0), 1.0, "borderline"),
        (Orbit(1.4, 1.0, 4.0), 0.97, "borderline"),
    ],
)
def test_a_point_that_keeps_its_radius_is_on_a_cycle(found, radius, state):
    assert states("limit-cycle", is_point=True, end={"orbit": found, "radius": radius}) == state


def test_on_a_cycle_it_is_neither_wrong_nor_right_that_g_dominates():
    end = {"orbit": Orbit(1.4, 1.0, 4.0)}
    area = np.arange(LOOKS) % 2
    assert states("generator-dominance", is_point=True, area=area.astype(float), end=end) == "borderline"


def test_a_point_that_comes_to_rest_at_the_data_has_converged():
    end = {"orbit": Orbit(1e-6, 0.01, 4.0), "probe_area": 0.5}
    assert present(course(is_point=True, weights=np.zeros(0), distance=0.0, area=0.5, end=end)) == {
        "convergence"
    }


def test_samples_that_stand_still_far_from_the_data_stagnate():
    still = since(0.5, 1.0, 0.0)[:, None] * np.random.default_rng(0).standard_normal((LOOKS, 6))
    found = labels(course(sample=still, **BAD))["stagnation"]
    assert (found.state, found.onset) == ("present", steps(0.5))
    assert states("stagnation", sample=still) == "absent"  # nothing is wrong with them


@pytest.mark.parametrize("player", ["same_g", "same_d"])
def test_a_player_whose_weights_do_not_change_is_frozen(player):
    found = labels(course(**{player: since(0.5, 0, 1).astype(bool)}))["frozen-network"]
    # Equal at a look to those at the look before: still since then.
    assert (found.state, found.onset) == ("present", steps(0.5) - STEPS // (LOOKS - 1))


def test_two_looks_at_one_step_freeze_nobody():
    made = course(same_g=np.arange(LOOKS) % 2 == 1)
    made = replace(made, step=np.repeat(made.step[::2], 2)[:LOOKS])
    assert labels(made)["frozen-network"].state == "absent"


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"end": {"probe_area": 0.7}}, "borderline"),
        ({"end": {"probe_area": 0.9}}, "absent"),
        ({"area": 0.7}, "absent"),
        ({"held": [0.1] + [1.1] * 7}, "absent"),
    ],
)
def test_a_run_that_is_not_even_at_rest_or_true_has_not_converged(changed, state):
    assert states("convergence", **changed) == state


@pytest.mark.parametrize("left", [{"diverged_at": 1234}, {"finite": since(0.3, 1, 0).astype(bool)}])
def test_of_a_run_that_is_not_finite_only_that_is_known(left):
    found = labels(course(**left))
    assert found["non-finite"].onset == (1234 if "diverged_at" in left else steps(0.3))
    assert present(course(**left)) == {"non-finite", "failed"}
    assert {found[kind].state for kind in ("mode-collapse", "limit-cycle", "stagnation")} == {"unknown"}


def test_what_a_run_does_after_it_left_counts_for_nothing():
    assert "exploding-gradient" not in present(course(jump=since(0.6, 0.01, 50.0), diverged_at=2000))


def test_a_run_that_exploded_first_is_known_to_have():
    assert "exploding-gradient" in present(course(jump=since(0.2, 0.01, 50.0), diverged_at=2000))


@pytest.mark.parametrize("fault", FAULTS)
def test_what_a_fault_constructs_is_there_and_nothing_else(fault):
    constructed = {"wiring", "gradient-spike"} & set(FAULTS[fault].meant)
    assert present(course(), onset=500, fault=fault) == {"convergence", *constructed}
    found = labels(course(), onset=500, fault=fault)
    assert all(found[kind].onset == 500 for kind in constructed)


def test_few_looks_tell_nothing():
    made = course()
    found = labels(made.at(np.arange(LOOKS) < 2))
    assert {found[kind].state for kind in ("mode-collapse", "mode-hopping", "stagnation", "failed")} == {
        "unknown"
    }


def test_junk_between_the_modes_fails():
    assert states("failed", held=0.4) == "present"
    assert states("failed", held=0.6) == "borderline"
