"""Tables that float in LaTeX and fit the page of an article, with booktabs and no other package.

Widths are estimated, in points of Computer Modern: what is too wide is broken into lines, then into blocks of columns
below each other; what is too long, into several floats.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ganbench.report.latex import broken, latex, words

if TYPE_CHECKING:
    from ganbench.report.table import Table

PAGE: Final = 340.0  # points; the text of a page of article at 10 pt is 345 wide in one column, 469 in two
COLUMN: Final = 225.0  # points; a column of twocolumn is 229
LINES: Final = 46  # of small print on a page, less the rules
SIZES: Final[Mapping[str, float]] = {"footnotesize": 4.3, "scriptsize": 3.95}  # points of a digit, rounded up
GAP: Final = 3.0  # points on either side of a column
HEAD: Final = 12.0  # digits, that the head of a column may be long on one line
KEY: Final = 16.0  # digits, of a text column in a table that is broken into blocks

_SMALLEST: Final = [*SIZES][-1]
_NARROW: Final = frozenset("fijlrt.,:;|'[]()- !")
_BROAD: Final = frozenset("mwMWABCDEFGHKLNOPQRSTUVXYZ%&@+=<>~…−")
_SIGN: Final = re.compile(r"(?<![\w.-])-(?=[\d.∞])")


def floats(table: Table) -> str:
    """One or more floating tables; the later ones are continued under the number of the first."""
    table = _signed(table)
    parts = list(_packed(list(_pieces(table))))
    found = [_float(table, pieces, continued=number > 0) for number, pieces in enumerate(parts)]
    return "\n".join(["% needs \\usepackage{booktabs}", *found, ""])


def _signed(table: Table) -> Table:
    """The numbers of a table with a minus for the hyphen."""
    rows = tuple(
        tuple(
            replace(one, text=_SIGN.sub("−", one.text)) if column in table.right else one
            for column, one in enumerate(row)
        )
        for row in table.rows
    )
    return replace(table, rows=rows)


@dataclass(frozen=True, eq=False)
class Piece:
    """Some columns and rows of a table, that stand as one tabular. size: of the print."""

    table: Table
    columns: tuple[int, ...]
    rows: tuple[int, ...]
    size: str

    @cached_property
    def widths(self) -> dict[int, float]:
        """Of each column, in points; text columns share what numbers leave, each at least as wide as its longest word."""
        natural = {column: _natural(self.table, column) * SIZES[self.size] for column in self.columns}
        texts = sorted((column for column in self.columns if self._wraps(column)), key=natural.__getitem__)
        room = (
            PAGE - 2 * GAP * len(self.columns) - sum(natural[column] for column in set(natural) - set(texts))
        )
        for left, column in zip(range(len(texts), 0, -1), texts, strict=True):
            word = _longest(self.table, column) * SIZES[self.size]
            natural[column] = min(natural[column], max(room / left, word))
            room -= natural[column]
        return natural

    @property
    def width(self) -> float:
        return sum(self.widths.values()) + 2 * GAP * len(self.columns)

    @property
    def lines(self) -> int:
        return 3 + sum(self.lines_of(row) for row in self.rows)

    def pressed(self, column: int) -> bool:
        """Whether the column is narrower than its widest entry."""
        return self.widths[column] < _natural(self.table, column) * SIZES[self.size]

    def text(self) -> list[str]:
        kinds = "".join(map(self._kind, self.columns))
        body = [
            self._row([self.table.rows[row][column].text for column in self.columns]) for row in self.rows
        ]
        return [
            rf"  \begin{{tabular}}{{{kinds}}}",
            r"    \toprule",
            f"    {' & '.join(map(self._head, self.columns))} \\\\",
            r"    \midrule",
            *body,
            r"    \bottomrule",
            r"  \end{tabular}",
        ]

    def _wraps(self, column: int) -> bool:
        return column not in self.table.right

    def _kind(self, column: int) -> str:
        if self.pressed(column):
            return f"p{{{self.widths[column]:.0f}pt}}"
        return "r" if column in self.table.right else "l"

    def _head(self, column: int) -> str:
        lines = _head_lines(self.table, column)
        side = "r" if column in self.table.right else "l"
        stacked = r" \\ ".join(map(latex, lines))
        return rf"\shortstack[{side}]{{{stacked}}}" if len(lines) > 1 else stacked

    def _row(self, texts: Sequence[str]) -> str:
        entries = [
            broken(text) if _digits(text) * SIZES[self.size] > self.widths[column] else latex(text)
            for column, text in zip(self.columns, texts, strict=True)
        ]
        # After a line's end, a bracket or a star would be read as its argument.
        guard = "{}" if entries[0].startswith(("[", "*")) else ""
        return f"    {guard}{' & '.join(entries)} \\\\"

    def lines_of(self, row: int) -> int:
        """How many lines a row takes, estimated."""
        return max(
            map(self._lines_of, (self.table.rows[row][column].text for column in self.columns), self.columns)
        )

    def _lines_of(self, text: str, column: int) -> int:
        needed, width = _digits(text) * SIZES[self.size], self.widths[column]
        # Lines break where words end, not where they are full.
        return 1 if needed <= width else math.ceil(1.5 * needed / width)


def _pieces(table: Table) -> Iterator[Piece]:
    """Blocks of columns, each with the text columns that lead the table, and of so many rows as a float takes."""
    every = tuple(range(len(table.heads)))
    rows = tuple(range(len(table.rows)))
    tried = [Piece(table, every, rows, size) for size in SIZES]
    fitting = next((piece for piece in tried if piece.width <= PAGE), None)
    blocks = [fitting.columns] if fitting else list(_blocks(table))
    size = fitting.size if fitting else _SMALLEST
    for columns in blocks:
        whole = Piece(table, columns, rows, size)
        starts = _starts(whole)
        for first, last in pairwise([*starts, len(rows)]):
            yield Piece(table, columns, rows[first:last], size)


def _blocks(table: Table) -> Iterator[tuple[int, ...]]:
    leading = next((column for column in range(len(table.heads)) if column in table.right), 1)
    keys = tuple(range(leading))
    block: tuple[int, ...] = ()
    for column in range(leading, len(table.heads)):
        if block and sum(_wish(table, one) for one in (*keys, *block, column)) > PAGE:
            yield keys + block
            block = ()
        block += (column,)
    yield keys + block


def _wish(table: Table, column: int) -> float:
    """The width that a column of a block has at least, in points."""
    natural = _natural(table, column)
    digits = natural if column in table.right else min(natural, KEY)
    return digits * SIZES[_SMALLEST] + 2 * GAP


def _starts(piece: Piece) -> list[int]:
    """The rows with which a float begins."""
    starts, used = [0], 3
    for row in piece.rows:
        lines = piece.lines_of(row)
        if used + lines > _room(piece.table) and row > starts[-1]:
            starts.append(row)
            used = 3
        used += lines
    return starts


def _room(table: Table) -> int:
    """Lines of small print that the caption leaves on a page; it is set in 10 pt, where a digit has 5."""
    caption = math.ceil(5 * _digits(table.caption) / PAGE)
    return max(LINES - math.ceil(1.35 * caption), LINES // 4)


def _packed(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Pieces in floats, as many in each as there is room for."""
    packed: list[Piece] = []
    for piece in pieces:
        if packed and sum(one.lines for one in packed) + piece.lines > _room(piece.table):
            yield packed
            packed = []
        packed.append(piece)
    yield packed


def _float(table: Table, pieces: Sequence[Piece], *, continued: bool) -> str:
    name = "table" if max(piece.width for piece in pieces) <= COLUMN else "table*"
    caption = (
        [r"  \addtocounter{table}{-1}", r"  \caption[]{Continued.}"]
        if continued
        else [rf"  \caption{{{latex(table.caption)}}}", rf"  \label{{tab:{table.name}}}"]
    )
    body = [line for piece in pieces for line in ["", *piece.text()]][1:]
    return "\n".join(
        [
            rf"\begin{{{name}}}",
            r"  \centering",
            *caption,
            rf"  \{pieces[0].size}\setlength{{\tabcolsep}}{{{GAP:g}pt}}",
            *body,
            rf"\end{{{name}}}",
        ]
    )


def _natural(table: Table, column: int) -> float:
    """The width of a column's widest entry or line of its head, in digits."""
    texts = [*_head_lines(table, column), *(row[column].text for row in table.rows)]
    return max(map(_digits, texts))


def _longest(table: Table, column: int) -> float:
    """The width of a column's longest word, in digits; words break after marks and hyphens too."""
    texts = (*_head_lines(table, column), *(row[column].text for row in table.rows))
    return max(_digits(word) for text in texts for word in words(text))


def _head_lines(table: Table, column: int) -> list[str]:
    """A long head that is wider than all entries of its column is broken in its middle."""
    head = table.heads[column].strip()
    words = head.split(" ")
    if len(words) < 2 or _digits(head) <= max(HEAD, *(_digits(row[column].text) for row in table.rows), 0.0):
        return [head]
    cuts = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    return list(min(cuts, key=lambda cut: max(map(_digits, cut))))


def _digits(text: str) -> float:
    """The width of a text, in digits."""
    return sum(0.66 if one in _NARROW else 1.6 if one in _BROAD else 1.04 for one in text)
