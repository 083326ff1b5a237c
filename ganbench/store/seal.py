"""The checksum of a whole file, in the file: a changed bit anywhere is known without reading what it says.

It stands as text in the footer of a Parquet file, among what other readers pass over, and counts as zeros
where it is computed.
"""

from __future__ import annotations

import mmap
import sys
import zlib
from pathlib import Path
from typing import BinaryIO, Final

_MARK: Final = b"ganbench.crc32="
_ZEROS: Final = b"0" * 8
_PIECE: Final = 1 << 20

# What a writer puts into the footer. Where the key stands and no mark, it is the mark that was hit.
KEY: Final = "ganbench.seal"
BLANK: Final = (_MARK + _ZEROS).decode()

Content = bytes | mmap.mmap


def seal(file: BinaryIO) -> None:
    """Put the checksum into the last `BLANK` of a file that may be larger than the memory.

    `file` is open for reading and writing. Raises OSError, and ValueError where there is no `BLANK`.
    """
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        place = content.rfind(BLANK.encode())
    if place < 0:
        raise ValueError("no place for a seal was found")
    checksum = crc32_of(file)  # the blank counts as the zeros it holds
    file.seek(place + len(_MARK))
    file.write(b"%08x" % checksum)


def crc32_of(file: BinaryIO, length: int | None = None) -> int:
    """Of the first `length` bytes of a file (None: of all), read piece by piece. Raises OSError."""
    file.seek(0)
    left = sys.maxsize if length is None else length
    found = 0
    while left and (piece := file.read(min(_PIECE, left))):
        found = zlib.crc32(piece, found)
        left -= len(piece)
    return found


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
