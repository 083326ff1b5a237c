"""The true modes of data in the plane, by what a row of the runs table says of them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from ganbench.data import MoonsOptions, RingOptions
from ganbench.data.mixtures import ring
from ganbench.data.moons import moons
from ganbench.report.truth import DRAWN, Truth, truth_of
from tests.test_public import loaded_by


def truth(**data: Any) -> Truth | None:
    return truth_of({"content": json.dumps({"data": data})})


def test_a_mixture_has_its_means_and_the_reach_of_its_high_quality() -> None:
    data: dict[str, Any] = {"name": "ring", "modes": 5, "std": 0.1}
    found, law = truth(**data), ring(RingOptions(**data))
    assert found is not None
    np.testing.assert_array_equal(found.means, law.means)
    np.testing.assert_allclose(found.radii, 0.3)
    assert len(found.points) == 0
    rng = np.random.default_rng(1)
    x = found.means[0] + 0.5 * rng.standard_normal((500, 2))
    mode, distance = law.assign(x)
    inside = np.square((x - found.means[mode]) / found.radii[mode]).sum(1) < 1
    np.testing.assert_array_equal(inside, distance < law.radius)


def test_arcs_have_real_samples_instead_the_same_each_time() -> None:
    one, other = truth(name="moons"), truth(name="moons")
    assert one is not None
    assert other is not None
    assert one.points.shape == (DRAWN, 2)
    assert len(one.means) == 0
    np.testing.assert_array_equal(one.points, other.points)
    assert (moons(MoonsOptions(name="moons")).assign(one.points)[1] < 5).all()


@pytest.mark.parametrize("name", ["veegan-1200", "dirac", "mine:data", "nonsense"])
def test_data_that_lie_elsewhere_or_are_not_here_have_none(name: str) -> None:
    assert truth(name=name) is None


def test_it_needs_no_torch() -> None:
    code = (
        'from ganbench.report.truth import truth_of; truth_of({\'content\': \'{"data": {"name": "ring"}}\'})'
    )
    assert loaded_by(code, "torch") == set()
