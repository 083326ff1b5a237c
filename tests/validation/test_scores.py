"""Precision, recall and F1 against counts made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ganbench.validation.answers import Answer
from ganbench.validation.scores import coded, f1, macro_f1, mean_f1, score
from tests.validation.made_up import answer, example

KIND = "mode-collapse"


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def counted(*, right: int = 0, missed: int = 0, false: int = 0, neither: int = 0) -> list[Answer]:
    there = {KIND: "present"}
    return [
        *[answer(there, errors=[KIND])] * right,
        *[answer(there)] * missed,
        *[answer(errors=[KIND])] * false,
        *[answer()] * neither,
    ]


def test_scores_are_those_of_the_counts() -> None:
    found = score(KIND, counted(right=8, missed=2, false=1, neither=20), rng=rng())
    assert (found.present, found.absent, found.left_out) == (10, 21, 0)
    assert (found.precision.count, found.precision.n) == (8, 9)
    assert (found.recall.count, found.recall.n) == (8, 10)
    assert found.f1 == pytest.approx(2 * (8 / 9) * 0.8 / (8 / 9 + 0.8))


def test_the_interval_of_f1_holds_it_and_shrinks_with_the_runs() -> None:
    few = score(KIND, counted(right=8, missed=2, false=2, neither=20), rng=rng())
    many = score(KIND, counted(right=80, missed=20, false=20, neither=200), rng=rng())
    assert few.low < few.f1 < few.high
    assert many.high - many.low < 0.5 * (few.high - few.low)


def test_the_interval_depends_on_the_generator_alone() -> None:
    runs = counted(right=8, missed=2, false=2, neither=20)
    assert score(KIND, runs, rng=rng()) == score(KIND, runs, rng=rng())


@pytest.mark.parametrize("state", ["borderline", "unknown"])
def test_labels_that_are_not_sure_are_counted_and_left_out(state: str) -> None:
    doubtful = [answer({KIND: state}, errors=[KIND]), answer({KIND: state})]
    found = score(KIND, counted(right=3, neither=3) + doubtful, rng=rng())
    assert found.left_out == 2
    assert (found.precision.n, found.recall.n, found.f1) == (3, 3, 1.0)


def test_any_severity_counts_as_found() -> None:
    assert score(KIND, [answer({KIND: "present"}, warns=[KIND])], rng=rng()).recall.count == 1


def test_by_root_what_another_explains_is_not_found() -> None:
    runs = [answer({KIND: "present"}, errors=[KIND], roots=["non-finite"])]
    assert score(KIND, runs, rng=rng()).f1 == 1.0
    assert score(KIND, runs, rng=rng(), by="root").f1 == 0.0


def test_a_kind_that_is_nowhere_has_no_f1_but_its_false_alarms_count() -> None:
    found = score(KIND, counted(false=2, neither=5), rng=rng())
    assert (found.f1, found.low, found.high) == (None, None, None)
    assert (found.precision.count, found.precision.n) == (0, 2)


def test_macro_f1_is_the_mean_over_kinds_that_are_present() -> None:
    runs = (
        counted(right=2, missed=2)
        + [answer({"non-finite": "present"}, errors=["non-finite", "stagnation"])] * 3
    )
    found = macro_f1(runs, rng=rng())
    assert found.kinds == ("non-finite", KIND)
    assert found.value == pytest.approx((1 + 2 / 3) / 2)
    assert found.low < found.value <= found.high


def test_without_anything_present_there_is_no_macro_f1() -> None:
    assert macro_f1([answer()], rng=rng()).value is None


@given(arrays(float, st.integers(1, 40), elements=st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.0])))
def test_f1_is_the_harmonic_mean_of_precision_and_recall(codes: np.ndarray) -> None:
    missed, false, right = ((codes == code).sum() for code in (1, 2, 3))
    if missed + right == 0:
        assert np.isnan(f1(codes))
    elif right == 0:
        assert f1(codes) == 0
    else:
        precision, recall = right / (right + false), right / (right + missed)
        assert f1(codes) == pytest.approx(2 * precision * recall / (precision + recall))


@given(arrays(float, 12, elements=st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.0])), st.permutations(range(12)))
def test_the_order_of_the_runs_does_not_matter(codes: np.ndarray, order: list[int]) -> None:
    assert np.array_equal(f1(codes), f1(codes[order]), equal_nan=True)


def test_the_mean_leaves_out_kinds_that_a_draw_lacks() -> None:
    codes = np.array([[3.0, 0.0, 0.0], [0.0, 1.0, 3.0]])
    drawn = np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 2.0]])
    np.testing.assert_allclose(mean_f1(codes, drawn), [1.0, (1 + 2 / 3) / 2])


def test_codes_are_those_of_truth_and_finding() -> None:
    examples = [example({KIND: state}) for state in ("absent", "present", "absent", "present", "borderline")]
    assert coded(KIND, examples, [False, False, True, True, True]).tolist() == [0, 1, 2, 3, 4]
