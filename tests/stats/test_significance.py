"""Holm's adjustment against its definition and its promise; tails of a test."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.stats.significance import Significance, chosen, holm

p_values = st.lists(st.floats(0, 1), max_size=12)


def step_down(p: list[float], alpha: float) -> list[bool]:
    """Holm's procedure as he wrote it: reject from the smallest until the first that is not small enough."""
    rejected = [False] * len(p)
    for done, index in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        if p[index] >= alpha / (len(p) - done):
            break
        rejected[index] = True
    return rejected


@given(p_values, st.floats(0.001, 0.5))
def test_adjusted_values_reject_what_the_procedure_rejects(p: list[float], alpha: float) -> None:
    clear = all(abs(p_i * k - alpha) > 1e-9 for p_i in p for k in range(1, len(p) + 1))
    if clear:
        assert [value < alpha for value in holm(p)] == step_down(p, alpha)


def test_a_worked_family() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))


@given(p_values)
def test_adjusting_keeps_the_order_and_never_lowers(p: list[float]) -> None:
    adjusted = holm(p)
    assert all(p_i <= q_i <= 1 for p_i, q_i in zip(p, adjusted, strict=True))
    order = np.argsort(p, kind="stable")
    assert list(np.array(adjusted)[order]) == sorted(adjusted)


def test_one_comparison_is_not_adjusted() -> None:
    assert holm([0.04]) == (0.04,)
    assert holm([]) == ()


def test_a_family_of_true_nulls_rejects_at_most_alpha() -> None:
    drawn = np.random.default_rng(0).random((4000, 5))
    assert np.mean([min(holm(row)) < 0.05 for row in drawn.tolist()]) <= 0.06


def test_p_values_beyond_1_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        holm([0.5, 1.5])


def test_two_sided_is_twice_the_smaller_tail() -> None:
    assert [chosen(0.9, 0.2, side) for side in ("less", "greater", "two-sided")] == [0.9, 0.2, 0.4]
    assert chosen(0.7, 0.7, "two-sided") == 1
    with pytest.raises(ValueError, match="expected one of: less, greater, two-sided"):
        chosen(0.1, 0.9, "both")


def test_a_test_that_no_outcome_makes_significant_cannot_tell() -> None:
    assert Significance("Mann-Whitney", 0.1, attainable=0.1).could_reach(0.05) is False
    assert Significance("Mann-Whitney", 0.1, attainable=0.03).could_reach(0.05) is True
