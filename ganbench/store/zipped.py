"""Whether a checkpoint is whole, without torch: it is a zip file, with a checksum for each of its tensors."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Final

from ganbench.store.tables import Damaged

WITHOUT: Final = "run the suite again: that sets it aside and does without it"

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


def check(path: Path, *, hint: str = WITHOUT) -> None:
    """Raise Damaged, with what to do, for a file that is no zip file, was cut off, or has another tensor.

    All of it is read. Raises FileNotFoundError for none.
    """
    try:
        with zipfile.ZipFile(path) as file:
            broken = file.testzip()
    except FileNotFoundError:
        raise
    except _BROKEN:
        broken = path.name
    if broken is not None:
        raise Damaged("is no checkpoint, or damaged", where=str(path), hint=hint)
