"""mode-hopping on histories of held modes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ganbench.detect.diagnose import detector
from ganbench.detect.signals import Evaluations
from ganbench.records import Finding
from tests.detect.pathologies import later
from tests.detect.runs import EVALUATIONS, MODES, STEPS, healthy

LATE = EVALUATIONS // 3 + 1  # evaluations in the last third


def judged(held: np.ndarray, **facts: object) -> Finding:
    """held: [EVALUATIONS, MODES], which modes have 250 samples each."""
    return healthy().with_evaluations(mode_histogram=held * 250).with_facts(**facts).find("mode-hopping")


def rotating(size: int) -> np.ndarray:
    """`size` modes at a time, the next ones at each evaluation."""
    held = np.zeros((EVALUATIONS, MODES), int)
    for row in range(EVALUATIONS):
        held[row, (np.arange(size) + size * row) % MODES] = 1
    return held


@pytest.mark.parametrize("size", [1, 2, 4, 6])
def test_other_modes_at_every_evaluation_is_hopping(size: int) -> None:
    found = judged(rotating(size))
    assert found.status == "fired"
    assert found.value == pytest.approx(min(MODES, LATE * size) - size)


def test_the_same_few_modes_are_a_collapse_and_no_hopping() -> None:
    held = np.zeros((EVALUATIONS, MODES), int)
    held[:, :2] = 1
    assert judged(held).status == "clear"


def test_learning_gains_modes_and_collapse_loses_them_and_neither_hops() -> None:
    rising = (np.arange(MODES) <= np.arange(EVALUATIONS)[:, None] * MODES // EVALUATIONS).astype(int)
    assert judged(rising).status == "clear"
    assert judged(rising[::-1]).status == "clear"


def test_one_mode_that_comes_and_goes_is_no_hopping() -> None:
    held = np.ones((EVALUATIONS, MODES), int)
    held[::2, 0] = 0
    assert judged(held).status == "clear"


def test_of_twenty_five_modes_a_fifth_has_to_change() -> None:
    held = np.ones((EVALUATIONS, 25), int)
    held[::2, :8] = 0
    assert judged(held, modes=25).status == "clear"
    held[::2, :8], held[1::2, 8:16] = 0, 0
    assert judged(held, modes=25).status == "fired"


def test_what_the_discriminator_says_of_earlier_fakes_is_shown() -> None:
    run = healthy().with_evaluations(
        mode_histogram=rotating(2) * 250, rejected=later(0.9, 0.5), rejected_replay=later(0.4, 0.5)
    )
    proofs = {proof.series: proof.value for proof in run.find("mode-hopping").evidence}
    assert proofs["share of fakes that D rejects"] == 0.9
    assert proofs["the same of earlier fakes"] == 0.4


def test_of_two_modes_one_at_a_time_is_hopping_and_one_that_comes_and_goes_is_not() -> None:
    swapped = np.zeros((EVALUATIONS, 2), int)
    swapped[np.arange(EVALUATIONS), np.arange(EVALUATIONS) % 2] = 1
    assert judged(swapped, modes=2).status == "fired"
    coming = np.ones((EVALUATIONS, 2), int)
    coming[::2, 0] = 0
    assert judged(coming, modes=2).status == "clear"


def test_what_moves_while_the_same_modes_are_held_does_not_hop() -> None:
    """Counted modes decide: a mean that wanders is a sign of other modes only where nobody counts them."""
    jumps = np.random.default_rng(5).random(STEPS) < 1 / 150
    place = (-1.0) ** np.cumsum(jumps)
    run = healthy().with_signals(fake_mean_0=lambda step, was: was + place)
    assert run.find("mode-hopping").status == "clear"
    found = run.without_evaluations().find("mode-hopping")
    assert (found.status, found.form) == ("fired", "from the log")


def test_what_wanders_beside_all_modes_is_a_warning() -> None:
    """Of an untrained generator, whose samples lie on no mode, nobody can say that it hops between them."""
    place = (-1.0) ** np.cumsum(np.random.default_rng(5).random(STEPS) < 1 / 150)
    run = healthy().with_signals(fake_mean_0=lambda step, was: was + place)
    found = run.with_evaluations(mode_histogram=np.zeros((EVALUATIONS, MODES))).find("mode-hopping")
    assert (found.status, found.form, found.severity) == ("fired", "from the log", "warn")
    assert "next to no sample lies on a mode" in found.reason
    assert run.without_evaluations().find("mode-hopping").severity == "error"


def test_five_evaluations_in_all_are_enough_and_four_are_not() -> None:
    table = healthy().with_evaluations(mode_histogram=rotating(2) * 250).table().until(STEPS)
    few = [
        replace(table, evaluations=Evaluations(at, {}, table.evaluations.histogram[-len(at) :]))
        for at in (np.linspace(1000, STEPS, n, dtype=int) for n in (5, 4))
    ]
    forms = [detector("mode-hopping")(one).form for one in few]
    assert forms == ["from samples", ""]


def test_a_history_that_began_before_the_last_third_has_its_onset_there() -> None:
    held = np.ones((EVALUATIONS, MODES), int)
    held[8:] = rotating(2)[8:]
    found = judged(held)
    assert found.onset == STEPS // EVALUATIONS * 8
