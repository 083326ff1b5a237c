"""Verdicts: the words, the golden sentences, and how often they are wrong."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbench.stats.rate_comparison import RateComparison, compare_rates, compare_rates_by_seed
from ganbench.stats.rates import Count, PairedCount
from ganbench.stats.value_comparison import compare_values, compare_values_by_seed
from ganbench.stats.verdict import verdict, verdicts, word_for

NAMES = ("A", "B")
counts = st.integers(1, 30).flatmap(lambda n: st.builds(Count, st.integers(0, n), st.just(n)))


def of_rates(ours: tuple[int, int], theirs: tuple[int, int], margin: float = 0.2) -> RateComparison:
    return compare_rates(Count(*ours), Count(*theirs), names=NAMES, margin=margin)


@pytest.mark.parametrize(
    ("ours", "theirs", "sentence"),
    [
        (
            (3, 10),
            (0, 10),
            "A fails in 3 of 10 runs, B in 0 of 10: difference 30 points [-4, 60]; "
            "cannot tell (Boschloo, p = 0.12); about 21 seeds a cell would",
        ),
        (
            (0, 30),
            (12, 30),
            "A fails in 0 of 30 runs, B in 12 of 30: difference -40 points [-58, -21]; "
            "A is better (Boschloo, p < 0.0001)",
        ),
        (
            (12, 30),
            (0, 30),
            "A fails in 12 of 30 runs, B in 0 of 30: difference 40 points [21, 58]; "
            "A is worse (Boschloo, p < 0.0001)",
        ),
        (
            (0, 20),
            (0, 20),
            "A fails in 0 of 20 runs, B in 0 of 20: difference 0 points [-16, 16]; the same within 20 points",
        ),
        (
            (0, 1),
            (1, 1),
            "A fails in 0 of 1 run, B in 1 of 1: difference -100 points [-100, 12]; "
            "cannot tell, no outcome at these n has p < 0.05",
        ),
        (
            (199, 1000),
            (0, 1000),
            "A fails in 199 of 1000 runs, B in 0 of 1000: difference 20 points [18, 22]; "
            "cannot tell whether it matters (p < 0.0001, but perhaps less than 20 points); "
            "more seeds than were searched would",
        ),
        (
            (30, 100),
            (14, 100),
            "A fails in 30 of 100 runs, B in 14 of 100: difference 16 points [5, 27]; "
            "cannot tell whether it matters (p = 0.0069, but perhaps less than 20 points); "
            "about 783 seeds a cell would",
        ),
    ],
)
def test_verdicts_on_rates_in_words(ours, theirs, sentence: str) -> None:
    assert str(verdict(of_rates(ours, theirs))) == sentence


def test_a_verdict_by_seed_in_words() -> None:
    found = verdict(compare_rates_by_seed(PairedCount(2, 0, 9, 9), names=NAMES))
    assert found.sentence == (
        "A fails in 2 of 20 runs, B in 11 of 20: difference -45 points [-65, -18]; A is better (McNemar, p = 0.0039)"
    )


def test_verdicts_on_values_in_words() -> None:
    ours, theirs = [8, 8, 8, 7, 8, 8, 3, 8, 8, 8], [8, 6, 5, 7, 3, 2, 4, 8, 6, 5]
    rng = np.random.default_rng(0)
    alone = verdict(compare_values(ours, theirs, metric="covered modes", names=NAMES, rng=rng))
    assert alone.sentence.startswith(
        "covered modes (higher is better): A has median 8 (n = 10), B 5.5 (n = 10); "
        "A is ahead in 81 % of pairs [55, 93]; A is better (Brunner-Munzel, p = 0.01"
    )
    paired = verdict(compare_values_by_seed(ours, theirs, metric="distance", names=NAMES, better="lower"))
    assert paired.sentence == (
        "distance (lower is better): A has median 8 (n = 10), B 5.5 (n = 10); "
        "A is ahead on 25 % of seeds [11, 50]; A is worse (Wilcoxon, p = 0.031)"
    )
    level = verdict(compare_values_by_seed([8] * 12, [8] * 12, metric="modes", names=NAMES, margin=0.4))
    assert level.sentence.endswith("A is ahead on 50 % of seeds [38, 62]; the same within 40 points of 50 %")


@given(counts, counts)
@settings(max_examples=60)
def test_the_words_follow_from_interval_and_p(ours: Count, theirs: Count) -> None:
    comparison = compare_rates(ours, theirs, names=NAMES)
    p, word = comparison.significance.p, word_for(comparison, comparison.significance.p, alpha=0.05)
    if word in ("better", "worse"):
        assert p < 0.05
        assert abs(comparison.effect) >= 0.2
        assert (comparison.effect > 0) == (word == "better") == (ours.rate < theirs.rate)
    if word == "same":
        assert -0.2 < comparison.interval.low <= comparison.interval.high < 0.2


@given(counts, counts)
@settings(max_examples=60)
def test_swapping_the_cells_swaps_better_and_worse(ours: Count, theirs: Count) -> None:
    first, second = (compare_rates(*pair, names=NAMES) for pair in ((ours, theirs), (theirs, ours)))
    one, other = (word_for(found, found.significance.p, alpha=0.05) for found in (first, second))
    assert {"better": "worse", "worse": "better"}.get(one, one) == other


def test_a_family_asks_for_more_and_says_how_many() -> None:
    borderline, nothing = of_rates((0, 10), (5, 10)), of_rates((1, 10), (1, 10))
    assert verdict(borderline).word == "better"
    family = verdicts([borderline, *[nothing] * 9])
    assert family[0].word == "cannot tell"
    assert family[0].p == pytest.approx(10 * borderline.significance.p)
    assert family[0].family == 10
    assert f"p = {family[0].p:.2g} after Holm over 10" in family[0].sentence
    assert family[0].seeds is not None
    assert family[0].seeds > 10


def test_from_few_runs_no_seeds_are_promised() -> None:
    few, enough = (verdict(of_rates((0, n), (1, n))) for n in (4, 5))
    assert few.seeds is None
    assert "would" not in few.sentence
    assert enough.seeds is not None
    assert enough.sentence.endswith(f"about {enough.seeds} seeds a cell would")


def test_two_runs_a_cell_can_never_tell() -> None:
    for failed in range(3):
        for other in range(3):
            found = verdict(of_rates((failed, 2), (other, 2)))
            assert found.word == "cannot tell"


@pytest.mark.parametrize(("n", "rate"), [(5, 0.5), (10, 0.3), (30, 0.1)])
def test_equal_rates_are_rarely_told_apart_and_far_ones_rarely_called_the_same(n: int, rate: float) -> None:
    rng = np.random.default_rng(n)
    said = {"equal": 0, "far": 0}
    for _ in range(300):
        ours, theirs, far = (int(rng.binomial(n, p)) for p in (rate, rate, min(1.0, rate + 0.25)))
        equal, different = of_rates((ours, n), (theirs, n)), of_rates((ours, n), (far, n))
        said["equal"] += word_for(equal, equal.significance.p, alpha=0.05) in ("better", "worse")
        said["far"] += word_for(different, different.significance.p, alpha=0.05) == "same"
    assert said["equal"] <= 0.08 * 300
    assert said["far"] <= 0.06 * 300


def test_a_verdict_travels_between_processes() -> None:
    found = verdict(of_rates((3, 10), (0, 10)))
    assert pickle.loads(pickle.dumps(found)) == found


def test_an_alpha_of_5_is_refused() -> None:
    with pytest.raises(ValueError, match="alpha is 5"):
        verdict(of_rates((1, 2), (1, 2)), alpha=5)
