"""What runs have in common, what varies, and how to make them again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ganbench.report.protocol import commands, common, criterion, sentence, sentences, varying
from tests.report.results import COVERED, SUITE, content, runs_of, section_of, write
from tests.store.example import opened


def test_the_sentence_has_length_batch_evaluation_and_criteria(tmp_path: Path) -> None:
    (arena,) = section_of(write(tmp_path)).arenas
    assert sentence(arena) == (
        "ring: 1,000 generator steps, batch 64, judged every 250 steps on 500 samples; failed: covered share below 0.9 "
        "in 3 evaluations in a row after 25 % of the steps, or not finite"
    )


def test_arenas_that_differ_in_their_name_alone_share_a_sentence(tmp_path: Path) -> None:
    (arena,) = section_of(write(tmp_path)).arenas
    other = replace(arena, name="grid")
    (found,) = sentences([arena, other])
    assert found == sentence(arena).replace("ring", "ring, grid", 1)


def test_runs_that_were_stopped_are_said_wherever_the_protocol_is(tmp_path: Path) -> None:
    ended = {"final.covered_share": None, "best.covered_share": None}
    with opened(tmp_path, suite_text=SUITE, planned=[]) as results:
        rows = runs_of("ring/a", [COVERED] * 3)
        results.commit(
            "p", runs=[rows[0], *(row | ended | {"stopped_at": 750} for row in rows[1:])], evaluations=[]
        )
    (arena,) = section_of(tmp_path).arenas
    assert sentence(arena).endswith(
        "or not finite; 2 runs were stopped once the failure was final (--stop-failed): they count in rates, in no value "
        "at the end, and as the worst where runs are compared by one"
    )


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"metric": "m", "above": 2.0}, "m above 2"),
        ({"metric": "m", "above": None, "drawdown": 0.5, "for": 1, "after": 0.0}, "m drawdown above 0.5"),
    ],
)
def test_a_criterion_in_words(given: dict[str, object], text: str) -> None:
    assert criterion(given) == text


def test_settings_are_shared_or_vary(tmp_path: Path) -> None:
    with opened(tmp_path, suite_text=SUITE, planned=[]) as results:
        penalties = [{"name": "r1", "gamma": 0.5}]
        for name, changes in (("a", {}), ("b", {"penalties": penalties, "batch": 32})):
            results.commit(
                name, runs=runs_of(name, [None], content=json.dumps(content(**changes))), evaluations=[]
            )
    section = section_of(tmp_path)
    keys, rows = varying(section)
    assert dict(zip(keys, rows[0], strict=True))["batch"] == "64"
    assert dict(zip(keys, rows[1], strict=True))["penalties"] == "name r1, every 1, gamma 0.5"
    assert not set(keys) & set(common(section))
    assert common(section)["loss.name"] == "non-saturating"


def test_commands_name_tier_changes_seeds_and_no_path(tmp_path: Path) -> None:
    root = write(
        tmp_path / "mine",
        {"a": [None, None]},
        suite_identity="mog-v1, tier smoke, --set batch=[1, 2], --set steps=5",
    )
    assert commands(section_of(root)) == [
        "ganbench run data/suite.yaml --tier smoke --set 'batch=[1, 2]' --set steps=5 --seeds 0-1 --out results/mine",
        "ganbench report results/mine -o report",
    ]
