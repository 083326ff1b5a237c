"""The catalogue shows what is registered, in text and in JSON."""

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Annotated, Literal

import pytest
from pydantic import Field

from ganbench.cli import list as module
from ganbench.cli.list import KINDS, question
from ganbench.cli.main import main
from ganbench.registry import Entry, Options, entries


class ExampleOptions(Options):
    gamma: Annotated[float, Field(description="weight, at least 0")] = 10.0
    bound: float = float("inf")
    means: list[float]
    form: Literal["a", "b"] = "a"


ENTRY = Entry(
    "penalty", "example", ExampleOptions, "x:y", "pulls D down", "gamma/2 E|grad D|^2", "Nobody 2020", "ours"
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["text", "json"])
def test_every_registered_thing_is_listed(kind: str, form: str, capsys) -> None:
    assert main(["list", kind, "--format", form]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    for entry in entries(KINDS[kind]):
        assert entry.name in captured.out
        assert entry.summary in captured.out


@pytest.mark.parametrize("kind", ["network", "loss", "penalty", "trick", "optimizer", "metric"])
def test_everything_that_computes_has_a_formula_and_whatever_has_options_the_origin_of_its_defaults(
    kind,
) -> None:
    for entry in entries(kind):
        chosen = {name for name, field in entry.options.model_fields.items() if not field.is_required()}
        assert entry.formula, entry.name
        assert bool(entry.defaults) == bool(chosen - {"name", "every"}), entry.name


@pytest.mark.parametrize("kind", ["dataset", "network", "loss", "penalty", "trick", "optimizer"])
def test_every_option_says_what_it_means_and_what_it_takes(kind: str) -> None:
    said = [(thing["name"], one) for thing in module.components(kind) for one in thing["options"]]
    assert [(name, one["name"]) for name, one in said if not (one["description"] and one["expected"])] == []


def test_the_text_gives_formula_source_and_options_with_defaults(capsys, monkeypatch) -> None:
    monkeypatch.setattr("ganbench.registry.entries", lambda kind: [ENTRY])
    assert main(["list", "penalties"]) == 0
    assert capsys.readouterr().out == (
        "example\n"
        "  summary   pulls D down\n"
        "  formula   gamma/2 E|grad D|^2\n"
        "  source    Nobody 2020\n"
        "  defaults  ours\n"
        "  options   gamma: 10.0        a number      weight, at least 0\n"
        '            bound: "Infinity"  a number\n'
        "            means: (required)  a list\n"
        '            form: "a"          one of: a, b\n'
    )


def test_the_json_gives_the_same(capsys, monkeypatch) -> None:
    monkeypatch.setattr("ganbench.registry.entries", lambda kind: [ENTRY])
    assert main(["list", "penalties", "--format", "json"]) == 0
    (thing,) = json.loads(capsys.readouterr().out)
    assert thing["source"] == "Nobody 2020"
    assert thing["defaults"] == "ours"
    assert thing["options"] == [
        {"name": "gamma", "required": False, "default": 10.0, "expected": "a number"}
        | {"description": "weight, at least 0"},
        {
            "name": "bound",
            "required": False,
            "default": "Infinity",
            "expected": "a number",
            "description": "",
        },
        {"name": "means", "required": True, "expected": "a list", "description": ""},
        {"name": "form", "required": False, "default": "a", "expected": "one of: a, b", "description": ""},
    ]


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two suites in a folder of the test."""
    (tmp_path / "b.yaml").write_text("# why\nsuite: b\nquestion: >\n  Which loss\n  fails?\n")
    (tmp_path / "a.yaml").write_text("suite: a\n")
    find = ModuleType("ganbench.suite.find")
    find.shipped = lambda: {path.stem: path for path in tmp_path.glob("*.yaml")}
    monkeypatch.setitem(sys.modules, "ganbench.suite.find", find)


def test_suites_are_listed_with_their_question(shipped: None, capsys) -> None:
    assert main(["list", "suites"]) == 0
    assert capsys.readouterr().out == "a\n\nb\n  question  Which loss fails?\n"


def test_without_a_kind_the_names_of_everything_are_shown_by_kind(shipped: None, capsys) -> None:
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split(None, 1) == ["suites", "a, b"]
    assert [line.split()[0] for line in lines] == ["suites", *module.KINDS]
    assert main(["list", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["losses"] == [entry.name for entry in entries("loss")]


def test_suites_in_json(shipped: None, capsys) -> None:
    assert main(["list", "suites", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"name": "a", "question": ""},
        {"name": "b", "question": "Which loss fails?"},
    ]


def test_a_question_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text('question: |\n  one\n  two:  "three"\n')
    assert question(tmp_path / "s.yaml") == 'one two: "three"'


def test_the_kinds_are_the_registrys() -> None:
    from ganbench.registry import KINDS as registered

    assert set(module.KINDS.values()) == set(registered)
