"""A table once, shown as HTML, LaTeX, Markdown and CSV."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import Final

Value = str | int | float

_LATEX: Final = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "…": r"\ldots{}",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: `text` for people, `value` for sorting and CSV."""

    text: str
    value: Value

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
        """A floating table in the style of booktabs."""
        columns = "".join("r" if index in self.right else "l" for index in range(len(self.heads)))
        lines = [
            " & ".join(map(latex, self.heads)),
            *(" & ".join(latex(one.text) for one in row) for row in self.rows),
        ]
        head, *body = (f"    {line} \\\\" for line in lines)
        return "\n".join(
            [
                r"% needs \usepackage{booktabs}",
                r"\begin{table}",
                r"  \centering",
                rf"  \caption{{{latex(self.caption)}}}",
                rf"  \label{{tab:{self.name}}}",
                rf"  \begin{{tabular}}{{{columns}}}",
                r"    \toprule",
                head,
                r"    \midrule",
                *body,
                r"    \bottomrule",
                r"  \end{tabular}",
                r"\end{table}",
                "",
            ]
        )

    def markdown(self) -> str:
        rule = ["--:" if index in self.right else "---" for index in range(len(self.heads))]
        rows = [self.heads, *(tuple(one.text for one in row) for row in self.rows)]
        head, *body = ("| " + " | ".join(map(_cell, row)) + " |" for row in rows)
        return "\n".join([head, f"|{'|'.join(rule)}|", *body, "", self.caption, ""])

    def csv(self) -> str:
        """Numbers with all their digits; empty for NaN."""
        made = io.StringIO()
        writer = csv.writer(made, lineterminator="\n")
        writer.writerow(self.heads)
        writer.writerows([_plain(one.value) for one in row] for row in self.rows)
        return made.getvalue()


def latex(text: str) -> str:
    """Text with what LaTeX reads as commands escaped."""
    return "".join(_LATEX.get(character, character) for character in text)


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _plain(value: Value) -> Value:
    return "" if isinstance(value, float) and math.isnan(value) else value
