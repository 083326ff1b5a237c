"""Delays of runs whose onset is known to the step."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.detect import Table
from ganbench.detect.thresholds import limits
from ganbench.validation.delays import LOOKS, delays, looks
from tests.detect.pathologies import ONSET, RUNS
from tests.detect.runs import EVALUATIONS, STEPS, Synthetic, healthy, since
from tests.validation.made_up import example

EVERY = STEPS // EVALUATIONS


def vanished(onset: int) -> Synthetic:
    return healthy(0, "minimax").with_signals(
        auc=since(onset, 1.0), attenuation=since(onset, 8e-7), update_ratio_g=since(onset, 1e-8)
    )


def late(kind: str, run: Synthetic, onset: int):
    return example({kind: "present"}, table=run.table(), since=onset)


def test_a_vanishing_gradient_is_seen_at_the_first_look_after_five_blocks() -> None:
    (found,) = delays([late("vanishing-gradient", vanished(1000), 1000)], limits())
    assert (found.kind, found.runs, found.censored) == ("vanishing-gradient", 1, 0)
    # Four of five blocks of 32 steps, seen at an evaluation every 200 steps.
    assert found.median == found.lower == found.upper == EVERY


def seen_and_not(unseen_onset: int):
    """Seen one look after its onset; never seen, and watched from that onset on."""
    return (
        late("vanishing-gradient", vanished(1000), 1000),
        late("vanishing-gradient", healthy(), unseen_onset),
    )


def test_a_run_in_which_it_never_fires_is_watched_to_its_last_look() -> None:
    seen, unseen = seen_and_not(1000)
    (found,) = delays([seen, unseen, unseen], limits())
    assert (found.runs, found.censored) == (3, 2)
    assert (found.lower, found.median, found.upper, found.high) == (EVERY, None, None, None)


def test_a_run_that_ends_before_the_others_are_seen_does_not_lengthen_the_delay() -> None:
    """Kaplan and Meier: who was watched for no time at all tells nothing."""
    seen, unseen = seen_and_not(STEPS)
    (found,) = delays([seen, unseen, unseen], limits())
    assert (found.censored, found.median) == (2, EVERY)


def test_the_interval_of_the_median_holds_it() -> None:
    runs = [late("vanishing-gradient", vanished(1000 + 50 * k), 1000) for k in range(16)]
    (found,) = delays(runs, limits())
    assert found.low <= found.median <= found.high


def test_firing_before_the_onset_is_told() -> None:
    early, right = (late("vanishing-gradient", vanished(begun), 2000) for begun in (1000, 2000))
    (found,) = delays([early, right], limits())
    assert (found.early.count, found.early.n) == (1, 2)
    assert found.lower == 0


def test_a_look_at_the_onset_itself_is_not_early() -> None:
    (found,) = delays([late("vanishing-gradient", vanished(800), 1000)], limits())
    assert (found.early.count, found.median) == (0, 0)


def test_runs_without_a_known_onset_are_left_out() -> None:
    undated = example({"mode-collapse": "present"}, table=RUNS["mode-collapse"]().table())
    assert delays([undated, example({"mode-collapse": "borderline"}, since=ONSET)], limits()) == []


def test_looks_are_the_evaluations_or_else_forty() -> None:
    table = healthy().table()
    assert looks(table).tolist() == [EVERY * k for k in range(1, EVALUATIONS + 1)]
    bare = healthy().without_evaluations().table()
    assert len(looks(bare)) == LOOKS
    assert looks(bare)[-1] == bare.end


@pytest.mark.parametrize("table", [Table(np.zeros(0, np.int64), np.zeros(0, np.int64), {})])
def test_an_empty_table_is_never_seen(table: Table) -> None:
    (found,) = delays([example({"mode-collapse": "present"}, table=table, since=3)], limits())
    assert found.censored == 1
