"""Whether a picture is whole, without decoding it: each chunk of a PNG file has a checksum.

A chunk is length, type, data, CRC-32 of type and data (PNG specification, 3rd edition, section 5).
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_HEAD: Final = struct.Struct(">I4s")  # length of the data, type
_CHECKSUM: Final = 4  # bytes


def is_whole(content: bytes) -> bool:
    """Whether it is a PNG file, ends where its last chunk ends, and no bit of a chunk has changed."""
    if not content.startswith(_SIGNATURE):
        return False
    place, kind = len(_SIGNATURE), b""
    while kind != b"IEND":
        if len(content) < place + _HEAD.size:
            return False
        length, kind = _HEAD.unpack_from(content, place)
        end = place + _HEAD.size + length
        stored = content[end : end + _CHECKSUM]
        if stored != zlib.crc32(content[place + 4 : end]).to_bytes(_CHECKSUM, "big"):
            return False
        place = end + _CHECKSUM
    return place == len(content)
