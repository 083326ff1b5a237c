"""Features of fakes beside those of the data: matched by their numbers, and only those that can be compared."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.detect.blocks import blocks_of
from ganbench.detect.late_collapse import of_moments
from ganbench.detect.moments import Feature, compared
from ganbench.detect.quality import differs
from ganbench.detect.thresholds import limits
from tests.detect.runs import Synthetic, healthy

LIMITS = limits()


def features(run: Synthetic) -> list[Feature]:
    return compared(blocks_of(run.table(), LIMITS["blocks"]))


def second_alone(**changed: float) -> Synthetic:
    """A log of the second feature only; those of the data are known of both."""
    bare = healthy().without_evaluations().with_facts(real_mean=(50.0, 3.0), real_std=(9.0, 2.0))
    signals = {"fake_mean_1": 3.0, "fake_std_1": 2.0} | changed
    return bare.with_signals(fake_mean_0=None, fake_std_0=None, **signals)


def test_a_feature_is_compared_with_its_own_number() -> None:
    (one,) = features(second_alone())
    assert (one.real_mean, one.real_std) == (3.0, 2.0)
    assert one.mean == pytest.approx(3.0)
    assert one.std == pytest.approx(2.0)


def test_the_order_of_the_columns_does_not_matter() -> None:
    run = healthy().with_facts(real_mean=(0.0, 7.0), real_std=(1.0, 2.0))
    turned = Synthetic(dict(reversed(run.signals.items())), run.evaluations, run.facts)
    assert [one.real_mean for one in features(turned)] == [0.0, 7.0]
    for one, other in zip(features(run), features(turned), strict=True):
        assert np.array_equal(one.mean, other.mean)


def test_what_is_not_known_of_both_or_does_not_vary_is_left_out() -> None:
    assert features(healthy().with_facts(real_mean=())) == []
    assert len(features(healthy().with_facts(real_mean=(0.0,)))) == 1
    assert len(features(healthy().with_facts(real_std=(0.0, 1.0)))) == 1
    assert len(features(healthy().with_signals(fake_std_1=None))) == 1


def test_detectors_read_a_log_that_lacks_the_first_features() -> None:
    assert second_alone().find("mode-collapse").status == "clear"
    beside = second_alone(fake_mean_1=60.0).find("mode-collapse")
    assert (beside.status, beside.value) == ("fired", pytest.approx(57 / 4))
    table = second_alone().table()
    assert differs(table, blocks_of(table, LIMITS["blocks"]), LIMITS["quality"], since=0) is False


def test_a_drawdown_of_the_moments_is_that_of_the_features_on_record() -> None:
    (drawdown,) = of_moments(second_alone().with_signals(fake_mean_1=_away).table(), LIMITS)
    assert drawdown.medians[-1] == pytest.approx(1.5)


def _away(step: np.ndarray, was: np.ndarray) -> np.ndarray:
    """One and a half deviations off, in the end."""
    return np.where(step > len(step) // 2, 6.0, 3.2)
