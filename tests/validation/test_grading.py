"""States joined, bounds read, onsets found."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ganbench.validation import bounds
from ganbench.validation.bounds import Bound
from ganbench.validation.grading import both, either, since
from tests.validation.courses import LOOKS, course

ORDER = ("absent", "borderline", "present")


@pytest.mark.parametrize(("one", "other"), list(itertools.product(ORDER, repeat=2)))
def test_known_states_join_to_the_least_or_the_most(one, other):
    assert both(one, other) == min(one, other, key=ORDER.index)
    assert either(one, other) == max(one, other, key=ORDER.index)


def test_what_is_unknown_counts_unless_it_cannot_matter():
    assert both("unknown", "absent") == "absent"
    assert both("unknown", "present") == both("unknown", "borderline") == "unknown"
    assert either("unknown", "present") == "present"
    assert either("unknown", "absent") == either("unknown", "borderline") == "unknown"


@pytest.mark.parametrize(
    ("value", "state"),
    [(0.9, "absent"), (1.0, "borderline"), (2.0, "present"), (np.inf, "present"), (np.nan, "unknown")],
)
def test_a_bound_holds_from_its_value_on(value, state):
    assert Bound(2.0, 1.0).state(value) == state


@pytest.mark.parametrize("name", [name for name, value in vars(bounds).items() if isinstance(value, Bound)])
def test_every_bound_has_a_band(name):
    found = getattr(bounds, name)
    assert found.present > found.borderline > 0


def test_since_is_the_first_look_of_the_last_stretch():
    holds = np.zeros(LOOKS, bool)
    holds[3], holds[20:] = True, True
    assert since(course(), holds) == 2000
    assert since(course(), np.ones(LOOKS, bool)) == 0
    holds[-1] = False
    assert since(course(), holds) is None
