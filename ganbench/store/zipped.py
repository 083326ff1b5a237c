"""Whether a checkpoint is whole, without torch: it is a zip file, with a checksum for each of its tensors."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Final

from ganbench.store.tables import Damaged

# What zipfile raises for content that is no zip file, or one with a few bytes changed.
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


def check_ends(path: Path) -> None:
    """Raise Damaged for a file that is no zip file, or was cut off; FileNotFoundError for none."""
    _check(path, thorough=False)


def check_all(path: Path) -> None:
    """As `check_ends`, and for one in which any tensor has changed: all of it is read."""
    _check(path, thorough=True)


def _check(path: Path, *, thorough: bool) -> None:
    try:
        with zipfile.ZipFile(path) as file:
            broken = file.testzip() if thorough else None
    except FileNotFoundError:
        raise
    except _BROKEN:
        broken = path.name
    if broken is not None:
        raise Damaged(
            "is no checkpoint, or damaged",
            where=str(path),
            hint="run the suite again: that sets it aside and does without it",
        )
