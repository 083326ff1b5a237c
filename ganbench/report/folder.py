"""The folder of a report: written whole, never over what is not a report's, the same bytes each time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from ganbench.errors import InputError
from ganbench.store.atomic import storing, write_bytes

MANIFEST: Final = "manifest.json"
_MARK: Final = "ganbench report"


def check_free(folder: Path) -> None:
    """Raise InputError unless a report may go there: it is absent, empty, or holds a report."""
    if folder.is_file():
        raise InputError(
            "is a file, expected a folder", where=str(folder), hint="choose another folder with -o"
        )
    if folder.is_dir() and any(folder.iterdir()) and not _held(folder):
        raise InputError(
            "not empty, and not a report", where=str(folder), hint="choose another folder with -o"
        )


def write_report(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put files at their paths below `folder`; files of an older report there that are not among them go.

    The manifest comes last and lists each file with its SHA-256. Raises InputError as `check_free`, and
    StorageError for a full disk or a folder that may not be written to.
    """
    check_free(folder)
    before = _held(folder)
    for name, content in sorted(files.items()):
        write_bytes(folder / PurePosixPath(name), content)
    for name in before - set(files):
        with storing(folder / name):
            (folder / PurePosixPath(name)).unlink(missing_ok=True)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    text = json.dumps({"made_by": _MARK, "files": hashes}, indent=1)
    write_bytes(folder / MANIFEST, f"{text}\n".encode())


def _held(folder: Path) -> set[str]:
    """The files that the manifest there names, which lie below the folder; none without a manifest of a report."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    if not isinstance(found, dict) or found.get("made_by") != _MARK:
        return set()
    names = (PurePosixPath(name) for name in found.get("files", {}))
    return {str(name) for name in names if not name.is_absolute() and ".." not in name.parts}
