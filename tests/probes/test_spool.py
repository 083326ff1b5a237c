"""Blocks of numbers: cut to replicas as an index would, kept in order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ganbench.probes.spool import Block, InMemory, Kind, shared

STRETCHES = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda pair: range(*sorted(pair)))


def block(kind: Kind, replicas: range, number: int = 0) -> Block:
    """Its values say of which replica they are."""
    values = np.broadcast_to(np.array(replicas, np.float32).reshape(-1, 1, 1), (len(replicas), 2, 3))
    return Block(kind, number, first=4, last=5, replica=replicas.start, values=values)


@given(STRETCHES, STRETCHES)
def test_two_stretches_share_what_is_in_both(one: range, other: range) -> None:
    assert set(shared(one, other)) == set(one) & set(other)


@given(STRETCHES.filter(len), STRETCHES)
def test_a_block_is_cut_to_the_replicas_that_it_has(replicas: range, wanted: range) -> None:
    found = block(Kind.BURST, replicas).of(wanted)
    mine = [r for r in replicas if r in wanted]
    assert (found is None) == (not mine)
    if found is not None:
        assert found.replica == mine[0]
        assert found.values[:, 0, 0].tolist() == mine
        assert (found.kind, found.number, found.first, found.last) == (Kind.BURST, 0, 4, 5)


@given(st.lists(st.tuples(st.sampled_from(Kind), STRETCHES.filter(len)), max_size=8), STRETCHES)
def test_in_memory_it_reads_what_was_appended_in_order(held: list[tuple[Kind, range]], wanted: range) -> None:
    spool = InMemory()
    for number, (kind, replicas) in enumerate(held):
        spool.append(block(kind, replicas, number))
    for kind in Kind:
        expected = [n for n, (of, replicas) in enumerate(held) if of == kind and shared(replicas, wanted)]
        assert [one.number for one in spool.read(kind, wanted)] == expected
