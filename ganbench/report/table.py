"""A table once, shown as HTML, LaTeX, Markdown and CSV."""

from __future__ import annotations

import csv
import io
import itertools
import math
from dataclasses import dataclass

from ganbench.report.floats import floats

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: `text` for people, `value` for sorting and CSV; of an interval its lower end, and `high` the upper."""

    text: str
    value: Value
    high: float | None = None

    @classmethod
    def of(cls, value: Value, form: str = "") -> Entry:
        """A number in a format of Python's, `-` for NaN; or a text as it is."""
        if isinstance(value, float) and math.isnan(value):
            return cls("-", value)
        return cls(format(value, form), value)


@dataclass(frozen=True, eq=False)
class Table:
    """`heads` name the columns; those whose numbers are in `right` end in line."""

    name: str
    title: str
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Entry, ...], ...]
    right: frozenset[int]

    def file(self, form: str) -> bytes:
        """As tex, md or csv."""
        return {"tex": self.latex, "md": self.markdown, "csv": self.csv}[form]().encode()

    def latex(self) -> str:
        """Floating tables in the style of booktabs."""
        return floats(self)

    def markdown(self) -> str:
        rule = ["--:" if index in self.right else "---" for index in range(len(self.heads))]
        rows = [self.heads, *(tuple(one.text for one in row) for row in self.rows)]
        head, *body = ("| " + " | ".join(map(_cell, row)) + " |" for row in rows)
        return "\n".join([head, f"|{'|'.join(rule)}|", *body, "", self.caption, ""])

    def csv(self) -> str:
        """Numbers with all their digits; empty for NaN; an interval as two columns."""
        made = io.StringIO()
        writer = csv.writer(made, lineterminator="\n")
        ranges = {index for row in self.rows for index, one in enumerate(row) if one.high is not None}
        ends = [
            (f"{name}: low", f"{name}: high") if at in ranges else (name,)
            for at, name in enumerate(self.heads)
        ]
        writer.writerow(itertools.chain.from_iterable(ends))
        for row in self.rows:
            writer.writerow(
                _plain(value)
                for index, one in enumerate(row)
                for value in ((one.value, _or_nan(one.high)) if index in ranges else (one.value,))
            )
        return made.getvalue()


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _plain(value: Value) -> Value:
    return "" if isinstance(value, float) and math.isnan(value) else value
