"""One table in four forms; whatever a name holds, each form stays well-formed."""

from __future__ import annotations

import csv
import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.report.table import Entry, Table

TABLE = Table(
    name="health",
    title="Health",
    caption="10 % of runs.",
    heads=("cell", "healthy, %"),
    rows=((Entry.of("ring/a_b"), Entry.of(66.66666, ".0f")), (Entry.of("x|y"), Entry.of(math.nan, ".0f"))),
    right=frozenset({1}),
)


def test_markdown() -> None:
    assert TABLE.markdown() == (
        "| cell | healthy, % |\n|---|--:|\n| ring/a_b | 67 |\n| x\\|y | - |\n\n10 % of runs.\n"
    )


def test_latex_in_the_style_of_booktabs() -> None:
    assert TABLE.latex() == "\n".join(
        [
            r"% needs \usepackage{booktabs}",
            r"\begin{table}",
            r"  \centering",
            r"  \caption{10 \% of runs.}",
            r"  \label{tab:health}",
            r"  \footnotesize\setlength{\tabcolsep}{3pt}",
            r"  \begin{tabular}{lr}",
            r"    \toprule",
            r"    cell & healthy, \% \\",
            r"    \midrule",
            r"    ring/a\_b & 67 \\",
            r"    x\textbar{}y & - \\",
            r"    \bottomrule",
            r"  \end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def test_csv_keeps_all_digits_and_leaves_nan_empty() -> None:
    assert TABLE.csv() == 'cell,"healthy, %"\nring/a_b,66.66666\nx|y,\n'


def test_csv_has_both_ends_of_an_interval() -> None:
    rows = ((Entry.of("a"), Entry("[0, 50]", 0.0, 49.5)), (Entry.of("b"), Entry.of(math.nan)))
    table = Table("t", "", "", ("cell", "95 %"), rows, frozenset({1}))
    assert table.csv() == "cell,95 %: low,95 %: high\na,0.0,49.5\nb,,\n"


@pytest.mark.parametrize("form", ["tex", "md", "csv"])
def test_files_are_utf_8(form: str) -> None:
    assert TABLE.file(form).decode().strip()


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(KeyError):
        TABLE.file("xls")


@given(
    st.lists(
        st.tuples(st.text(st.characters(exclude_categories=["Cs", "Cc"])), st.floats(allow_nan=False)),
        min_size=1,
    )
)
def test_csv_reads_back(rows: list[tuple[str, float]]) -> None:
    table = Table("t", "", "", ("a", "b"), tuple((Entry.of(a), Entry.of(b)) for a, b in rows), frozenset())
    _, *found = csv.reader(io.StringIO(table.csv()))
    assert [(a, float(b)) for a, b in found] == rows
