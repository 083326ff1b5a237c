"""Where the draws of a captured iteration come from: lines through the draws of two iterations."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbench.train.inlets import Draw, Inlets, Irregular, Line, Listener
from ganbench.train.noise import Place, Tape, normal
from tests.train.settings import CPU


def tape(role: str = "noise") -> Tape:
    return Tape([0, 1], [normal] * 2, role=[role], shape=(3,), place=Place(CPU, torch.float64))


ONE, OTHER = tape("noise"), tape("data")


def asked(iteration: int) -> list[Draw]:
    """Of an iteration with two steps of D, the second of which G's step shares a tape with, and one of G."""
    d = 2 * iteration
    return [Draw(ONE, d), Draw(OTHER, d), Draw(ONE, d + 1), Draw(OTHER, d + 1), Draw(OTHER, iteration)]


def inlets(one: int, other: int) -> Inlets:
    return Inlets((one, other), (asked(one), asked(other)))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 300), min_size=2, max_size=2, unique=True), st.integers(0, 300))
def test_the_draws_of_two_iterations_tell_those_of_all_others(at, iteration):
    found = inlets(*sorted(at))
    found.open(iteration)
    for draw in asked(iteration):
        assert torch.equal(found(draw.tape, draw.step), draw.tape.drawn(draw.step))


def test_a_draw_stays_at_its_address_whatever_is_in_it():
    found = inlets(3, 8)
    found.open(20)
    before = [found(draw.tape, draw.step).data_ptr() for draw in asked(20)]
    found.open(21)
    assert [found(draw.tape, draw.step).data_ptr() for draw in asked(21)] == before


def test_the_same_draw_in_two_places_has_one_buffer():
    twice = [[*asked(n), Draw(ONE, 2 * n)] for n in (1, 2)]
    found = Inlets((1, 2), (twice[0], twice[1]))
    found.open(5)
    given_ = [found(draw.tape, draw.step) for draw in [*asked(5), Draw(ONE, 10)]]
    assert given_[0] is given_[-1]
    assert len({id(tensor) for tensor in given_}) == 5


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        (([Draw(ONE, 1)], [Draw(ONE, 2), Draw(ONE, 3)]), "at different times"),
        (([Draw(ONE, 1)], [Draw(OTHER, 4)]), "do not draw the same"),
        (([Draw(ONE, 1)], [Draw(ONE, 3)]), "do not draw the same"),  # 2 steps in 3 iterations
    ],
)
def test_iterations_that_tell_no_line_are_refused(heard, said):
    with pytest.raises(Irregular, match=said):
        Inlets((0, 3), heard)


def test_a_draw_that_is_on_no_line_is_refused():
    found = inlets(3, 8)
    found.open(9)
    found(ONE, 18)
    with pytest.raises(Irregular, match="draws otherwise"):
        found(OTHER, 19)


def test_a_draw_more_than_before_is_refused():
    found = inlets(3, 8)
    found.open(9)
    for draw in asked(9):
        found(draw.tape, draw.step)
    with pytest.raises(Irregular, match="draws otherwise"):
        found(ONE, 18)


def test_a_line_may_stand_still():
    line = Line.through((2, 5), (Draw(ONE, 7), Draw(ONE, 7)))
    assert [line.step(n) for n in (0, 2, 90)] == [7, 7, 7]


def test_a_listener_gives_the_draws_and_notes_them_in_order():
    listener, mine = Listener(), tape()
    mine.read_by(listener)
    assert torch.equal(mine.at(4), mine.drawn(4))
    mine.at(2)
    assert listener.heard == [Draw(mine, 4), Draw(mine, 2)]
