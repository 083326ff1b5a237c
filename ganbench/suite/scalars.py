"""Plain scalars by the core schema of YAML 1.2 (chapter 10.3): 1e-4 is a number, `no` and dates are text."""

from __future__ import annotations

import math
import re
from typing import Final

from ganbench.suite.tree import Scalar

_NULL = re.compile(r"(?:~|null|Null|NULL|)\Z")
_BOOL = re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")
_INT = re.compile(r"[-+]?[0-9]+\Z")
_PREFIXED_INT = re.compile(r"0(?:o[0-7]+|x[0-9a-fA-F]+)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z")
_LONGEST_NUMBER: Final = 100  # characters; what is longer is text


def scalar(text: str) -> Scalar:
    """A plain scalar by the core schema; raises ValueError for a number that is not finite."""
    if _NULL.match(text):
        return None
    if _BOOL.match(text):
        return text.lower() == "true"
    if _NOT_FINITE.match(text):
        raise ValueError(f"{text} is not a finite number")
    return _number(text)


def _number(text: str) -> int | float | str:
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INT.match(text) or _PREFIXED_INT.match(text):
        value: int | float = int(text, 0 if _PREFIXED_INT.match(text) else 10)
    elif _FLOAT.match(text):
        value = float(text)
    else:
        return text
    if not math.isfinite(value) or (isinstance(value, int) and abs(value) >= 2**63):
        raise ValueError(f"{text} is too large a number")
    return value


def label(value: Scalar) -> str:
    """The text of a scalar in a cell's name; equal values have equal texts (1e-4 and 0.0001)."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return format(value, ".12g") if isinstance(value, float) else str(value)
