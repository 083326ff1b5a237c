"""The laws of a falling learning rate: where they begin, where they end, and that they only fall."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gan.tricks.scenes import scene


def factor(progress: float, letter: str = "g", **options: object) -> float:
    trick, where = scene("learning-rate-decay", options, progress=progress)
    assert trick.rate is not None
    return float(trick.rate(letter, where)[0])


@pytest.mark.parametrize("law", ["linear", "cosine", "exponential"])
@given(start=st.floats(0, 0.9), final=st.floats(0.01, 0.99), here=st.floats(0, 1), there=st.floats(0, 1))
def test_every_law_falls_from_one_at_the_start_to_the_final_factor(law, start, final, here, there) -> None:
    options = {"law": law, "start": start, "final": final}
    assert factor(start * here, **options) == pytest.approx(1)
    assert factor(1.0, **options) == pytest.approx(final)
    first, last = sorted((here, there))
    assert factor(first, **options) >= factor(last, **options) - 1e-12


def test_half_way_the_laws_are_the_three_means_of_their_ends() -> None:
    ends = {"final": 0.04}
    assert factor(0.5, law="linear", **ends) == pytest.approx((1 + 0.04) / 2)
    assert factor(0.5, law="cosine", **ends) == pytest.approx((1 + 0.04) / 2)
    assert factor(0.5, law="exponential", **ends) == pytest.approx((1 * 0.04) ** 0.5)
    assert factor(0.25, law="cosine", **ends) > factor(0.25, law="linear", **ends)


@pytest.mark.parametrize(
    ("of", "g", "d"), [("both", 0.5, 0.5), ("generator", 0.5, 1.0), ("discriminator", 1.0, 0.5)]
)
def test_it_falls_for_whom_it_is_meant(of: str, g: float, d: float) -> None:
    assert (factor(0.5, "g", of=of), factor(0.5, "d", of=of)) == (g, d)
