"""The two parts of a corpus, read case by case, so that only what is scored stays in memory."""

from __future__ import annotations

from pathlib import Path

from ganbench.validation.compact import slim
from ganbench.validation.examples import cases, read, read_case
from ganbench.validation.split import Split, split


def parts_of(folder: Path) -> Split:
    """Both parts of the corpus in a folder. Raises InputError as `read` for a folder without one."""
    names = cases(folder)
    if not names:
        read(folder)
    return split(slim(example) for name in names for example in read_case(folder, name))
