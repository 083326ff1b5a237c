"""Names of cells, data and axes as parts of file names and of ids."""

from __future__ import annotations

import hashlib
import re


def slug(text: str) -> str:
    """ASCII letters, digits, `+`, `-`, `_` and dots inside; a text that is something else gets a piece of its hash."""
    plain = re.sub(r"[^A-Za-z0-9+_.-]", "-", text).strip(".")
    if plain == text and plain:
        return plain
    return f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"
