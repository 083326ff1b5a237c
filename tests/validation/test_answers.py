"""A panel says what `diagnose_table` says, and asks no question twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from ganbench.detect import KINDS, diagnose_table
from ganbench.detect.compose import compose
from ganbench.detect.diagnose import detector
from ganbench.detect.thresholds import limits
from ganbench.validation import answers as module
from ganbench.validation.answers import BESIDE, FAILED, SHARED, Panel, healthy, troubles
from tests.detect.pathologies import HEALTHY, RUNS
from tests.validation.made_up import answer, example, sound, trouble


class Overheard(Mapping[str, Mapping[str, float]]):
    """Thresholds that note which sections are read."""

    def __init__(self) -> None:
        self.read: set[str] = set()

    def __getitem__(self, section: str) -> Mapping[str, float]:
        self.read.add(section)
        return limits()[section]

    def __iter__(self) -> Iterator[str]:
        return iter(limits())

    def __len__(self) -> int:
        return len(limits())


def test_a_panel_says_what_diagnose_table_says() -> None:
    examples = [trouble(kind, 0) for kind in ("mode-collapse", "limit-cycle", "convergence")] + [sound(1)]
    for one, found in zip(examples, Panel(examples).answers(limits()), strict=True):
        expected = diagnose_table(one.table)
        assert tuple(found.findings[kind] for kind in KINDS) == expected
        causes = compose(expected, steps=one.table.plan)
        assert found.roots == tuple(cause.root.kind for cause in causes)


def test_the_certificate_is_withheld_beside_an_error() -> None:
    changed = limits()
    changed["generator-dominance"] |= {"share": 0.0, "after": 0.0}
    (found,) = Panel([trouble("convergence", 0)]).answers(changed)
    assert found.fired("generator-dominance")
    assert not found.fired("convergence")


def test_a_question_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    true = detector

    def counted(kind: str):
        asked.append(kind)
        return true(kind)

    monkeypatch.setattr(module, "detector", counted)
    panel, given = Panel([sound(0)]), limits()
    panel.ask("limit-cycle", given)
    elsewhere = given | {"mode-hopping": given["mode-hopping"] | {"least": 9.0}}
    panel.ask("limit-cycle", elsewhere)
    assert asked == ["limit-cycle"]
    here = given | {"limit-cycle": given["limit-cycle"] | {"score": 0.9}}
    panel.ask("limit-cycle", here)
    assert asked == ["limit-cycle"] * 2


@pytest.mark.parametrize("kind", KINDS)
def test_no_detector_reads_a_section_that_the_panel_does_not_know_of(kind: str) -> None:
    for make in (*RUNS.values(), *HEALTHY.values()):
        for run in (make(), make().without_evaluations()):
            heard = Overheard()
            detector(kind)(run.table(), heard)
            assert heard.read <= {kind, *SHARED, *BESIDE.get(kind, ())}


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
