"""discriminator-dominance: a warning by itself, an error for one of three reasons."""

from __future__ import annotations

import numpy as np

from ganbench.detect.diagnose import detector
from tests.detect.pathologies import ONSET, RUNS
from tests.detect.runs import Synthetic, healthy, since

KIND = "discriminator-dominance"


def sure() -> Synthetic:
    return healthy().with_signals(auc=0.998)


def test_by_itself_it_is_a_warning() -> None:
    found = sure().without_evaluations().find(KIND)
    assert (found.status, found.severity) == ("fired", "warn")


def test_a_generator_that_stands_still_makes_it_an_error() -> None:
    still = RUNS["vanishing-gradient"]().without_evaluations().with_signals(implied_coverage=None)
    found = still.find(KIND)
    assert found.severity == "error"
    assert "G stands still" in found.reason


def test_without_evaluations_samples_that_reach_nothing_of_the_data_make_it_an_error() -> None:
    lost = sure().without_evaluations()
    assert lost.with_signals(implied_coverage=0.05).find(KIND).severity == "error"
    assert lost.with_signals(implied_coverage=0.2).find(KIND).severity == "warn"


def test_good_samples_outweigh_what_the_discriminator_implies() -> None:
    assert sure().with_signals(implied_coverage=0.05).find(KIND).severity == "warn"


def test_what_lasted_for_a_few_blocks_only_is_no_error() -> None:
    bad = healthy().with_evaluations(high_quality=0.05)
    assert bad.with_signals(auc=since(ONSET, 0.998)).find(KIND).severity == "error"
    assert bad.with_signals(auc=since(3840, 0.998)).find(KIND).severity == "warn"


def test_what_improved_long_ago_does_not_improve() -> None:
    rising = np.linspace(0.0, 0.25, 20)
    stopped = np.minimum(rising, rising[8])
    assert sure().with_evaluations(high_quality=rising).find(KIND).severity == "warn"
    assert sure().with_evaluations(high_quality=stopped).find(KIND).severity == "error"


def test_collapse_alone_is_no_dominance() -> None:
    """AUC* = 1 - c/2 = .98 on one mode of twenty-five."""
    assert healthy().with_signals(auc=0.98).find(KIND).status == "clear"


def test_a_lead_that_is_over_counts_only_if_it_was_long() -> None:
    step = np.arange(4000)
    for steps, status in ((800, "clear"), (1200, "fired")):
        lead = np.where((step >= 1000) & (step < 1000 + steps), 0.998, 0.55)
        assert healthy().with_signals(auc=lead).find(KIND).status == status


def test_early_on_every_discriminator_leads() -> None:
    table = sure().table()
    assert detector(KIND)(table.until(180)).status == "insufficient data"
    assert detector(KIND)(table.until(600)).status == "fired"
