"""What is wrong with a value, in words: `steps is 0, expected an integer of at least 1`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from ganbench.errors import expected
from ganbench.suite.wanted import choices, wanted_at

_LONGEST_SHOWN: Final = 40


def complaint(
    error: ErrorDetails, model: type[BaseModel], *, known: Iterable[str], unknown: str = "key", of: str = ""
) -> str:
    """The message for one error of `model` (called `of`), whose keys at that place are `known`."""
    kind, key = error["type"], _key(error["loc"])
    if kind == "ganbench":
        return str(error["ctx"]["what"])
    if kind == "extra_forbidden":
        return stranger(key, known, unknown=unknown, of=of)
    if kind == "value_error":
        return f"{key}: {error['ctx']['error']}" if key else str(error["ctx"]["error"])
    wanted = wanted_at(model, error["loc"]) or error["msg"].lower()
    if kind == "missing":
        return f"{key} is missing, expected {wanted}"
    if kind == "literal_error" and isinstance(error["input"], str):
        return f"unknown {key} '{error['input']}', {expected(error['input'], choices(model, error['loc']))}"
    return f"{key} is {shown(error['input'])}, expected {wanted}"


def stranger(key: str, known: Iterable[str], *, unknown: str = "key", of: str = "") -> str:
    """The message for a key that is not known at its place."""
    names = list(known)
    if key in names:
        return f"'{key}' cannot be set here"
    return f"unknown {unknown} '{key}'{of and f' of {of}'}, {expected(key, names)}"


def shown(value: Any) -> str:
    """A value as a message quotes it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict | list | tuple):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."


def _key(loc: Sequence[str | int]) -> str:
    """The last name of a loc, with the index where it ends in one: `weights[2]`."""
    names = [index for index, name in enumerate(loc) if isinstance(name, str)]
    if not names:
        return ""
    rest = "".join(f"[{index}]" for index in loc[names[-1] + 1 :])
    return f"{loc[names[-1]]}{rest}"
