"""A panel says what `diagnose_table` says, and asks no question twice."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbench.detect import KINDS, diagnose_table
from ganbench.detect.compose import compose
from ganbench.detect.diagnose import detector
from ganbench.detect.thresholds import Threshold, limits, thresholds
from ganbench.validation import answers as module
from ganbench.validation.answers import FAILED, Panel, Thresholds, healthy, troubles
from tests.validation.made_up import answer, example, sound, trouble

SHARED = Panel([trouble("mode-collapse", 0), trouble("limit-cycle", 0), sound(1)])


def test_a_panel_says_what_diagnose_table_says() -> None:
    examples = [trouble(kind, 0) for kind in ("mode-collapse", "limit-cycle", "convergence")] + [sound(1)]
    for one, found in zip(examples, Panel(examples).answers(limits()), strict=True):
        expected = diagnose_table(one.table)
        assert tuple(found.findings[kind] for kind in KINDS) == expected
        causes = compose(expected, steps=one.table.plan)
        assert found.roots == tuple(cause.root.kind for cause in causes)


def test_the_certificate_is_withheld_beside_an_error() -> None:
    changed = limits()
    changed["generator-dominance"] |= {"sigma": -1e9, "margin": -1e9}
    (found,) = Panel([trouble("convergence", 0)]).answers(changed)
    assert found.fired("generator-dominance")
    assert not found.fired("convergence")


def changed(section: str, name: str, value: float) -> Thresholds:
    given = limits()
    return given | {section: given[section] | {name: value}}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kinds of the detectors that were run, in order."""
    said: list[str] = []
    true = detector

    def counted(kind: str):
        said.append(kind)
        return true(kind)

    monkeypatch.setattr(module, "detector", counted)
    return said


def test_a_question_is_asked_once(asked: list[str]) -> None:
    panel = Panel([sound(0)])
    panel.ask("limit-cycle", limits())
    panel.ask("limit-cycle", changed("mode-hopping", "least", 9.0))
    assert asked == ["limit-cycle"]
    panel.ask("limit-cycle", changed("limit-cycle", "score", 0.9))
    assert asked == ["limit-cycle"] * 2
    panel.ask("limit-cycle", limits())
    assert asked == ["limit-cycle"] * 2


def test_of_two_runs_only_that_is_asked_again_for_which_the_threshold_was_read(asked: list[str]) -> None:
    panel = Panel([example(), sound(0)])
    panel.ask("gradient-spike", limits())
    assert len(asked) == 2
    panel.ask("gradient-spike", changed("gradient-spike", "ratio", 99.0))
    assert len(asked) == 3


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(thresholds()), st.sampled_from([0.5, 2.0])), max_size=3))
def test_whatever_was_asked_before_a_panel_says_what_a_new_one_says(
    turned: list[tuple[Threshold, float]],
) -> None:
    one, given = SHARED, limits()
    for threshold, factor in turned:
        given[threshold.section][threshold.name] *= factor
        for kind in KINDS:
            assert one.ask(kind, given).findings == Panel(one.examples).ask(kind, given).findings


def test_the_thresholds_that_were_read_are_told() -> None:
    panel = Panel([trouble("limit-cycle", 0)])
    assert panel.reads("limit-cycle") == frozenset()
    panel.ask("limit-cycle", limits())
    assert ("limit-cycle", "score") in panel.reads("limit-cycle")
    assert ("mode-hopping", "least") not in panel.reads("limit-cycle")
    assert panel.reads("mode-hopping") == frozenset()


def test_healthy_is_what_has_nothing_present() -> None:
    assert healthy(example())
    assert healthy(example({"convergence": "present", "mode-collapse": "borderline", "wiring": "unknown"}))
    assert not healthy(example({"mode-collapse": "present"}))
    assert not healthy(example({FAILED: "present"}))


def test_troubles_are_the_present_kinds_in_the_order_of_explanation() -> None:
    found = troubles(example({"stagnation": "present", "convergence": "present", "non-finite": "present"}))
    assert found == ("non-finite", "stagnation")


def test_a_kind_is_named_only_as_a_root_cause_and_the_certificate_when_given() -> None:
    found = answer(warns=["convergence"], errors=["mode-collapse", "stagnation"], roots=["mode-collapse"])
    assert [kind for kind in KINDS if found.fired(kind)] == ["mode-collapse", "stagnation", "convergence"]
    assert [kind for kind in KINDS if found.named(kind)] == ["mode-collapse", "convergence"]
    assert set(found.errors) == {"mode-collapse", "stagnation"}


def test_truth_that_says_nothing_is_unknown() -> None:
    one = answer()
    assert one.state("mode-collapse") == "absent"
    assert one.state("no such kind") == "unknown"
