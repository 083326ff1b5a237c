"""Streams depend on their names and on nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench import seeding

PARTS = st.lists(st.one_of(st.text(max_size=5), st.integers(-5, 5)), max_size=3)


@given(seed=st.integers(0, 2**70), role=st.text(max_size=8), parts=PARTS)
def test_a_key_is_128_bits_and_the_same_every_time(seed, role, parts):
    found = seeding.key(seed, role, *parts)
    assert found == seeding.key(seed, role, *parts)
    assert 0 <= found < 2**128


@pytest.mark.parametrize(
    "other",
    [
        (8, "noise", "generator"),
        (7, "data", "generator"),
        (7, "noise", "discriminator"),
        (7, "noise"),
        (7, "noise", "generator", 0),
        (7, "noisegenerator"),
        (7, "noise", "gen", "erator"),
    ],
)
def test_another_name_is_another_stream(other):
    assert seeding.key(*other) != seeding.key(7, "noise", "generator")
    assert seeding.stream(*other).random() != seeding.stream(7, "noise", "generator").random()
    assert seeding.torch_seed(*other) != seeding.torch_seed(7, "noise", "generator")


def test_the_numbers_never_change():
    """A change here would change every result there is."""
    assert seeding.key(7, "noise", "generator") == 251890863084796308111600212786012771626
    drawn = seeding.stream(7, "noise", "generator", block=2).standard_normal(3)
    assert drawn.tolist() == pytest.approx(
        [0.5856523747002896, 0.8327742985911724, 0.5902740269398381], rel=1e-15
    )


def test_a_stream_starts_anew_each_time():
    one, other = seeding.stream(1, "data"), seeding.stream(1, "data")
    one.random(100)
    assert other.random() == seeding.stream(1, "data").random()


def test_a_block_is_opened_without_the_ones_before_it():
    """The block is the third of Philox's four counter words: skipping block * 2^128 draws gives the same."""
    bits = np.random.Philox(key=seeding.key(3, "data"))
    bits.advance(5 * 2**128)
    expected = np.random.Generator(bits).random(10)
    assert seeding.stream(3, "data", block=5).random(10).tolist() == expected.tolist()


def test_blocks_do_not_overlap_and_are_independent():
    draws = np.stack([seeding.stream(3, "data", block=block).random(2000) for block in range(4)])
    assert len(np.unique(draws)) == draws.size
    assert abs(np.corrcoef(draws) - np.eye(4)).max() < 5 / 2000**0.5


def test_neighbouring_seeds_are_independent():
    draws = np.stack([seeding.stream(seed, "noise").standard_normal(2000) for seed in range(6)])
    assert abs(np.corrcoef(draws) - np.eye(6)).max() < 5 / 2000**0.5


@given(seed=st.integers(0, 1000))
def test_torch_seeds_fit_into_63_bits(seed):
    assert 0 <= seeding.torch_seed(seed, "initialisation") < 2**63


def test_torch_seeds_use_all_their_bits():
    seeds = [seeding.torch_seed(seed, "initialisation") for seed in range(200)]
    assert max(seeds) > 2**62
    assert len({seed % 64 for seed in seeds}) > 50


def test_roles_have_names_of_their_own():
    roles = [value for name, value in vars(seeding).items() if name.isupper()]
    assert len(set(roles)) == len(roles) == 11


def test_no_global_random_state_is_read_or_written():
    state = np.random.get_state()[1].copy()  # noqa: NPY002  # the state that must not move
    seeding.stream(1, "noise").random(10)
    assert (np.random.get_state()[1] == state).all()  # noqa: NPY002  # the global one is what is looked at
