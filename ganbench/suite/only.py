"""Which cells to run: `--only loss=hinge,data=ring` or `--only 'ring/*'`."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from ganbench.errors import UsageError
from ganbench.records import Cell
from ganbench.suite.scalars import label, scalar


def matching(cells: Sequence[Cell], only: Sequence[str]) -> list[Cell]:
    """The cells that one of the expressions matches, in their order; all of them where there is none.

    An expression is terms joined by commas, all of which must match: `axis=glob`, or a glob on the name
    of the cell. Raises UsageError, with the cells there are, where an expression matches nothing.
    """
    for expression in only:
        if not any(_matches(cell, expression) for cell in cells):
            names = "\n  ".join(cell.name for cell in cells)
            raise UsageError(f"--only {expression}: matches no cell", hint=f"the cells are:\n  {names}")
    return [cell for cell in cells if not only or any(_matches(cell, one) for one in only)]


def _matches(cell: Cell, expression: str) -> bool:
    return all(_term(cell, term.strip()) for term in expression.split(","))


def _term(cell: Cell, term: str) -> bool:
    axis, equals, glob = term.partition("=")
    if equals and axis in cell.coordinates:
        return _glob(cell.coordinates[axis], glob) or cell.coordinates[axis] == _canonical(glob)
    return _glob(cell.name, term)


def _glob(text: str, glob: str) -> bool:
    # Equal first: a label may hold brackets, which a glob reads as a set of characters.
    return text == glob or fnmatchcase(text, glob)


def _canonical(text: str) -> str:
    """A number as labels write it: 1e-4 finds 0.0001."""
    try:
        return label(scalar(text))
    except ValueError:
        return text
