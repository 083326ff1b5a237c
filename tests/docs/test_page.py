"""The reader of pages reads what is there."""

from __future__ import annotations

import pytest

from tests.docs.page import fences, rows, section

PAGE = """# Top

## One

| a | b |
|---|--:|
| `x` | p \\| q |

```sh
# no heading
ls
```

### Below

still one

## Two

| c |
|---|
| y |
"""


def test_a_section_ends_at_the_next_heading_of_its_level() -> None:
    assert "still one" in section(PAGE, "## One")
    assert "| y |" not in section(PAGE, "## One")


def test_a_missing_section_is_an_error() -> None:
    with pytest.raises(AssertionError, match="no heading '## Three'"):
        section(PAGE, "## Three")


def test_rows_are_cells_without_head_backticks_and_escapes() -> None:
    assert rows(PAGE) == [("x", "p | q"), ("y",)]


def test_fences_are_found_by_language() -> None:
    assert list(fences(PAGE, "sh")) == ["# no heading\nls\n"]
    assert list(fences(PAGE, "python")) == []
