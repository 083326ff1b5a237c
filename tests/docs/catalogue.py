"""The tables of the pages that repeat the registry: what they must say.

`python -m tests.docs.catalogue` writes them anew; meanings that a page gives in other words are kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from pydantic.fields import FieldInfo
from pydantic_core import to_json

from ganbench import registry
from ganbench.gan.losses import loss_of
from ganbench.registry import PerReplica
from ganbench.suite.wanted import wanted_at
from tests.docs.page import ROOT, Row, read, rows, section

KINDS = ("dataset", "network", "loss", "penalty", "trick", "optimizer")


def default(field: FieldInfo) -> str:
    """As JSON, or that there is none."""
    if field.is_required():
        return "required"
    value = json.loads(to_json(field.default))
    return "those below" if isinstance(value, dict) else json.dumps(value)


def options(entry: registry.Entry) -> list[Row]:
    """(name, option, type, default, R) of a component's options."""
    named = [(name, field) for name, field in entry.options.model_fields.items() if name != "name"]
    return [_option(entry, name, field) for name, field in named] or [(entry.name, "", "", "", "")]


def _option(entry: registry.Entry, name: str, field: FieldInfo) -> Row:
    varies = "R" if any(isinstance(mark, PerReplica) for mark in field.metadata) else ""
    return entry.name, name, wanted_at(entry.options, (name,)) or "", default(field), varies


def components() -> Iterator[Row]:
    """(kind, name, option, type, default, R)."""
    for kind in KINDS:
        for entry in registry.entries(kind):
            yield from ((kind, *row) for row in options(entry))


def losses() -> Iterator[Row]:
    """(name, formula, equilibrium, decision, density ratio, source), with the default options."""
    for entry in registry.entries("loss"):
        loss = loss_of(entry.options())
        equilibrium = ", ".join("any" if value is None else f"{value:.4g}" for value in loss.equilibrium)
        decision = "none" if loss.decision is None else f"{loss.decision:g}"
        yield (
            entry.name,
            entry.formula,
            equilibrium,
            decision,
            "yes" if loss.density_ratio else "no",
            entry.source,
        )


def described(kind: str) -> Iterator[Row]:
    """(name, summary, formula, source)."""
    return ((e.name, e.summary, e.formula, e.source) for e in registry.entries(kind))


def _with_meaning(table: Iterable[Row], page: str) -> Iterator[Row]:
    known = {row[:3]: row[6] for row in rows(section(page, "## Components"))}
    for row in table:
        yield (*row, known.get(row[:3]) or _meaning(row))


def _meaning(row: Row) -> str:
    kind, name, option = row[:3]
    if not option:
        return "no options"
    return registry.entry(kind, name).options.model_fields[option].description or ""


def _line(row: Row, code: set[int]) -> str:
    cells = [cell.replace("|", r"\|") for cell in row]
    return "| " + " | ".join(f"`{c}`" if i in code and c else c for i, c in enumerate(cells)) + " |"


def _write(name: str, heading: str, table: Iterable[Row], *, code: set[int]) -> None:
    """Replace the rows of the first table under a heading; its head stays."""
    page = read(name)
    before, mark, rest = page.partition(f"\n{heading}\n")
    lines = rest.splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("|-")) + 1
    stop = next((i for i in range(start, len(lines)) if not lines[i].startswith("|")), len(lines))
    lines[start:stop] = [_line(row, code).replace("|  |", "|  |") for row in table]
    (ROOT / name).write_text(before + mark + "\n".join(lines) + "\n", encoding="utf-8")


def write() -> None:
    """All of them."""
    suites = _with_meaning(list(components()), read("docs/suites.md"))
    _write("docs/suites.md", "## Components", list(suites), code={1, 2, 4})
    _write("docs/losses.md", "## The losses", losses(), code={0, 1})
    _write("docs/losses.md", "## Penalties", described("penalty"), code={0, 2})
    _write("docs/tricks.md", "## The tricks", described("trick"), code={0, 2})


if __name__ == "__main__":
    write()
