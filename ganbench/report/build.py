"""From results folders to a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ganbench.report.canvas import FORMATS, Columns
from ganbench.report.content import Content, captions, content
from ganbench.report.data import tables_of
from ganbench.report.folder import check_free, write_report
from ganbench.report.html import index, page
from ganbench.report.protocol import suite_file
from ganbench.report.section import sections
from ganbench.report.source import read_source
from ganbench.report.suspects import PAGES, Suspect, suspects


@dataclass(frozen=True, slots=True)
class Report:
    """What was written: the page to open, and what it says first."""

    index: Path
    files: int
    headlines: tuple[str, ...]
    remarks: tuple[str, ...]


def build_report(
    results: Sequence[Path],
    folder: Path,
    *,
    separate: bool = False,
    columns: Columns = 2,
    pages: int = PAGES,
) -> Report:
    """Read results folders and write the report; the same results give the same bytes.

    separate: a section for each folder. columns: of a paper, that figures span. pages: at most so many failed
    runs of each section have a page. Raises InputError for what is no readable results folder, or a `folder`
    that holds something else; CannotTell for no runs, or numbers that are not comparable; StorageError.
    """
    check_free(folder)
    found = sections([read_source(path) for path in results], separate=separate)
    parts = [(content(one, columns=columns), suspects(one, most=pages)) for one in found]
    files = dict(_files(parts, columns))
    write_report(folder, files)
    headlines = tuple(line for part, _ in parts for line in part.headlines)
    remarks = tuple(dict.fromkeys(_remarks([part for part, _ in parts])))
    return Report(folder / "index.html", len(files), headlines, remarks)


def _remarks(parts: Sequence[Content]) -> Iterator[str]:
    """Where there are several sections, each with its number."""
    for number, part in enumerate(parts, 1):
        place = f"Section {number}: " if len(parts) > 1 else ""
        yield from (f"{place}{remark}" for remark in part.section.remarks)


def _files(
    parts: Sequence[tuple[Content, Sequence[Suspect]]], columns: Columns
) -> Iterator[tuple[str, bytes]]:
    yield "index.html", index(parts)
    for number, (part, runs) in enumerate(parts):
        # One section is the rule; the folders of more are told apart by their number.
        below = "" if len(parts) == 1 else f"{number + 1}/"
        for drawing in part.drawings:
            for form in FORMATS:
                yield f"figures/{below}{drawing.name}.{form}", drawing.file(form)
        yield f"figures/{below}captions.md", captions(part).encode()
        for table in part.tables:
            for form in ("tex", "md", "csv"):
                yield f"tables/{below}{table.name}.{form}", table.file(form)
        for place, source in enumerate(part.section.sources):
            if source.layout.suite.is_file():
                yield f"data/{below}{suite_file(part.section, place)}", source.layout.suite.read_bytes()
        for name, data in tables_of(part).items():
            yield f"data/{below}{name}", data
        for one in runs:
            yield one.file, page(one, columns=columns, section=number)
