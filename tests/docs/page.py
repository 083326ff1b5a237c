"""Pages of documentation as a test reads them: sections, tables, fenced code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    ROOT / "benchmarks" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]

Row = tuple[str, ...]


def read(name: str) -> str:
    """The text of a page, by its path in the checkout."""
    return (ROOT / name).read_text(encoding="utf-8")


def section(page: str, heading: str) -> str:
    """What stands under a heading, up to the next heading of its level or above."""
    level, _, _ = heading.partition(" ")
    _, found, rest = f"\n{page}".partition(f"\n{heading}\n")
    assert found, f"no heading '{heading}'"
    without_code = re.sub(
        r"^```.*?^```", "", rest, flags=re.MULTILINE | re.DOTALL
    )  # its comments are no headings
    return re.split(rf"^#{{1,{len(level)}}} ", without_code, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[Row]:
    """The rows of the tables in a text, less their heads; cells without backticks and escapes."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    heads = {index for index, line in enumerate(lines[1:]) if _is_rule(line)}
    kept = (line for index, line in enumerate(lines) if index not in heads and not _is_rule(line))
    return [_cells(line) for line in kept]


def _is_rule(line: str) -> bool:
    return set(line) <= set("|-: ")


def _cells(line: str) -> Row:
    cells = re.split(r"(?<!\\)\|", line)[1:-1]
    return tuple(cell.strip().replace("`", "").replace(r"\|", "|") for cell in cells)


def fences(page: str, language: str) -> Iterator[str]:
    """Fenced code of one language."""
    for found in re.finditer(rf"^```{language}\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL):
        yield found[1]
