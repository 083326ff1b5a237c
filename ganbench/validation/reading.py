"""The two parts of a corpus, read piece by piece, so that only what is scored stays in memory."""

from __future__ import annotations

from pathlib import Path

from ganbench.validation.compact import slim
from ganbench.validation.examples import each
from ganbench.validation.split import Split, split


def parts_of(folder: Path) -> Split:
    """Both parts of the corpus in a folder. Raises InputError as `each` and `split` do."""
    return split(slim(example) for example in each(folder))
