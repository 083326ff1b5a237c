"""What a PDF says of its fonts, read from its own objects."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)\sendobj", re.DOTALL)
_NAME = re.compile(rb"/BaseFont\s*/(\S+)")
_KIND = re.compile(rb"/Subtype\s*/(\w+)")
_DESCRIPTOR = re.compile(rb"/FontDescriptor\s+(\d+) 0 R")


@dataclass(frozen=True, slots=True)
class Font:
    """kind: such as TrueType or Type3. embedded: whether its descriptor has a font file."""

    name: str
    kind: str
    embedded: bool


def fonts(data: bytes) -> list[Font]:
    """Of a PDF without object streams, such as Matplotlib writes. Fonts made of others are left out."""
    objects = {int(number): body for number, body in _OBJECT.findall(data)}
    assert b"/ObjStm" not in data
    simple = [
        body
        for body in objects.values()
        if re.search(rb"/Type\s*/Font\b", body) and b"/DescendantFonts" not in body
    ]
    return [_font(body, objects) for body in simple]


def _font(body: bytes, objects: dict[int, bytes]) -> Font:
    name, kind, descriptor = (found.search(body) for found in (_NAME, _KIND, _DESCRIPTOR))
    assert kind is not None
    file = b"/FontFile" in objects[int(descriptor[1])] if descriptor else False
    return Font(name[1].decode() if name else "", kind[1].decode(), file)
