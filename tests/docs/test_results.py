"""docs/results.md says what the schema and the layout say."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.store.layout import Layout
from ganbench.store.schema import SCHEMA_VERSION, TABLES
from tests.docs.page import read, rows, section

PAGE = read("docs/results.md")


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_there_with_type_unit_and_meaning(table: str) -> None:
    expected = [(c.name, c.type, c.unit, "yes" if c.nullable else "no", c.meaning) for c in TABLES[table]]
    assert rows(section(PAGE, f"## {table}")) == expected


@pytest.mark.parametrize("table", TABLES)
def test_a_table_says_its_file(table: str) -> None:
    layout = Layout(Path())
    files = {"runs": layout.runs, "evaluations": layout.evaluations, "findings": layout.findings}
    traces = {
        "windows": layout.windows,
        "bursts": layout.bursts,
        "geometry": layout.geometry,
        "plane": layout.plane,
    }
    path = files[table] if table in files else traces[table]("POPULATION")
    assert f"`{path}`" in section(PAGE, f"## {table}")


def test_every_file_of_the_layout_is_there() -> None:
    layout = Layout(Path())
    named = " ".join(row[0] for row in rows(section(PAGE, "## Files")))
    paths = [getattr(layout, name) for name, value in vars(Layout).items() if isinstance(value, property)]
    assert [path for path in paths if path.name not in named] == []


def test_the_page_names_the_version_of_the_schema() -> None:
    assert f"schema version ({SCHEMA_VERSION} now)" in PAGE
