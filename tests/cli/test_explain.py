"""`ganbench explain`: every kind in text and in JSON."""

from __future__ import annotations

import json

import pytest

from ganbench.cli.main import main
from ganbench.detect import KINDS, thresholds_hash
from ganbench.detect.advice import remedies
from ganbench.detect.thresholds import thresholds_of
from ganbench.registry import entry


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_explained_with_all_that_is_known_of_it(kind: str, capsys) -> None:
    assert main(["explain", kind]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    registered = entry("detector", kind)
    detector = registered.load()
    assert captured.out.startswith(f"{kind}: {registered.summary}\n")
    for text in (
        registered.formula,
        registered.source,
        detector.null,
        *detector.false_positives,
        thresholds_hash(),
    ):
        assert text in captured.out
    places = [captured.out.index(f"{number}. {one.text}") for number, one in enumerate(remedies(kind), 1)]
    assert places == sorted(places)
    for one in thresholds_of(kind):
        assert f"{one.value:g}  {one.unit}" in captured.out


@pytest.mark.parametrize("kind", KINDS)
def test_the_json_gives_the_same_facts(kind: str, capsys) -> None:
    assert main(["explain", kind, "--format", "json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert set(facts) == {
        "kind", "what", "network", "measured", "needs", "null", "thresholds", "thresholds_hash",
        "false_positives", "remedies", "source",
    }  # fmt: skip
    assert facts["remedies"][0].keys() == {"text", "knob", "level", "source"}
    assert {one["name"]: one["value"] for one in facts["thresholds"]} == {
        one.name: one.value for one in thresholds_of(kind)
    }


def test_alone_it_lists_the_kinds_in_the_order_of_explanation(capsys) -> None:
    assert main(["explain"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(KINDS)
    assert main(["explain", "--format", "json"]) == 0
    assert [one["kind"] for one in json.loads(capsys.readouterr().out)] == list(KINDS)


def test_an_unknown_kind_gets_the_nearest_one(capsys) -> None:
    assert main(["explain", "mode-hoping"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "Error: unknown detector 'mode-hoping', did you mean 'mode-hopping'?\n"


def test_what_was_measured_here_is_marked(capsys) -> None:
    assert main(["explain", "mode-collapse"]) == 0
    assert "measured here: README.md" in capsys.readouterr().out
