"""Numbers of the validation in words and table rows; None is said as such."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ganbench.validation.share import Share


def share(found: Share) -> str:
    """'12 of 150, 8.0 % [4.6, 13.5]'; '0 of 0' where there is nothing to count."""
    if not found.n:
        return "0 of 0"
    low, value, high = (100 * one for one in (found.low, found.count / found.n, found.high))
    return f"{found.count} of {found.n}, {value:.1f} % [{low:.1f}, {high:.1f}]"


def estimate(value: float | None, low: float | None, high: float | None) -> str:
    """'.93 [.88, .96]'; '-' for None."""
    return "-" if value is None else f"{decimal(value)} [{decimal(low)}, {decimal(high)}]"


def decimal(value: float | None) -> str:
    """Two digits without the leading zero, as `.93`; '-' for None."""
    if value is None:
        return "-"
    text = f"{value:.2f}".replace("-0.00", "0.00")
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def steps(value: float | None) -> str:
    """Generator steps; 'never' for None, a quartile among the runs that were not seen."""
    return "never" if value is None else f"{value:.0f}"


def counts(found: Mapping[str, int], *, none: str = "none") -> str:
    """'mode-collapse 3, limit-cycle 1'."""
    return ", ".join(f"{name} {count}" for name, count in found.items()) or none


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Markdown; '|' in a cell is escaped."""
    lines = [_row(head), _row(["---"] * len(head))]
    return [*lines, *(_row([cell.replace("|", r"\|") for cell in row]) for row in rows)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
