"""Text and JSON on stdout: the same facts for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import click

_Verb = TypeVar("_Verb", bound=Callable[..., Any])


def format_option(verb: _Verb) -> _Verb:
    """`--format text|json`, given to the verb as `form`."""
    option = click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="For people or for programs; the facts are the same.",
    )
    return option(verb)


def echo_json(facts: Any) -> None:
    """Print JSON; what is no number in JSON (NaN, infinity) has to be gone before."""
    click.echo(json.dumps(facts, indent=2, allow_nan=False, ensure_ascii=False))


def aligned(rows: Iterable[Sequence[str]], *, right: Sequence[int] = (), gap: int = 2) -> list[str]:
    """One line for each row, its columns padded to one width; those in `right` end in line."""
    listed = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*listed, strict=True)]
    return [(" " * gap).join(_padded(row, widths, right)).rstrip() for row in listed]


def _padded(row: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> list[str]:
    pairs = enumerate(zip(row, widths, strict=True))
    return [text.rjust(width) if index in right else text.ljust(width) for index, (text, width) in pairs]
