"""Code of the user's, kept beside the results that were made with it."""

from __future__ import annotations

from pathlib import Path

from ganbench.plugins import Code
from ganbench.store.atomic import write_bytes
from ganbench.store.layout import Layout


def keep_code(layout: Layout, code: Code) -> Path:
    """Write the file as it was read, once for each content; where it is. Raises StorageError."""
    path = layout.plugin(code.digest, Path(code.file).name)
    if not path.exists():
        write_bytes(path, code.text.encode())
    return path
