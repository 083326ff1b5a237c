"""Margins put the values of different statistics on one scale: 0 at null, 1 at the threshold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.detect.diagnose import CERTIFICATE
from ganbench.records import Finding
from ganbench.validation.margins import margins

NUMBERS = st.floats(-1e3, 1e3).filter(lambda x: abs(x) > 1e-3)


def finding(value: float | None, threshold: float | None, null: float | None = None, **more) -> Finding:
    return Finding(
        **{"kind": "k", "status": "clear", "reason": "", "statistic": "x"} | more,
        value=value,
        threshold=threshold,
        null=null,
    )


@given(NUMBERS, NUMBERS)
def test_it_is_0_at_null_and_1_at_the_threshold_in_whichever_direction(null: float, gap: float) -> None:
    threshold = null + gap
    if threshold == null:
        return
    found = margins([finding(x, threshold, null) for x in (null, threshold, null + 3 * gap)])
    assert found == pytest.approx([0.0, 1.0, 3.0], abs=1e-9)


def test_the_certificate_looks_for_its_null_value() -> None:
    low, high = margins([finding(x, 2.0, 4.0, kind=CERTIFICATE) for x in (0.0, 4.0)])
    assert low < 1 < high


def test_without_a_null_value_the_side_on_which_it_fires_tells() -> None:
    fires_low = [finding(0.001, 0.01, status="fired"), finding(0.02, 0.01), finding(0.005, 0.01)]
    assert margins(fires_low) == pytest.approx([1.9, 0.0, 1.5])
    fires_high = [finding(3.0, 2.0, status="fired"), finding(1.0, 2.0)]
    assert margins(fires_high) == pytest.approx([1.5, 0.5])


def test_where_none_has_fired_nothing_tells_the_side() -> None:
    assert np.isnan(margins([finding(0.5, 1.0)])).all()


def test_each_statistic_has_its_own_side() -> None:
    found = margins(
        [
            finding(0.5, 1.0, status="fired", statistic="a"),
            finding(2.0, 1.0, status="fired", statistic="b"),
            finding(2.0, 1.0, statistic="a"),
        ]
    )
    assert found == pytest.approx([1.5, 2.0, 0.0])


def test_a_null_value_that_is_the_threshold_leaves_the_unit_at_the_threshold_or_one() -> None:
    found = margins([finding(3.0, 0.0, 0.0, status="fired"), finding(0.0, 0.0, 0.0)])
    assert found.tolist() == [4.0, 1.0]


def test_what_was_not_measured_has_none() -> None:
    assert np.isnan(margins([finding(None, 1.0, 0.0), finding(1.0, None, 0.0)])).all()
