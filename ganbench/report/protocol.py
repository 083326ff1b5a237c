"""What all runs of an arena have in common, what varies between cells, and how to make them again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ganbench.report.counts import extent
from ganbench.report.section import Arena, Section


def sentences(arenas: Sequence[Arena]) -> list[str]:
    """Of arenas that differ in nothing that is said, one with all of their names."""
    alike: dict[str, list[str]] = {}
    for arena in arenas:
        alike.setdefault(_facts(arena), []).append(arena.name)
    return [f"{', '.join(names)}: {facts}" for facts, names in alike.items()]


def sentence(arena: Arena) -> str:
    """Length, batch, evaluation and failure criteria: what a caption needs."""
    return f"{arena.name}: {_facts(arena)}"


def _facts(arena: Arena) -> str:
    content = arena.cells[0].content
    steps = {cell.content["steps"] for cell in arena.cells if "steps" in cell.content}
    length = extent(steps) if steps else "?"
    parts = [f"{length} generator steps"]
    if "batch" in content:
        parts.append(f"batch {content['batch']}")
    if plan := content.get("evaluation"):
        parts.append(f"judged every {plan['every']:,} steps on {plan['samples']:,} samples")
    failed = [criterion(one) for one in content.get("failure", ())]
    rule = f"; failed: {', or '.join([*failed, 'not finite'])}" if failed else ""
    return ", ".join(parts) + rule + _stopped(arena)


def _stopped(arena: Arena) -> str:
    """How many runs have no end; empty where all have."""
    n = sum(cell.stopped for cell in arena.cells)
    if n == 0:
        return ""
    were, they = ("1 run was", "it counts") if n == 1 else (f"{n} runs were", "they count")
    return (
        f"; {were} stopped once the failure was final (--stop-failed): {they} in rates, in no value at the end, and as "
        "the worst where runs are compared by one"
    )


def criterion(one: Mapping[str, Any]) -> str:
    """Such as `covered share below 0.9 in 3 evaluations in a row after 75 % of the steps`."""
    bounds = {"below": "below", "above": "above", "drawdown": "drawdown above"}
    bound = next(f"{words} {one[key]:g}" for key, words in bounds.items() if one.get(key) is not None)
    row = f" in {one['for']} evaluations in a row" if one.get("for", 1) > 1 else ""
    after = f" after {one['after']:.0%} of the steps".replace("%", " %") if one.get("after") else ""
    return f"{one['metric'].replace('_', ' ')} {bound}{row}{after}"


def common(section: Section) -> dict[str, str]:
    """Settings that are the same in all cells, by their dotted name; what is empty is left out."""
    flat = [_flat(cell.content) for cell in section.cells]
    return {
        key: value
        for key, value in flat[0].items()
        if value and all(other.get(key) == value for other in flat[1:])
    }


def varying(section: Section) -> tuple[list[str], list[list[str]]]:
    """Settings in which cells differ, and their values, a row for each cell; empty text for none."""
    flat = [_flat(cell.content) for cell in section.cells]
    keys = list(dict.fromkeys(key for one in flat for key in one))
    keys = [key for key in keys if len({one.get(key, "") for one in flat}) > 1]
    return keys, [[one.get(key, "") for key in keys] for one in flat]


def suite_file(section: Section, place: int) -> str:
    """What the suite of a folder is called among the report's data."""
    return "suite.yaml" if len(section.sources) == 1 else f"suite-{place + 1}.yaml"


def commands(section: Section, data: str = "data") -> list[str]:
    """What trains these runs again from the suites that lie in the report's folder, and makes this report of them."""
    lines = []
    folders = []
    for place, source in enumerate(section.sources):
        runs = section.runs[section.runs["place"] == place]
        if runs.empty:
            continue
        folder = f"results/{source.name}"
        folders.append(shlex.quote(folder))
        words = [
            "ganbench",
            "run",
            f"{data}/{suite_file(section, place)}",
            "--tier",
            str(runs["tier"].iloc[0]),
        ]
        words += [*_changes(source.suite), "--seeds", _seeds(runs["seed"]), "--out", folder]
        lines.append(shlex.join(words))
    return [*lines, f"ganbench report {' '.join(folders)} -o report"]


def _changes(identity: str) -> list[str]:
    """The `--set` that the identity of the results names."""
    return [word for change in identity.split(", --set ")[1:] for word in ("--set", change)]


def _seeds(seeds: Any) -> str:
    from ganbench.suite.seeds import as_text

    return as_text(sorted(set(map(int, seeds))))


def _flat(content: Any, prefix: str = "") -> dict[str, str]:
    return dict(_leaves(content, prefix))


def _leaves(content: Any, prefix: str) -> Iterator[tuple[str, str]]:
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield from _leaves(value, f"{prefix}.{key}" if prefix else str(key))
    elif isinstance(content, list) and content and isinstance(content[0], Mapping):
        yield prefix, "; ".join(_item(one) for one in content)
    elif content is not None and content != []:
        yield prefix, content if isinstance(content, str) else json.dumps(content)


def _item(one: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in one.items() if value is not None)
