"""Suites by path or by name: those of the package are found wherever it is installed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ganbench.errors import InputError, expected

_PACKAGE: Final = Path(__file__).resolve().parent.parent
_HOMES: Final = (_PACKAGE / "shipped" / "suites", _PACKAGE.parent / "suites")  # a wheel, a checkout


def find(name_or_path: str | Path) -> Path:
    """The file of a suite: a path that exists, else the shipped suite of that name.

    Raises InputError for a folder and for what is neither, with the nearest name.
    """
    text = os.fspath(name_or_path)
    path, known = Path(text), shipped()
    if path.is_file():
        return path
    if text in known:
        return known[text]
    if path.is_dir():
        raise InputError("this is a folder", where=text, hint="name a suite file, such as suites/mog.yaml")
    if path.name != text or path.suffix:
        raise InputError(f"no such file, {expected(path.stem, known)}", where=text)
    raise InputError(f"unknown suite '{text}', {expected(text, known)}")


def shipped() -> Mapping[str, Path]:
    """The suites that come with ganbench, by name."""
    home = next((folder for folder in _HOMES if folder.is_dir()), None)
    return {path.stem: path for path in sorted(home.glob("*.yaml"))} if home else {}
