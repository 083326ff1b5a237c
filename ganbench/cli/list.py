"""`ganbench list`: the catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ganbench.cli.output import aligned, echo_json, format_option

if TYPE_CHECKING:
    from ganbench.registry import Entry, Options

KINDS: Final = {
    "datasets": "dataset",
    "networks": "network",
    "losses": "loss",
    "penalties": "penalty",
    "tricks": "trick",
    "optimizers": "optimizer",
    "metrics": "metric",
    "detectors": "detector",
}


@click.command(name="list")
@click.argument("kind", type=click.Choice(["suites", *KINDS]), metavar="[KIND]", required=False)
@format_option
def list_(kind: str | None, form: str) -> None:
    """Show all KIND with what they are, where they come from, and their options; without KIND, their names alone.

    KIND is suites, datasets, networks, losses, penalties, tricks, optimizers, metrics or detectors.
    """
    if kind is None:
        _show_kinds(form)
        return
    things = suites() if kind == "suites" else components(KINDS[kind])
    if form == "json":
        echo_json(things)
    else:
        click.echo("\n\n".join("\n".join(_lines(thing)) for thing in things))


def _show_kinds(form: str) -> None:
    """Names of everything, by kind."""
    names = {"suites": [one["name"] for one in suites()]}
    names |= {kind: [one["name"] for one in components(name)] for kind, name in KINDS.items()}
    if form == "json":
        echo_json(names)
    else:
        click.echo("\n".join(aligned([(kind, ", ".join(of)) for kind, of in names.items()])))


def suites() -> list[dict[str, Any]]:
    """The suites that come with ganbench: {name, question}."""
    from ganbench.suite.find import shipped

    return [{"name": name, "question": question(path)} for name, path in sorted(shipped().items())]


def question(path: Path) -> str:
    """What a suite asks, as it says itself; empty if it does not."""
    from ruamel.yaml import YAML

    content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return " ".join(str(content.get("question", "")).split())


def components(kind: str) -> list[dict[str, Any]]:
    """What is registered of that kind: {name, summary, formula, source, defaults, options}."""
    from ganbench.registry import entries

    return [_described(entry) for entry in entries(kind)]


def _described(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "summary": entry.summary,
        "formula": entry.formula,
        "source": entry.source,
        "defaults": entry.defaults,
        "options": [_option(entry.options, name) for name in entry.options.model_fields if name != "name"],
    }


def _option(options: type[Options], name: str) -> dict[str, Any]:
    from pydantic_core import to_json

    from ganbench.suite.wanted import wanted_at

    field = options.model_fields[name]

    said = {"description": field.description or "", "expected": wanted_at(options, (name,)) or ""}
    option = {"name": name, "required": field.is_required(), **said}
    if not field.is_required():
        default = field.get_default(call_default_factory=True)
        option["default"] = json.loads(to_json(default, inf_nan_mode="strings"))
    return option


def _lines(thing: dict[str, Any]) -> Iterator[str]:
    yield thing["name"]
    for key in ("question", "summary", "formula", "source", "defaults"):
        if thing.get(key):
            yield f"  {key:<8}  {thing[key]}"
    rows = [
        (_assignment(option), option["expected"], option["description"])
        for option in thing.get("options", [])
    ]
    for index, line in enumerate(aligned(rows)):
        yield f"  {'options' if index == 0 else '':<8}  {line}"


def _assignment(option: dict[str, Any]) -> str:
    return f"{option['name']}: " + ("(required)" if option["required"] else json.dumps(option["default"]))
