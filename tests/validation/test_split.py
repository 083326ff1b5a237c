"""The two parts share no base with the same seed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.errors import InputError
from ganbench.validation.cases import SEEDS
from ganbench.validation.split import TEST_SEEDS, TUNING_SEEDS, split
from tests.validation.made_up import example

PAIRS = st.lists(
    st.tuples(
        st.sampled_from(["ring/ns", "dirac/minimax", "digits/ls"]),
        st.sampled_from([*TUNING_SEEDS, *TEST_SEEDS]),
    )
)


@given(PAIRS)
def test_no_base_with_the_same_seed_is_in_both_parts(pairs: list[tuple[str, int]]) -> None:
    parts = split(example(base=base, seed=seed) for base, seed in pairs)
    tuning, test = ({(one.run["base"], one.run["seed"]) for one in part} for part in parts)
    assert not tuning & test


@given(PAIRS)
def test_every_run_is_in_one_part_in_its_order(pairs: list[tuple[str, int]]) -> None:
    examples = [example(base=base, seed=seed) for base, seed in pairs]
    parts = split(examples)
    assert parts.tuning == [one for one in examples if one.run["seed"] <= 7]
    assert parts.test == [one for one in examples if one.run["seed"] >= 8]


def test_the_parts_are_the_seeds_of_the_plan_and_have_none_in_common() -> None:
    assert (sorted(TUNING_SEEDS), sorted(TEST_SEEDS)) == ([*range(8)], [12, 13, 14, 15])
    assert {*SEEDS} == TUNING_SEEDS | TEST_SEEDS


def test_a_seed_of_neither_part_is_refused_with_its_run() -> None:
    with pytest.raises(InputError, match=r"run 'ring/8' has seed 8, expected one of 0 to 7 and 12 to 15"):
        split([example(run_id="ring/8", seed=8)])
