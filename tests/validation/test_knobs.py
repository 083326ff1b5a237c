"""The grid that tuning may use."""

from __future__ import annotations

import pytest

from ganbench.detect import KINDS
from ganbench.detect.thresholds import limits
from ganbench.validation.bars import FIRST_EIGHT
from ganbench.validation.knobs import FACTORS, KNOBS, Knob


def test_every_knob_is_a_shipped_threshold_and_stands_there_once() -> None:
    named = [(knob.section, knob.name) for knob in KNOBS]
    assert len(set(named)) == len(named)
    for section, name in named:
        assert name in limits()[section]


def test_every_one_of_the_first_eight_detectors_can_be_tuned() -> None:
    assert set(FIRST_EIGHT) <= {knob.section for knob in KNOBS} <= set(KINDS)


@pytest.mark.parametrize(
    ("form", "shipped", "expected"), [("value", 3.0, 6.0), ("gap", 0.99, 0.98), ("excess", 1.5, 2.0)]
)
def test_a_factor_scales_what_the_form_says(form: str, shipped: float, expected: float) -> None:
    assert Knob("a", "b", form).turned(shipped, 2.0) == pytest.approx(expected)


def test_the_shipped_value_is_on_the_grid_to_the_bit() -> None:
    assert 1.0 in FACTORS
    for knob in KNOBS:
        shipped = limits()[knob.section][knob.name]
        assert knob.turned(shipped, 1.0) == shipped


def test_a_share_stays_one() -> None:
    for knob in KNOBS:
        if knob.form == "gap":
            values = [knob.turned(limits()[knob.section][knob.name], factor) for factor in FACTORS]
            assert 0 < min(values) < max(values) < 1
