"""The pages of a report: one file each, that asks for nothing from anywhere."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from ganbench import __version__
from ganbench.report import histories, protocol
from ganbench.report.canvas import Columns, style
from ganbench.report.content import Content
from ganbench.report.glossary import FAILED, glossary
from ganbench.report.source import SAID
from ganbench.report.suspects import RULE, Suspect
from ganbench.stats.verdict import SEEDS

if TYPE_CHECKING:
    from jinja2 import Environment

    from ganbench.report.cell import Cell

IMAGES: Final = 12
LARGEST: Final = 600_000  # bytes of an image in a page


def index(parts: Sequence[tuple[Content, Sequence[Suspect]]]) -> bytes:
    """The report: one section for each content, with links to the pages of its failed runs."""
    sections = [
        _section(number, *part, "data" if len(parts) == 1 else f"data/{number + 1}")
        for number, part in enumerate(parts)
    ]
    title = "; ".join(dict.fromkeys(section["title"] for section in sections))
    return _render("report.html", {"title": title, "sections": sections})


def page(suspect: Suspect, *, columns: Columns, section: int = 0) -> bytes:
    """One failed run: findings, metrics, windows, raw steps, samples. section: its number, from 0."""
    with style():
        drawings = histories.all_of(suspect, columns=columns)
    after = suspect.cell.unjudged
    values = {
        "title": suspect.name,
        "run": suspect,
        "figures": [{"drawing": one, "svg": one.inline(f"r-{one.name}")} for one in drawings],
        "criterion": _words(suspect),
        "unjudged": f"{after:,.0f}" if after else "",
        "settings": f"s{section}-origin",
        "command": shlex.join(["ganbench", "replay", f"results/{suspect.row['source']}", suspect.name]),
    }
    return _render("run.html", values)


def _words(suspect: Suspect) -> str:
    return str(suspect.row["criterion"]).replace("_", " ")


def _section(number: int, content: Content, suspects: Sequence[Suspect], data: str) -> dict[str, Any]:
    section = content.section
    keys, rows = protocol.varying(section)
    return {
        "id": f"s{number}",
        "title": section.title,
        "said": _said(content),
        "remarks": [*section.remarks, *content.notes],
        "protocols": protocol.sentences(section.arenas),
        "healthy": FAILED,
        "seeds": SEEDS
        if any("would" in one.sentence for found in content.verdicts.values() for one in found)
        else "",
        "glossary": glossary(section),
        "headlines": content.headlines,
        "verdicts": [
            (name, [(one.word, one.sentence) for one in found]) for name, found in content.verdicts.items()
        ],
        "tables": content.tables,
        "unsaid": content.unsaid,
        "figures": [{"drawing": one, "svg": one.inline(f"s{number}-{one.name}")} for one in content.drawings],
        "images": _images(content),
        "suspects": suspects,
        "failed": sum(cell.failed for cell in section.cells),
        "rule": RULE,
        "common": protocol.common(section),
        "varying": (keys, list(zip([cell.name for cell in section.cells], rows, strict=True))),
        "provenance": _provenance(section.provenance),
        "hashes": [(cell.name, str(cell.runs["cell_id"].iloc[0])) for cell in section.shown],
        "arenas": [(arena.name, arena.evaluation_id) for arena in section.arenas],
        "fingerprint": section.fingerprint,
        "commands": protocol.commands(section, data),
    }


def _said(content: Content) -> Mapping[str, str]:
    """Of the first folder whose suite says something; what it does not say is empty."""
    return dict.fromkeys(SAID, "") | dict(next((one.said for one in content.section.sources if one.said), {}))


def _provenance(record: Mapping[str, Any]) -> dict[str, str]:
    """Versions, device, commit and machine, in words."""
    if not record:
        return {}
    facts = {key: record.get(key) for key in ("device", "threads", "commit", "source")}
    found = {**record.get("versions", {}), **facts, **record.get("notes", {})}
    return {key: str(value) for key, value in found.items() if value is not None}


def _images(content: Content) -> list[tuple[str, str]]:
    """The first sample grid of each cell, as data of the page itself: (name of the cell, URI)."""
    found: list[tuple[str, str]] = []
    for cell in content.section.shown:
        uri = _image(content, cell)
        if uri and len(found) < IMAGES:
            found.append((cell.name, uri))
    return found


def _image(content: Content, cell: Cell) -> str:
    """Empty where there is none, or it is too large for a page."""
    named = cell.column("sample_grid")
    if named.empty:
        return ""
    source = content.section.sources[int(cell.runs["place"].iloc[0])]
    path = source.layout.sample(str(named.iloc[0]))
    if not path.is_file() or path.stat().st_size > LARGEST:
        return ""
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}"


def _render(name: str, values: Mapping[str, Any]) -> bytes:
    text: str = _environment().get_template(name).render(values, version=__version__)
    return text.encode()


def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    # Plain resources: a package inside an archive has no folder to look into.
    folder = resources.files("ganbench.report") / "templates"
    return Environment(
        loader=FunctionLoader(lambda name: (folder / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
