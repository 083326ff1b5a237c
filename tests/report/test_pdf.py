"""Figures as PDF carry every font they use, as outlines that printers and publishers take."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from ganbench.report.canvas import style
from ganbench.report.content import content
from tests.report.pdf import fonts
from tests.report.results import section_of, write


def test_every_figure_embeds_its_fonts_and_none_is_of_type_3(tmp_path: Path) -> None:
    drawings = content(section_of(write(tmp_path))).drawings
    assert len(drawings) >= 8
    for drawing in drawings:
        found = fonts(drawing.file("pdf"))
        assert found, drawing.name
        assert all(font.embedded for font in found), drawing.name
        assert {font.kind for font in found} <= {"TrueType", "CIDFontType2"}, drawing.name
        assert all("DejaVu" in font.name for font in found), drawing.name


@pytest.mark.parametrize(
    ("settings", "kind", "embedded"),
    [
        ({"pdf.fonttype": 42}, {"CIDFontType2"}, True),
        ({"pdf.fonttype": 3}, {"Type3"}, False),
        ({"pdf.use14corefonts": True, "font.family": "sans-serif"}, {"Type1"}, False),
    ],
)
def test_the_reader_tells_fonts_that_are_embedded_from_others(
    tmp_path: Path, settings: dict[str, object], kind: set[str], embedded: bool
) -> None:
    with style(), mpl.rc_context(settings):
        figure = Figure()
        figure.text(0, 0, "text")
        figure.savefig(tmp_path / "a.pdf")
    found = fonts((tmp_path / "a.pdf").read_bytes())
    assert {font.kind for font in found} == kind
    assert {font.embedded for font in found} == {embedded}
