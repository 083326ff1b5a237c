"""From findings to root causes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.detect import KINDS, diagnose_table
from ganbench.detect.compose import CAUSES, Cause, compose
from ganbench.records import Finding
from tests.detect.pathologies import RUNS
from tests.detect.runs import STEPS

EVENTS = [kind for kind in KINDS if kind != "convergence"]


def found(kind: str, onset: int) -> Finding:
    return Finding(kind, "fired", "why", severity="error", onset=onset)


def tree(*findings: Finding) -> dict[str, list[str]]:
    return {
        cause.root.kind: [one.kind for one in cause.consequences] for cause in compose(findings, steps=1000)
    }


def test_what_follows_is_put_under_what_came_before() -> None:
    assert tree(found("mode-collapse", 700), found("exploding-gradient", 300)) == {
        "exploding-gradient": ["mode-collapse"]
    }


def test_what_came_before_is_not_explained_by_what_came_after() -> None:
    assert tree(found("mode-collapse", 300), found("exploding-gradient", 700)) == {
        "mode-collapse": [],
        "exploding-gradient": [],
    }


def test_at_the_same_time_the_order_of_explanation_decides() -> None:
    assert tree(found("discriminator-dominance", 500), found("vanishing-gradient", 520)) == {
        "vanishing-gradient": ["discriminator-dominance"]
    }


@pytest.mark.parametrize("first", [490, 500, 510])
def test_one_event_is_one_event_whenever_it_happens(first: int) -> None:
    assert tree(found("mode-collapse", first), found("gradient-spike", first + 10)) == {
        "gradient-spike": ["mode-collapse"]
    }


def test_a_discriminator_on_one_side_is_worse_than_a_blind_one_for_that() -> None:
    assert tree(found("diverging-discriminator", 500), found("one-sided-discriminator", 500)) == {
        "one-sided-discriminator": ["diverging-discriminator"]
    }


def test_a_discriminator_that_does_not_move_explains_how_wrong_it_is() -> None:
    wrong = (found("diverging-discriminator", 50), found("one-sided-discriminator", 50))
    assert tree(found("frozen-network", 0), *wrong) == {
        "frozen-network": ["one-sided-discriminator", "diverging-discriminator"]
    }


def test_a_generator_without_a_signal_stands_still_for_that() -> None:
    assert tree(found("frozen-network", 500), found("vanishing-gradient", 500)) == {
        "vanishing-gradient": ["frozen-network"]
    }


def test_what_is_known_by_heart_explains_who_is_fooled_by_all_others() -> None:
    assert tree(found("generator-dominance", 500), found("discriminator-overfitting", 520)) == {
        "discriminator-overfitting": ["generator-dominance"]
    }


@pytest.mark.parametrize(("held", "root"), [(0.0, "discriminator-dominance"), (0.05, "mode-collapse")])
def test_samples_on_a_part_of_the_data_keep_d_ahead_and_samples_on_none_do_not(
    held: float, root: str
) -> None:
    collapse = replace(found("mode-collapse", 480), form="total", value=held)
    assert [*tree(found("discriminator-dominance", 500), collapse)] == [root]


def test_samples_that_hold_no_mode_and_are_all_alike_are_one_trouble() -> None:
    collapse = replace(found("mode-collapse", 520), form="total", value=0.0)
    assert tree(collapse, found("in-mode-collapse", 500)) == {"mode-collapse": ["in-mode-collapse"]}


def test_a_spike_explains_what_begins_with_it_and_nothing_long_after() -> None:
    spike = replace(found("gradient-spike", 300), last=320)
    assert tree(spike, found("mode-collapse", 400)) == {"gradient-spike": ["mode-collapse"]}
    assert tree(spike, found("mode-collapse", 430)) == {"gradient-spike": [], "mode-collapse": []}


def test_what_is_not_linked_stands_alone() -> None:
    assert tree(found("discriminator-overfitting", 100), found("limit-cycle", 500)) == {
        "discriminator-overfitting": [],
        "limit-cycle": [],
    }


def test_a_chain_has_one_root() -> None:
    chain = (found("generator-dominance", 200), found("mode-hopping", 400), found("late-collapse", 600))
    assert tree(*chain) == {"generator-dominance": ["mode-hopping", "late-collapse"]}


def test_an_explosion_that_ends_in_nan_is_the_cause_of_the_nan() -> None:
    assert tree(found("non-finite", 900), found("exploding-gradient", 500)) == {
        "exploding-gradient": ["non-finite"]
    }


def test_a_certificate_and_what_did_not_fire_are_no_causes() -> None:
    certificate = Finding("convergence", "fired", "level 2", severity="info", onset=700)
    assert compose([certificate, Finding("mode-collapse", "clear", "covered")], steps=1000) == ()


ONSETS = st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 999)), unique_by=lambda one: one[0])


@given(ONSETS)
def test_every_finding_is_told_once_and_nothing_explains_what_began_before_it(
    pairs: list[tuple[str, int]],
) -> None:
    causes = compose([found(*pair) for pair in pairs], steps=1000)
    told = [one.kind for cause in causes for one in (cause.root, *cause.consequences)]
    assert sorted(told) == sorted(kind for kind, _ in pairs)
    for cause in causes:
        assert all((one.onset or 0) + 100 >= (cause.root.onset or 0) for one in cause.consequences)


@given(ONSETS, st.randoms())
def test_the_order_of_the_findings_does_not_matter(pairs: list[tuple[str, int]], random) -> None:
    findings = [found(*pair) for pair in pairs]
    shuffled = findings.copy()
    random.shuffle(shuffled)
    assert compose(shuffled, steps=1000) == compose(findings, steps=1000)


def test_every_kind_has_its_links_and_only_to_kinds() -> None:
    assert set(CAUSES) == set(KINDS)
    assert all(links <= set(KINDS) for links in CAUSES.values())
    assert all(kind not in links for kind, links in CAUSES.items())
    assert not any("convergence" in links for links in CAUSES.values())


@pytest.mark.parametrize(
    "kind",
    ["exploding-gradient", "generator-dominance", "mode-hopping", "mode-collapse", "vanishing-gradient"],
)
def test_a_pathology_is_the_root_of_what_is_found_in_its_run(kind: str) -> None:
    causes = compose(diagnose_table(RUNS[kind]().table()), steps=STEPS)
    assert causes[0].root.kind == kind
    assert isinstance(causes[0], Cause)
