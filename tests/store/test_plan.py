"""What a folder remembers of the runs that were asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ganbench.store.layout import Layout
from tests.store.example import opened, plan


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "results"


def test_plans_add_up_in_the_order_they_came(root: Path) -> None:
    for planned in ([("b", 0), ("a", 0)], [("a", 0), ("a", 1)]):
        with opened(root, planned=plan(*planned)):
            pass
    assert json.loads(Layout(root).plan.read_text()) == plan(("b", 0), ("a", 0), ("a", 1))


def test_a_run_stays_as_it_was_asked_for_first(root: Path) -> None:
    sequential = [entry | {"sequential": True} for entry in plan(("a", 0), ("b", 0))]
    for planned in (plan(("a", 0)), sequential, plan(("b", 0))):
        with opened(root, planned=planned):
            pass
    kept = json.loads(Layout(root).plan.read_text())
    assert {entry["run_id"]: entry["sequential"] for entry in kept} == {"id-a-0": False, "id-b-0": True}


def test_plans_of_earlier_versions_do_not_say_and_were_not_sequential(root: Path) -> None:
    with opened(root, planned=plan(("a", 0))):
        pass
    bare = [{"run_id": "id-a-0", "cell": "a", "seed": 0}]
    Layout(root).plan.write_text(json.dumps(bare))
    with opened(root, planned=plan(("a", 0))):
        pass
    assert json.loads(Layout(root).plan.read_text()) == plan(("a", 0))
