"""Tuning finds what separates made-up runs, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.detect import KINDS
from ganbench.detect.thresholds import limits, thresholds_hash
from ganbench.validation import tuning as module
from ganbench.validation.alarms import false_errors
from ganbench.validation.answers import Panel
from ganbench.validation.examples import Example
from ganbench.validation.knobs import KNOBS, Knob
from ganbench.validation.scores import macro_f1
from ganbench.validation.tuning import PRICE, Change, Objective, tune
from tests.detect.runs import healthy
from tests.validation.made_up import corpus, example, sound, trouble

PAIR = (Knob("discriminator-dominance", "auc", "gap"), Knob("limit-cycle", "amplitude"))


def ranked(auc: float, *, present: bool) -> Example:
    """D ranks at this level all along."""
    states = {"discriminator-dominance": "present" if present else "absent"}
    return example(states, table=healthy().with_signals(auc=auc).table())


def two_levels() -> Panel:
    """The bound between sound and dominated runs lies at .985, not at .99 as shipped."""
    return Panel([ranked(0.983, present=True), ranked(0.995, present=True), ranked(0.97, present=False)])


def test_the_bound_moves_to_where_it_separates() -> None:
    tuned = tune(two_levels(), knobs=PAIR)
    assert tuned.changes == (Change("discriminator-dominance", "auc", 0.99, 0.98),)
    assert (tuned.before, tuned.after) == (pytest.approx(2 / 3), pytest.approx(1.0))
    assert tuned.limits["limit-cycle"] == limits()["limit-cycle"]


def test_the_result_carries_its_hash_and_what_it_was_made_from() -> None:
    tuned = tune(two_levels(), knobs=PAIR)
    assert tuned.hash == thresholds_hash(tuned.limits) != thresholds_hash()
    assert tuned.runs == 3


def test_where_nothing_can_be_gained_the_shipped_thresholds_stay() -> None:
    tuned = tune(Panel([ranked(0.995, present=True), ranked(0.5, present=False)]), knobs=KNOBS[:6])
    assert tuned.changes == ()
    assert tuned.hash == thresholds_hash()


def test_tuning_twice_gives_the_same() -> None:
    assert tune(two_levels(), knobs=PAIR) == tune(two_levels(), knobs=PAIR)


def test_a_panel_that_was_asked_before_gives_the_same() -> None:
    panel = two_levels()
    panel.answers(limits() | {"limit-cycle": limits()["limit-cycle"] | {"amplitude": 9.0}})
    assert tune(panel, knobs=PAIR) == tune(two_levels(), knobs=PAIR)


def test_rows_that_are_left_out_do_not_count() -> None:
    panel = two_levels()
    without = np.array([False, True, True])
    found = tune(panel, rows=without, knobs=PAIR)
    assert found.changes == ()
    alone = tune(Panel(panel.examples[1:]), knobs=PAIR)
    assert (found.before, found.after, found.limits) == (alone.before, alone.after, alone.limits)


def test_the_objective_is_macro_f1_less_the_price_of_false_errors() -> None:
    examples = corpus(("mode-collapse", "limit-cycle", "convergence"), seeds=[0])
    # A healthy run by truth in which a detector sees an error: its label is wrong on purpose.
    examples.append(example(table=trouble("mode-collapse", 0).table))
    panel, given = Panel(examples), limits()
    answers = panel.answers(given)
    expected = (
        macro_f1(answers, rng=np.random.default_rng(0)).value - PRICE * false_errors(answers).share.value
    )
    assert false_errors(answers).share.count == 1
    assert Objective(panel)(given) == pytest.approx(expected)


def test_the_objective_withholds_certificates_beside_errors() -> None:
    changed = limits()
    changed["generator-dominance"] |= {"sigma": -1e9, "margin": -1e9}
    table = trouble("convergence", 0).table
    panel = Panel([example({"convergence": "present", "generator-dominance": "unknown"}, table=table)])
    assert macro_f1(panel.answers(changed), rng=np.random.default_rng(0)).value == 0.0
    false = false_errors(panel.answers(changed)).share.value
    assert Objective(panel)(changed) == pytest.approx(-PRICE * false)


def test_a_false_error_is_worth_a_missed_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """One healthy run of four with a false error costs more than a kind that is never found."""
    wrongly = example(table=trouble("exploding-gradient", 0).table)
    panel = Panel([trouble("exploding-gradient", 0), wrongly, sound(0), sound(1), sound(2)])
    knob = (Knob("exploding-gradient", "ratio"),)
    monkeypatch.setattr(module, "FACTORS", (1.0, 100.0))
    assert tune(panel, knobs=knob).changes == (Change("exploding-gradient", "ratio", 10.0, 1000.0),)
    monkeypatch.setattr(module, "PRICE", 0.0)
    assert tune(panel, knobs=knob).changes == ()


def test_every_kind_is_judged() -> None:
    panel = Panel([sound(0)])
    Objective(panel)(limits())
    assert {kind for kind, _ in panel._told} == set(KINDS)
