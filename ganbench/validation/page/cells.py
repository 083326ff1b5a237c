"""Numbers of the JSON as cells and words of the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ganbench.validation.phrases import estimate
from ganbench.validation.phrases import share as worded
from ganbench.validation.share import Share

Numbers = Mapping[str, Any]
Lines = Iterator[str]


def share(found: Numbers) -> str:
    """Of a share as JSON holds it."""
    return worded(Share(**found))


def f1(one: Numbers) -> str:
    return estimate(one["f1"], one["low"], one["high"])


def macro(one: Numbers) -> str:
    return estimate(one["value"], one["low"], one["high"])


def rate(one: Numbers) -> str:
    """'12 in 61250 steps, 0.20 [0.11, 0.30] per 1,000'."""
    found = "-" if one["value"] is None else f"{one['value']:.2f} [{one['low']:.2f}, {one['high']:.2f}]"
    return f"{one['count']} in {one['steps']} steps, {found} per 1,000"
