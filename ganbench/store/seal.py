"""The checksum of a whole file, in the file: a changed bit anywhere is known without reading what it says.

It stands as text in the footer of a Parquet file, among what other readers pass over, and counts as zeros
where it is computed.
"""

from __future__ import annotations

import mmap
import zlib
from pathlib import Path
from typing import Final

_MARK: Final = b"ganbench.crc32="
_ZEROS: Final = b"0" * 8

# What a writer puts into the footer. Where the key stands and no mark, it is the mark that was hit.
KEY: Final = "ganbench.seal"
BLANK: Final = (_MARK + _ZEROS).decode()

Content = bytes | mmap.mmap


def sealed(content: bytes) -> bytes:
    """The same with its checksum in the last `BLANK`. Raises ValueError where there is none."""
    place = content.rindex(BLANK.encode()) + len(_MARK)
    return content[:place] + _checksum(content, place) + content[place + len(_ZEROS) :]


def is_broken(content: Content) -> bool:
    """Whether there is a seal and the content is not what was sealed."""
    found = content.rfind(_MARK)
    if found < 0:
        return content.rfind(KEY.encode()) >= 0
    place = found + len(_MARK)
    return content[place : place + len(_ZEROS)] != _checksum(content, place)


def file_is_broken(path: Path) -> bool:
    """`is_broken` of a file that may be larger than the memory. Raises OSError."""
    with path.open("rb") as file:
        if path.stat().st_size == 0:  # nothing to map
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return is_broken(content)


def _checksum(content: Content, place: int) -> bytes:
    with memoryview(content) as view:
        before = zlib.crc32(view[:place])
        return b"%08x" % zlib.crc32(view[place + len(_ZEROS) :], zlib.crc32(_ZEROS, before))
