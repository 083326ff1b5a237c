"""The sequential comparison: fair bets, closed forms, and error rates under optional stopping."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbench.stats.intervals import Interval
from ganbench.stats.rates import PairedCount
from ganbench.stats.sequential import STEP, capital, confidence_sequence, decision

paired = st.builds(PairedCount, *[st.integers(0, 15)] * 4)


def after(b: int, c: int, same: int = 0) -> PairedCount:
    """b seeds failed in ours only, c in theirs only."""
    return PairedCount(0, b, c, same)


@given(st.integers(0, 15), st.integers(0, 15), st.integers(0, 15))
def test_against_equal_rates_it_is_the_closed_form_of_uniform_bets(b: int, c: int, same: int) -> None:
    expected = 2 ** (b + c) * math.factorial(b) * math.factorial(c) / math.factorial(b + c + 1)
    assert capital(after(b, c, same)) == pytest.approx(expected, rel=1e-9)


@given(paired, st.floats(-0.8, 0.8), st.floats(0, 1))
def test_the_next_pair_changes_it_by_nothing_on_average(
    pairs: PairedCount, difference: float, spare: float
) -> None:
    # Any law of d with this mean: the difference on one side, `spare` of what is left on both.
    both = spare * (1 - abs(difference)) / 2
    up, down = max(difference, 0) + both, max(-difference, 0) + both
    nexts = (
        (up, pairs._replace(only_ours=pairs.only_ours + 1)),
        (down, pairs._replace(only_theirs=pairs.only_theirs + 1)),
        (1 - up - down, pairs._replace(neither=pairs.neither + 1)),
    )
    mean = sum(chance * capital(then, difference=difference) for chance, then in nexts)
    assert mean == pytest.approx(capital(pairs, difference=difference), rel=1e-9)


def test_it_starts_with_1() -> None:
    assert capital(after(0, 0)) == pytest.approx(1)
    assert capital(after(0, 0), difference=0.5) == pytest.approx(1)


@given(paired)
def test_swapping_the_cells_mirrors_everything(pairs: PairedCount) -> None:
    swapped = pairs._replace(only_ours=pairs.only_theirs, only_theirs=pairs.only_ours)
    low, high = confidence_sequence(pairs)
    assert confidence_sequence(swapped) == pytest.approx((-high, -low), abs=1e-9)
    mirrored = {"better": "worse", "worse": "better"}
    said = decision(pairs)
    assert decision(swapped) == mirrored.get(said, said)


@given(paired)
@settings(max_examples=50)
def test_the_sequence_holds_the_observed_difference_and_ends_where_the_bets_win(pairs: PairedCount) -> None:
    low, high = confidence_sequence(pairs)
    observed = (pairs.only_ours - pairs.only_theirs) / max(1, pairs.n)
    assert low <= observed <= high
    if low > -1 + 2 * STEP:
        assert capital(pairs, difference=low) >= 20 - 1e-6


def test_no_pairs_tell_nothing_and_many_tell_much() -> None:
    assert confidence_sequence(after(0, 0)) == Interval(-1, 1)
    low, high = confidence_sequence(after(500, 500, 99_000))
    assert -0.01 < low < 0 < high < 0.01


def test_eight_seeds_that_all_speak_for_one_cell_decide() -> None:
    assert [decision(after(0, k)) for k in (7, 8)] == ["go on", "better"]
    assert decision(after(8, 0)) == "worse"


def test_seeds_that_all_agree_decide_for_the_same() -> None:
    first = next(n for n in range(100) if decision(after(0, 0, n)) == "same")
    low, high = confidence_sequence(after(0, 0, first))
    assert -0.2 < low < high < 0.2
    assert decision(after(0, 0, first), margin=0.1) == "go on"


def test_a_sure_difference_below_the_margin_is_not_better() -> None:
    small = after(0, 60, 940)
    assert capital(small) > 20
    assert decision(small, margin=0.2) == "same"
    assert decision(small, margin=0.05) == "better"
    assert decision(small, margin=0.07) == "go on"


@pytest.mark.parametrize("rates", [(0.5, 0.5), (0.1, 0.1)])
def test_looking_after_every_seed_keeps_the_error_rate(rates: tuple[float, float]) -> None:
    failed = np.random.default_rng(0).random((400, 60, 2)) < rates
    up = np.cumsum(failed[:, :, 0] & ~failed[:, :, 1], axis=1)
    down = np.cumsum(~failed[:, :, 0] & failed[:, :, 1], axis=1)
    known = {
        key: capital(after(*key)) for key in set(zip(up.ravel().tolist(), down.ravel().tolist(), strict=True))
    }
    won = [
        any(known[key] >= 20 for key in zip(*course, strict=True))
        for course in zip(up.tolist(), down.tolist(), strict=True)
    ]
    assert np.mean(won) <= 0.05


def test_the_sequence_holds_a_true_difference_at_all_times_at_once() -> None:
    missed = 0
    for failed in np.random.default_rng(1).random((200, 30, 2)) < (0.5, 0.2):
        counts = [PairedCount.of(*failed[:n].T.tolist()) for n in range(1, 31)]
        missed += any(capital(pairs, difference=0.3) >= 20 for pairs in counts)
    assert missed <= 0.05 * 200


@pytest.mark.parametrize("difference", [-1.0, 1.0])
def test_a_difference_that_no_pairs_could_contradict_is_refused(difference: float) -> None:
    with pytest.raises(ValueError, match="between -1 and 1"):
        capital(after(1, 0), difference=difference)


def test_a_confidence_of_95_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        decision(after(1, 0), confidence=95)
