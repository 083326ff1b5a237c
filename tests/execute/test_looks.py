"""The procedure on outcomes from a table: its order, its blocks, its end, and its error rate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.errors import CrashedRuns
from ganbench.execute.looks import BLOCK, Ended, Look, looks
from ganbench.stats import sequential
from ganbench.stats.power import seeds_needed
from ganbench.stats.rates import PairedCount
from ganbench.stats.sequential import confidence_sequence, decision
from ganbench.stats.sequential_course import decided

pair = st.tuples(st.booleans(), st.booleans())
MOST = 100


class Bench:
    """Outcomes by seed; `there` have ended before anything is trained, `crash` never do."""

    def __init__(self, table: list[tuple[bool, bool]], there: set[int] = frozenset(), crash=frozenset()):
        self.table, self.there, self.crash = table, set(there) - set(crash), set(crash)
        self.asked: list[list[int]] = []

    def ended(self) -> Ended:
        return {seed: self.table[seed] for seed in self.there}

    def train(self, seeds) -> Ended:
        self.asked.append([*seeds])
        self.there |= set(seeds) - self.crash
        return self.ended()

    def looks(self, **options) -> list[Look]:
        return [*looks(range(len(self.table)), self.ended(), self.train, **options)]


def one_by_one(table: list[tuple[bool, bool]]) -> tuple[int, str]:
    """Where a look after every pair ends, without blocks."""
    for n in range(1, len(table) + 1):
        said = decision(PairedCount.of(*zip(*table[:n], strict=True)))
        if said != "go on":
            return n, said
    return len(table), "go on"


@given(table=st.lists(pair, min_size=1, max_size=30), there=st.sets(st.integers(0, 29)))
def test_neither_blocks_nor_what_was_there_first_change_the_answer(table, there: set[int]) -> None:
    bench = Bench(table, {seed for seed in there if seed < len(table)})
    found = bench.looks()
    assert (len(found), found[-1].said) == one_by_one(table)
    assert [look.seed for look in found] == [*range(len(found))]
    assert found[-1].pairs == PairedCount.of(*zip(*table[: len(found)], strict=True))


@given(table=st.lists(pair, min_size=1, max_size=30), there=st.sets(st.integers(0, 29)))
def test_what_is_there_is_not_asked_for_until_a_seed_is_missing(table, there: set[int]) -> None:
    held = {seed for seed in there if seed < len(table)}
    bench = Bench(table, held)
    found = bench.looks()
    for block in bench.asked:
        assert block[0] not in held
        assert block == [*range(block[0], min(block[0] + BLOCK, len(table)))]
    overshoot = max((block[-1] for block in bench.asked), default=-1) - found[-1].seed
    assert overshoot < BLOCK
    assert found[-1].trained == len({seed for block in bench.asked for seed in block} - held)


def test_a_clear_difference_is_told_after_eight_pairs_and_two_blocks() -> None:
    bench = Bench([(False, True)] * 50)
    found = bench.looks()
    assert [look.said for look in found] == ["go on"] * 7 + ["better"]
    assert bench.asked == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert found[-1].interval == confidence_sequence(PairedCount(0, 0, 8, 0))


def test_pairs_that_are_there_are_enough_where_they_decide() -> None:
    bench = Bench([(True, False)] * 50, there=set(range(50)))
    assert bench.looks()[-1].said == "worse"
    assert bench.asked == []


def test_the_last_block_is_as_short_as_the_seeds_that_are_left() -> None:
    bench = Bench([(True, False), (False, True)] * 3)
    found = bench.looks()
    assert bench.asked == [[0, 1, 2, 3], [4, 5]]
    assert (len(found), found[-1].said) == (6, "go on")


def test_a_margin_is_passed_on() -> None:
    alike = Bench([(False, False)] * 100)
    assert len(alike.looks(margin=0.4)) < len(Bench([(False, False)] * 100).looks())


def test_a_crashed_seed_is_no_pair_and_is_tried_once() -> None:
    bench = Bench([(False, True)] * 12, crash={1, 2})
    found = bench.looks()
    assert [look.seed for look in found if look.crashed] == [1, 2]
    assert (found[-1].said, found[-1].pairs.n, found[-1].seed) == ("better", 8, 9)
    assert sum(1 in block for block in bench.asked) == 1


def test_a_block_that_crashes_as_a_whole_ends_it() -> None:
    bench = Bench([(False, True)] * 12, crash=set(range(12)))
    with pytest.raises(CrashedRuns, match="no seed of 0-3 has ended in both cells"):
        bench.looks()
    assert bench.asked == [[0, 1, 2, 3]]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of looks: a state is decided once."""
    from ganbench.execute import looks as module

    known: dict[tuple[int, int, int], str] = {}

    def cached(pairs: PairedCount, *, margin: float) -> str:
        key = (pairs.only_ours, pairs.only_theirs, pairs.n)
        return known.get(key) or known.setdefault(key, sequential.decision(pairs, margin=margin))

    monkeypatch.setattr(module, "decision", cached)


def simulated(rates: tuple[float, float], courses: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What is said, after how many pairs, with how many seeds trained; nothing is there at first."""
    rng = np.random.default_rng(0)
    ends = []
    for _ in range(courses):
        last = Bench([(bool(a), bool(b)) for a, b in rng.random((MOST, 2)) < rates]).looks()[-1]
        ends.append((last.said, last.pairs.n, last.trained))
    said, pairs, trained = zip(*ends, strict=True)
    return np.array(said), np.array(pairs), np.array(trained)


@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_of_equal_rates_the_whole_procedure_errs_in_at_most_five_percent(quick: None, rate: float) -> None:
    said, _, _ = simulated((rate, rate), 600)
    assert np.isin(said, ("better", "worse")).mean() <= 0.05


def test_it_takes_the_seeds_that_enumeration_says_and_less_than_a_block_more(quick: None) -> None:
    said, pairs, trained = simulated((0.1, 0.5), 600)
    exact = decided(0.1, 0.5, pairs=MOST)
    assert (said == "better").mean() >= 0.99
    assert pairs.mean() == pytest.approx(exact.mean_pairs, abs=4 * pairs.std() / np.sqrt(600))
    assert 0 <= (trained - pairs).min() <= (trained - pairs).max() < BLOCK
    assert trained.mean() < seeds_needed(0.1, 0.5, power=0.99)
