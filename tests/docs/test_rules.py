"""docs/rules.md: every rule is what a suite can say, costs what the page says, and does what it says."""

from __future__ import annotations

from typing import Any

import pytest

from ganbench import registry
from ganbench.suite.schema import Setting
from ganbench.suite.yaml import parse
from ganbench.train.field import joint_weights
from tests.docs.page import read, rows, section
from tests.train.settings import dirac, train

PAGE = read("docs/rules.md")
RULES = {row[0]: row for row in rows(section(PAGE, "## The rules"))}
SGD = {"name": "sgd", "lr": 0.1}


def said(rule: str, **changes: Any) -> Setting:
    """The bilinear game by a rule of the page."""
    lines = parse(f"{{{RULES[rule][1]}}}", "docs/rules.md").plain()
    plain = {"optimizers": {"generator": SGD, "discriminator": SGD}}
    return dirac(**{"loss": "wasserstein", **plain, **lines, **changes})


@pytest.mark.parametrize("rule", RULES)
def test_a_round_costs_as_many_gradients_as_the_page_says(rule: str) -> None:
    training = train(said(rule, steps=10))
    assert training.counters(0)["gradient_evaluations"] == 10 * int(RULES[rule][3])


@pytest.mark.parametrize("rule", [rule for rule, row in RULES.items() if row[4]])
def test_a_round_changes_the_bilinear_game_as_the_page_says(rule: str) -> None:
    """Over 200 rounds, to the digits of the page; players that alternate run through an ellipse."""
    training = train(said(rule, steps=400), steps=200, probed=False)
    before = joint_weights(training.game)[0].norm()
    training.advance(400)
    factor = float(joint_weights(training.game)[0].norm() / before) ** (1 / 200)
    margin = 5e-5 if "order: simultaneous" in RULES[rule][1] or rule == "extragradient" else 5e-4
    assert factor == pytest.approx(float(RULES[rule][4]), abs=margin)


def test_every_order_and_every_rule_of_the_registry_is_on_the_page() -> None:
    text = " ".join(row[1] for row in RULES.values())
    for order in ("discriminator-first", "generator-first", "simultaneous", "extragradient"):
        assert f"order: {order}" in text
    for name in ("consensus", "lookahead"):
        assert registry.entry("trick", name).name in text
    for entry in registry.entries("optimizer"):
        if entry.name.startswith("optimistic"):
            assert entry.name in text


def test_every_source_is_that_of_the_registry() -> None:
    sources = dict(rows(section(PAGE, "## Sources")))
    assert registry.entry("trick", "consensus").source == sources["consensus"]
    assert sources["lookahead-minimax"] in registry.entry("trick", "lookahead").source
    assert "arXiv:1711.00141" in sources["optimistic"]
